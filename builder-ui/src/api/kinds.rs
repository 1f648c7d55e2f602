//! `/api/v1/kinds`: the kinds of steps that a workspace has written in Rhai.

use super::call::escaped;
use super::{Call, Failure, List};
use serde::Deserialize;
use std::sync::Arc;
use tradewind_nodes::kind::KindSpec;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::script::ScriptKind;

/// The file of a kind.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct KindFile {
    /// Its name.
    pub name: String,
    /// Manifest and script.
    pub source: String,
}

/// The kinds of this workspace: the built-in ones, which this program has itself, and those written in Rhai. A file that this
/// program cannot read is left out; journeys that use it say so.
///
/// # Errors
/// When there is no answer.
pub async fn registry() -> Result<Registry, Failure> {
    let builtin = Registry::builtin();
    let mut scripts = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page: List<KindSpec> = Call::get("/api/v1/kinds").query("limit", 200).query_some("cursor", cursor.as_deref()).send().await?;
        for spec in page.data.iter().filter(|spec| builtin.family(&spec.name).is_none()) {
            let file: KindFile = Call::get(&format!("/api/v1/kinds/{}", escaped(&spec.name))).send().await?;
            scripts.extend(ScriptKind::parse(&file.source).ok().map(Arc::new));
        }
        cursor = page.next().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    Ok(Registry::with_scripts(scripts).unwrap_or(builtin))
}
