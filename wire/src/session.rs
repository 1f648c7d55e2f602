//! `/api/v1/session`: signing in from a browser.

use crate::keys::Scope;
use serde::{Deserialize, Serialize};

/// A key to sign in by.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The API key, `tw_…`.
    pub key: String,
}

/// Who is signed in, and what a client must know about the workspace.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The name of the key.
    pub key: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// The name of the workspace.
    pub workspace: String,
    /// How the world reaches this server.
    pub public_url: String,
    /// Whether mail is kept in the built-in mailbox and sent to nobody.
    pub mailbox: bool,
    /// The program's version.
    pub version: String,
}

impl Session {
    /// Whether the key allows this.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        scope.allowed_by(&self.scopes)
    }
}
