//! The pages, one file or folder each.

mod customers;
mod deliveries;
mod events;
mod home;
mod journeys;
mod keys;
mod mailbox;
mod missing;
mod plain;
mod recipes;
mod settings;
mod sign_in;

pub use customers::{CustomerPage, Customers};
pub use deliveries::Deliveries;
pub use events::Events;
pub use home::Home;
pub use journeys::Journeys;
pub use keys::Keys;
pub use mailbox::Mailbox;
pub use missing::Missing;
pub use plain::Plain;
pub use recipes::Recipes;
pub use settings::SettingsPage;
pub use sign_in::{SignIn, SignInForm};
