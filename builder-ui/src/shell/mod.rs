//! What is around every page: the rail, the strip at the bottom, language, theme and keys.

mod keyboard;
mod language_menu;
mod nav;
mod palette;
mod rail;
mod status;
pub mod theme;
mod things;

pub use keyboard::Keyboard;
pub use language_menu::LanguageMenu;
pub use nav::{NAV, Place};
pub use palette::{Command, Palette, use_commands};
pub use rail::{Logo, Rail};
pub use status::{Status, engine, lateness};
pub use theme::ThemeMenu;
