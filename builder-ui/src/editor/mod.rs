//! The editor of a journey. Each part knows those before it: `model`, `pictures`, `canvas`, `dry_run`, `panels`, and the page that
//! puts them together.

pub mod canvas;
pub mod dry_run;
pub mod model;
mod page;
pub mod panels;
pub mod pictures;

pub use model::state::{Editor, editor};
pub use page::JourneyPage;
