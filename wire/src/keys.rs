//! `/api/v1/keys`: the workspace's API keys.

use serde::{Deserialize, Serialize};
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

words! {
    /// What a key allows.
    Scope {
        /// Sending events; safe to show in a browser.
        Ingest = "ingest",
        /// Reading everything.
        Read = "read",
        /// Changing journeys, customers, tasks and incidents.
        Write = "write",
        /// Everything, keys included.
        Admin = "admin",
    }
}

impl Scope {
    /// Whether a key that holds these scopes may do what needs this one. Admin allows all; write allows to read.
    #[must_use]
    pub fn allowed_by(self, held: &[Self]) -> bool {
        held.iter().any(|held| *held == self || *held == Self::Admin || (*held == Self::Write && self == Self::Read))
    }
}

/// A key as it is listed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Key {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The first characters of the key itself.
    pub prefix: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A key to be made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What it is for, 1 to 100 characters.
    pub name: String,
    /// What it allows.
    #[cfg_attr(feature = "openapi", schema(min_items = 1))]
    pub scopes: Vec<Scope>,
}

/// A key that was made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeKey {
    /// Its id, to revoke it by.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// The key itself. It is not kept and never shown again.
    pub key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_allows_all_and_write_allows_to_read() {
        for scope in Scope::ALL {
            assert!(scope.allowed_by(&[Scope::Admin]) && scope.allowed_by(&[*scope]) && !scope.allowed_by(&[]));
        }
        assert!(Scope::Read.allowed_by(&[Scope::Write]) && !Scope::Write.allowed_by(&[Scope::Read]));
        assert!(!Scope::Ingest.allowed_by(&[Scope::Write]) && !Scope::Admin.allowed_by(&[Scope::Write]));
        assert_eq!("write".parse(), Ok(Scope::Write));
        assert_eq!("root".parse::<Scope>().unwrap_err().to_string(), r#""root" is none of ingest, read, write, admin"#);
    }
}
