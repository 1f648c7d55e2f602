//! That what exists is known where it has to be known.

use super::{none, root, sources, words};
use std::collections::BTreeSet;

#[test]
fn every_folder_is_explained_in_architecture_md() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md says what each folder is for");
    let mut folders = BTreeSet::new();
    for source in sources() {
        let mut path = source.path.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            // A journey of its own under examples/ explains itself in its README.
            if !folder.ends_with("/src") && !folder.starts_with("examples/") {
                folders.insert(folder.to_owned());
            }
            path = folder;
        }
    }
    let unknown: Vec<String> =
        folders.into_iter().map(|folder| format!("{folder}/")).filter(|folder| !text.contains(folder.as_str())).collect();
    none(&unknown, "Folders that ARCHITECTURE.md does not name (by their whole path, as `engine/src/run/`): say there what they are for.");
}

#[test]
fn every_kind_is_registered() {
    let sources = sources();
    let registry = &sources.iter().find(|source| source.path == "nodes/src/kinds/mod.rs").expect("the registry").text;
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("nodes/src/kinds/") && source.path.ends_with(".rs")) {
        for (at, found) in source.text.match_indices("impl Kind for ") {
            let name: String = source.text[at + found.len()..].chars().take_while(|c| c.is_alphanumeric()).collect();
            if !registry.contains(&format!("$each::<{name}>()")) {
                findings.push(format!("{}: {name}", source.path));
            }
        }
    }
    none(&findings, "Kinds that nobody can use: add `$each::<Name>()` to `builtin!` in nodes/src/kinds/mod.rs.");
}

#[test]
fn every_source_file_is_compiled() {
    let sources = sources();
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        let (folder, file) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
        let stem = file.trim_end_matches(".rs");
        let (owner, name) = if stem == "mod" { folder.rsplit_once('/').unwrap_or(("", folder)) } else { (folder, stem) };
        let roots = ["main", "lib", "build"];
        let own_program = ["tests", "benches", "examples", "bin"].iter().any(|kind| folder.ends_with(kind)) && folder != "tests";
        if roots.contains(&stem) || own_program {
            continue;
        }
        // A module is declared in its folder's mod.rs, lib.rs or main.rs, in the file named like the folder, or by a path.
        let inside = |path: &str| path.rsplit_once('/').is_some_and(|(at, _)| at == owner) || path == format!("{owner}.rs");
        let declared = sources.iter().any(|other| {
            let by_name =
                inside(&other.path) && ["mod ", "mod r#"].iter().any(|word| words(&other.text, &format!("{word}{name}")).next().is_some());
            other.path != source.path
                && (by_name || other.text.contains(&format!("/{file}\"]")) || other.text.contains(&format!("path = \"{file}\"")))
        });
        if !declared {
            findings.push(source.path.clone());
        }
    }
    none(&findings, "Files that no module declares, so nobody compiles them: declare or remove them.");
}
