//! Dependencies: each is used by the crate that names it.

use super::{Source, none, sources, words};
use toml::{Table, Value};

/// The tables of a manifest that name dependencies, and where under the crate's folder they may be used.
const SECTIONS: [(&str, &[&str]); 3] = [
    ("dependencies", &["src/", "tests/", "examples/", "benches/"]),
    ("dev-dependencies", &["src/", "tests/", "examples/", "benches/"]),
    ("build-dependencies", &["build.rs", "build/"]),
];

fn manifests(all: &[Source]) -> impl Iterator<Item = (&str, Table)> {
    all.iter().filter_map(|Source { path, text }| {
        let folder = path.strip_suffix("Cargo.toml")?;
        Some((folder, text.parse::<Table>().expect("a manifest is TOML")))
    })
}

/// The dependencies of a section, those of single targets included.
fn named(manifest: &Table, section: &str) -> Vec<String> {
    let of = |table: &Table| table.get(section).and_then(Value::as_table).into_iter().flat_map(Table::keys).cloned().collect::<Vec<_>>();
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values).filter_map(Value::as_table);
    targets.flat_map(of).chain(of(manifest)).collect()
}

#[test]
fn every_dependency_is_used_by_the_crate_that_names_it() {
    let all = sources();
    let mut findings = Vec::new();
    for (folder, manifest) in manifests(&all) {
        for (section, places) in SECTIONS {
            let code: Vec<&str> = all
                .iter()
                .filter(|source| source.path.ends_with(".rs"))
                .filter(|source| source.path.strip_prefix(folder).is_some_and(|rest| places.iter().any(|place| rest.starts_with(place))))
                .map(|source| source.text.as_str())
                .collect();
            for dependency in named(&manifest, section) {
                let name = dependency.replace('-', "_");
                if !code.iter().any(|text| words(text, &name).next().is_some()) {
                    findings.push(format!("{folder}Cargo.toml: [{section}] {dependency}"));
                }
            }
        }
    }
    none(&findings, "Dependencies that no line of their crate names: take them out.");
}

#[test]
fn every_dependency_of_the_workspace_is_one_of_a_crate() {
    let all = sources();
    let used: Vec<String> = manifests(&all)
        .flat_map(|(_, manifest)| SECTIONS.iter().flat_map(|(section, _)| named(&manifest, section)).collect::<Vec<_>>())
        .collect();
    let unused: Vec<String> = manifests(&all)
        .filter_map(|(_, manifest)| manifest.get("workspace")?.get("dependencies")?.as_table().cloned())
        .flat_map(|table| table.keys().cloned().collect::<Vec<_>>())
        .filter(|name| !used.contains(name))
        .collect();
    none(&unused, "The workspace gives versions to dependencies that no crate has: take them out.");
}
