//! Whether anything changed since the last build.

use super::Outcome;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// What the builder is made of.
const INPUTS: [&str; 11] = [
    "builder-ui/Cargo.toml",
    "builder-ui/build.rs",
    "builder-ui/build",
    "builder-ui/messages",
    "builder-ui/style",
    "builder-ui/src",
    "nodes",
    "core",
    "wire",
    "xtask",
    "Cargo.lock",
];

/// A hash over everything that goes into the builder.
pub fn stamp(root: &Path, dev: bool) -> Outcome<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&root.join(input), &mut files)?;
    }
    collect(&root.join("Cargo.toml"), &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    hash.update([u8::from(dev)]);
    for file in files {
        let bytes = fs::read(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(hex(&hash.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    for entry in entries.flatten() {
        collect(&entry.path(), files)?;
    }
    Ok(())
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
