//! `/api/v1/session`: signing in by an API key, which the browser then keeps in a cookie no script can read.

use super::{Call, Failure};
use serde::{Deserialize, Serialize};

/// Where it is.
const PATH: &str = "/api/v1/session";

/// Who is signed in, and what the builder must know about the workspace.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Session {
    /// The name of the key.
    pub key: String,
    /// What it allows: `read`, `write`, `admin`.
    pub scopes: Vec<String>,
    /// The name of the workspace.
    pub workspace: String,
    /// How the world reaches the server.
    pub public_url: String,
    /// Whether mail goes to the built-in mailbox and to nobody.
    pub mailbox: bool,
    /// The program's version.
    pub version: String,
}

impl Session {
    /// Whether the key allows this.
    #[must_use]
    pub fn allows(&self, scope: &str) -> bool {
        let held = |name: &str| self.scopes.iter().any(|held| held == name);
        held(scope) || held("admin") || (scope == "read" && held("write"))
    }
}

#[derive(Serialize)]
struct SignIn<'a> {
    key: &'a str,
}

/// The session there is.
///
/// # Errors
/// [`Failure::SignedOut`] when there is none.
pub async fn read() -> Result<Session, Failure> {
    Call::get(PATH).send().await
}

/// Signs in.
///
/// # Errors
/// When the key does not exist or was revoked.
pub async fn sign_in(key: &str) -> Result<Session, Failure> {
    Call::post(PATH).json(&SignIn { key }).send().await
}

/// Signs out.
///
/// # Errors
/// When the server does not answer.
pub async fn sign_out() -> Result<(), Failure> {
    Call::delete(PATH).done().await
}
