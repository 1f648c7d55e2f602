//! Kinds of steps that the workspace writes itself, in Rhai: the list, the editor, trying, tests.

mod editor;
mod list;
mod manifest;
mod tests_of;

pub use editor::KindEditor;
pub use list::Kinds;
pub use manifest::{Fitting, Manifesting};
pub use tests_of::KindTesting;
