//! The pages, one file or folder each.

mod customers;
pub(crate) mod deliveries;
mod events;
mod home;
mod incidents;
mod journeys;
mod keys;
pub(crate) mod kinds;
mod mailbox;
mod missing;
mod recipes;
mod run;
mod settings;
mod sign_in;
mod tasks;
mod why;

pub use customers::{CustomerPage, Customers};
pub use deliveries::Deliveries;
pub use events::Events;
pub use home::Home;
pub use incidents::Incidents;
pub use journeys::Journeys;
pub use keys::Keys;
pub use kinds::{KindEditor, Kinds};
pub use mailbox::Mailbox;
pub use missing::Missing;
pub use recipes::Recipes;
pub use run::Run;
pub use settings::SettingsPage;
pub use sign_in::{SignIn, SignInForm};
pub use tasks::Tasks;
pub use why::Why;
