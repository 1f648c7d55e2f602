//! The parts pages are made of. Their style is in `builder-ui/style/part-*.css`, one file a part.

mod button;
mod dialog;
mod empty;
mod field;
mod icon;
mod menu;
mod page;
mod paged;
mod small;
mod tabs;
mod tips;
pub mod toast;

pub use button::{Button, Look};
pub use dialog::Dialog;
pub use empty::{Empty, Skeleton, Trouble};
pub use field::Field;
pub use icon::Icon;
pub use menu::{Item, Menu};
pub use page::{Crumb, Page, Top};
pub use paged::{Foot, Paged};
pub use small::{Copyable, Kbd, Pill, Tone};
pub use tabs::{Tab, Tabs};
pub use tips::Tips;
pub use toast::{Toasts, toast};
