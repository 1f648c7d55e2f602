//! The pages, one file each.

mod missing;
mod plain;
mod sign_in;

pub use missing::Missing;
pub use plain::Plain;
pub use sign_in::{SignIn, SignInForm};
