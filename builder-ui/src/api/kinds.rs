//! `/api/v1/kinds`: the kinds of steps that a workspace has written in Rhai.

use super::call::escaped;
use super::{Call, Failure, List};
use crate::worker::{self, Kinds};
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

/// The kinds of this workspace: the built-in ones, which this program has itself, and those written in Rhai. The worker is told the
/// files of the latter.
///
/// # Errors
/// When there is no answer.
pub async fn known() -> Result<Outlines, Failure> {
    let builtin = Outlines::builtin();
    let (mut own, mut files) = (Vec::new(), Vec::new());
    let mut cursor: Option<String> = None;
    loop {
        let page: List<KindOutline> = Call::get("/api/v1/kinds").query("limit", 200).query_some("cursor", cursor.as_deref()).send().await?;
        cursor = page.next().map(str::to_owned);
        for kind in page.data.into_iter().filter(|kind| builtin.family(&kind.spec.name).is_none()) {
            let file: KindFile = Call::get(&format!("/api/v1/kinds/{}", escaped(&kind.spec.name))).send().await?;
            own.push(kind);
            files.push(file.source);
        }
        if cursor.is_none() {
            break;
        }
    }
    worker::know(Kinds(files));
    Ok(Outlines::with_own(own))
}
