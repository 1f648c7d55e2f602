//! The examples: every journey is sound, every scenario comes out as written, and together they reach every node and port.

use crate::tidy::root;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tradewind_core::simulate::{Coverage, Journey, Scenario, play};
use tradewind_nodes::graph::{JourneyFile, validate};
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::Program;
use tradewind_nodes::script::ScriptKind;

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    found.sort();
    found
}

fn registry(examples: &Path) -> Registry {
    let kinds = files(&examples.join("scripts"), ".rhai")
        .into_iter()
        .map(|path| Arc::new(ScriptKind::parse(&fs::read_to_string(path).unwrap()).unwrap()));
    Registry::with_scripts(kinds.collect()).unwrap()
}

#[test]
fn every_example_does_what_its_scenarios_say() {
    let examples = root().join("examples");
    let registry = registry(&examples);
    let (mut journeys, mut wrong) = (0, Vec::new());
    let folders = files(&examples, "").into_iter().chain(files(&examples.join("recipes"), ""));
    for folder in folders.filter(|folder| folder.join("journey.json").is_file()) {
        journeys += 1;
        let shown = folder.file_name().unwrap().to_string_lossy().into_owned();
        let journey = JourneyFile::parse(&fs::read_to_string(folder.join("journey.json")).unwrap()).unwrap();
        assert_eq!(validate(&journey.graph, &registry), [], "{shown}");
        assert!(folder.join("README.md").is_file(), "{shown} has no README.md");
        let mut coverage = Coverage::default();
        for path in files(&folder, ".test.json") {
            let scenario =
                Scenario::parse(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let played =
                play(&journey.slug, &journey.graph, &registry, &scenario).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            coverage.add(played.reached());
            wrong.extend(played.failures.into_iter().map(|words| format!("{}: {words}", path.display())));
        }
        let program = Arc::new(Program::compile(&journey.graph, &registry).unwrap());
        let missing = coverage.missing(&Journey { slug: journey.slug.clone(), program });
        wrong.extend(missing.into_iter().map(|place| format!("{shown}: no scenario reaches {place}")));
    }
    assert!(journeys >= 10, "the examples are gone");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
