//! `/api/v1/kinds`: the kinds of steps that a workspace has written in Rhai.

use super::call::escaped;
use super::{Call, Failure, List};
use serde::Deserialize;
use tradewind_nodes::kind::KindOutline;
use tradewind_nodes::kinds::Outlines;

/// The file of a kind.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct KindFile {
    /// Its name.
    pub name: String,
    /// Manifest and script.
    pub source: String,
}

/// The kinds that a workspace has written itself.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OwnKinds {
    /// What they look like.
    pub outlines: Vec<KindOutline>,
    /// Their files, in the same order.
    pub sources: Vec<String>,
}

/// The kinds of this workspace that are not built in: those this program has itself.
///
/// # Errors
/// When there is no answer.
pub async fn own() -> Result<OwnKinds, Failure> {
    let builtin = Outlines::builtin();
    let mut own = OwnKinds::default();
    let mut cursor: Option<String> = None;
    loop {
        let page: List<KindOutline> = Call::get("/api/v1/kinds").query("limit", 200).query_some("cursor", cursor.as_deref()).send().await?;
        cursor = page.next().map(str::to_owned);
        for kind in page.data.into_iter().filter(|kind| builtin.family(&kind.spec.name).is_none()) {
            let file: KindFile = Call::get(&format!("/api/v1/kinds/{}", escaped(&kind.spec.name))).send().await?;
            own.outlines.push(kind);
            own.sources.push(file.source);
        }
        if cursor.is_none() {
            return Ok(own);
        }
    }
}
