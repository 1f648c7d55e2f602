//! Embeds every file of `migrations/`, so that adding a migration is adding a file and nothing else.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The files of one migration, keyed by what they are for: `portable`, `sqlite` or `postgres`.
type Files = BTreeMap<&'static str, PathBuf>;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let found = list(&folder)?;
    let target = Path::new(&std::env::var("OUT_DIR")?).join("migrations.rs");
    std::fs::write(target, render(&found)?)?;
    Ok(())
}

/// Migrations by number and name. A missing folder is an empty list, so the crate builds on its own.
fn list(folder: &Path) -> Result<BTreeMap<(u32, String), Files>, Box<dyn Error>> {
    let mut found: BTreeMap<(u32, String), Files> = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let Some(stem) = file.strip_suffix(".sql") else { continue };
        println!("cargo::rerun-if-changed={}", path.display());
        let (name, purpose) = match stem.rsplit_once('.') {
            Some((name, "sqlite")) => (name, "sqlite"),
            Some((name, "postgres")) => (name, "postgres"),
            Some((_, other)) => return Err(format!("{file}: unknown database `{other}`; use .sqlite.sql or .postgres.sql").into()),
            None => (stem, "portable"),
        };
        let number = name.split('_').next().unwrap_or_default();
        let number = number.parse::<u32>().map_err(|_| format!("{file}: a migration is named N_name.sql with N a whole number"))?;
        found.entry((number, name.to_owned())).or_default().insert(purpose, path.canonicalize()?);
    }
    let mut last = None;
    for (number, name) in found.keys() {
        if last == Some(*number) {
            return Err(format!("two migrations have the number {number}; renumber {name}").into());
        }
        last = Some(*number);
    }
    Ok(found)
}

fn render(found: &BTreeMap<(u32, String), Files>) -> Result<String, Box<dyn Error>> {
    let mut out = String::from("&[\n");
    for ((_, name), files) in found {
        let (sqlite, postgres) = match (files.get("portable"), files.get("sqlite"), files.get("postgres")) {
            (Some(both), None, None) => (both, both),
            (None, Some(sqlite), Some(postgres)) => (sqlite, postgres),
            _ => return Err(format!("{name}: give either {name}.sql, or both {name}.sqlite.sql and {name}.postgres.sql").into()),
        };
        writeln!(out, "    Migration {{ name: {name:?}, sqlite: include_str!({sqlite:?}), postgres: include_str!({postgres:?}) }},")?;
    }
    out.push_str("]\n");
    Ok(out)
}
