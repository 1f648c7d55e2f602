//! Who somebody is, in four fields: for lists of runs, incidents, tasks and events.

use serde::{Deserialize, Serialize};
use tradewind_nodes::id::CustomerId;

/// Who somebody is, as far as known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// Our id.
    pub id: CustomerId,
    /// The shop's id, once known.
    pub user_id: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
}

impl Person {
    /// What to call them: the first that is known of name, address, the shop's id and ours.
    #[must_use]
    pub fn called(&self) -> String {
        let known = [&self.name, &self.email, &self.user_id].into_iter().flatten().find(|text| !text.trim().is_empty());
        known.cloned().unwrap_or_else(|| self.id.to_string())
    }
}
