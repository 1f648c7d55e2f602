//! The parts pages are made of. Their style is in `builder-ui/style/part-*.css`, one file a part.

mod button;
mod detail;
mod dialog;
mod empty;
mod field;
mod filter;
mod icon;
mod json;
mod menu;
mod page;
mod paged;
mod rows;
mod small;
mod sparkline;
mod tabs;
mod tips;
pub mod toast;
mod when;

pub use button::{Button, Look};
pub use detail::{Detail, Fetched, Known, use_fetched};
pub use dialog::Dialog;
pub use empty::{Empty, Skeleton, Trouble};
pub use field::Field;
pub use filter::{Choice, NoMatch, Param, Search};
pub use icon::Icon;
pub use json::JsonTree;
pub use menu::{Item, Menu};
pub use page::{Crumb, Page, Top};
pub use paged::{Foot, Paged};
pub use rows::{press, use_rows};
pub use small::{Copyable, Kbd, Pill, Tone};
pub use sparkline::Sparkline;
pub use tabs::{Tab, Tabs};
pub use tips::Tips;
pub use toast::{Toasts, toast};
pub use when::{Exactly, When, millis};
