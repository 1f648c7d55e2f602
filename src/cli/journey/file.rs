//! Journey files on disk.

use crate::cli::Failure;
use std::path::{Path, PathBuf};
use tradewind_nodes::graph::{JourneyFile, MAX_FILE};

/// Files looked at below one folder at most, and how deep.
const MAX_FILES: usize = 10_000;
const MAX_DEPTH: usize = 16;

/// The text of a file, if it is not too large to be a journey.
pub fn text(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let about = std::fs::metadata(path).map_err(|error| Failure::new(format!("{shown}: {error}: check the path")))?;
    if about.len() > MAX_FILE as u64 {
        return Err(Failure::new(format!("{shown}: has {} bytes, a journey has at most {MAX_FILE}: check the path", about.len())));
    }
    std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{shown}: {error}: a journey is a readable text file")))
}

/// A journey.
pub fn read(path: &Path) -> Result<JourneyFile, Failure> {
    JourneyFile::parse(&text(path)?).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// The file itself, or every `journey.json` below the folder, in order of their names.
pub fn below(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let wrong = |path: &Path, error: &std::io::Error| Failure::new(format!("{}: {error}: check the path", path.display()));
    if std::fs::metadata(path).map_err(|error| wrong(path, &error))?.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let (mut found, mut folders) = (Vec::new(), vec![(path.to_owned(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| wrong(&folder, &error))? {
            let entry = entry.map_err(|error| wrong(&folder, &error))?;
            // Links are not followed: they may lead in a circle.
            let kind = entry.file_type().map_err(|error| wrong(&entry.path(), &error))?;
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && entry.file_name() == "journey.json" {
                found.push(entry.path());
            }
        }
        if found.len() > MAX_FILES || folders.len() > MAX_FILES {
            return Err(Failure::new(format!("{} holds too much to look through: name a folder of journeys", path.display())));
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a file whole or not at all: beside it first, then in its place.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| Failure::new(format!("{}: {error}: choose a place you may write to", path.display())))
}
