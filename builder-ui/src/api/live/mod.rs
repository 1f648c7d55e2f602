//! What the server tells by itself. A browser opens six connections to a host at most, so all its tabs share one stream: a tab that is
//! in front holds a lock and listens for everybody, the others say over a channel what they want to hear and are told by it. A tab
//! in the background hears nothing. Where the browser has no locks (a page that came by plain HTTP from another host) each tab listens
//! for itself, while it is in front.

mod hub;
mod lead;
mod stream;
mod wishes;

pub use hub::{Live, share_as};
pub use wishes::Topic;
