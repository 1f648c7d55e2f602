//! Kinds written in Rhai, from a folder beside the journeys.

use super::file;
use crate::cli::Failure;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::script::ScriptKind;

/// Kinds looked at in one folder.
const MAX_KINDS: usize = 500;

/// The built-in kinds and those of `folder`; without one, those of `kinds/` beside the journey, else of `scripts/` beside the
/// journey's own folder. Or what is wrong with one of them.
pub fn registry(journey: &Path, folder: Option<&Path>) -> Result<Result<Registry, String>, Failure> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => match places(journey).into_iter().find(|place| place.is_dir()) {
            Some(place) => place,
            None => return Ok(Ok(Registry::builtin())),
        },
    };
    let shown = folder.display();
    let entries =
        std::fs::read_dir(&folder).map_err(|error| Failure::new(format!("{shown}: {error}: name a folder of .rhai files with --kinds")))?;
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|kind| kind == "rhai")).collect();
    paths.sort();
    if paths.len() > MAX_KINDS {
        return Err(Failure::new(format!("{shown} holds more than {MAX_KINDS} kinds: take some out")));
    }
    let mut kinds = Vec::new();
    for path in paths {
        match ScriptKind::parse(&file::text(&path)?) {
            Ok(kind) => kinds.push(Arc::new(kind)),
            Err(issues) => {
                let words = issues.into_iter().map(|issue| format!("{}: {}", issue.field, issue.message)).collect::<Vec<_>>();
                return Ok(Err(format!("kind {}: {}", path.display(), words.join("; "))));
            }
        }
    }
    Ok(Registry::with_scripts(kinds).map_err(|issue| format!("kinds in {shown}: {}", issue.message)))
}

fn places(journey: &Path) -> Vec<PathBuf> {
    let beside = journey.with_file_name("kinds");
    // `journey.json` alone has no folder to speak of; its folder's neighbours are then those of the current one.
    let above = journey.canonicalize().ok().and_then(|path| Some(path.parent()?.parent()?.join("scripts")));
    [Some(beside), above].into_iter().flatten().collect()
}
