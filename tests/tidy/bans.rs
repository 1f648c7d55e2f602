//! What may not be written anywhere in the project.

use super::{Source, line, none, sources, words};

/// Files that are made by tools or must quote what is banned.
fn exempt(path: &str) -> bool {
    path == "Cargo.lock" || path == "tests/tidy/bans.rs"
}

fn find(banned: &[&str], in_files: impl Fn(&str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for Source { path, text } in sources().iter().filter(|source| !exempt(&source.path) && in_files(&source.path)) {
        for word in banned {
            // What begins or ends with a sign is found anywhere, words only whole.
            let whole = word.chars().all(char::is_alphabetic);
            let places: Vec<usize> = if whole { words(text, word).collect() } else { text.match_indices(word).map(|(at, _)| at).collect() };
            findings.extend(places.into_iter().map(|at| format!("{path}:{}: {word}", line(text, at))));
        }
    }
    findings
}

#[test]
fn nothing_is_left_for_later() {
    let findings = find(&["TODO", "FIXME", "XXX", "HACK", "todo!(", "unimplemented!("], |_| true);
    none(&findings, "Unfinished work does not go in: do it, or open an issue and leave no mark in the code.");
}

#[test]
fn no_test_is_switched_off() {
    let findings = find(&["#[ignore"], |path| path.ends_with(".rs"));
    none(&findings, "A test that does not run proves nothing: repair it or remove it.");
}

#[test]
fn tests_wait_for_what_is_to_happen_and_never_sleep() {
    let test_file =
        |path: &str| path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs");
    let mut findings = Vec::new();
    for Source { path, text } in sources().iter().filter(|s| s.path.ends_with(".rs") && !exempt(&s.path) && !s.path.starts_with("bench/")) {
        // Tests inside a source file are at its end.
        let from = if test_file(path) { 0 } else { text.find("#[cfg(test)]\nmod ").unwrap_or(text.len()) };
        findings.extend(text[from..].match_indices("::sleep(").map(|(at, _)| format!("{path}:{}", line(text, from + at))));
    }
    none(
        &findings,
        "A test that sleeps is slow when it could be fast and fails when the machine is slow: wait by `until(…)`, or stop the clock.",
    );
}

#[test]
fn no_package_registry_is_named() {
    let hosts = ["crates.io", "registry.npmjs.org", "npmjs.com", "registry.yarnpkg.com", "pypi.org", "files.pythonhosted.org"];
    none(&find(&hosts, |_| true), "A registry's host is the business of the machine's configuration, not of the project.");
}

#[test]
fn no_path_of_somebodys_machine_is_written() {
    let mut findings = Vec::new();
    for Source { path, text } in sources().iter().filter(|source| !exempt(&source.path)) {
        for folder in ["/work/", "/home/", "/root/", "/Users/"] {
            let absolute = |at: usize| !text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || "._-:/}~*".contains(c));
            let places = text.match_indices(folder).map(|(at, _)| at).filter(|at| absolute(*at));
            findings.extend(places.map(|at| format!("{path}:{}: {folder}", line(text, at))));
        }
    }
    none(&findings, "An absolute path exists on one machine only: make it relative, or a setting.");
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let empty = ["util", "utils", "common", "manager", "managers", "helper", "helpers", "misc"];
    // Handlebars calls its functions helpers.
    let excused = ["nodes/src/template/helpers.rs"];
    let findings: Vec<String> = sources()
        .into_iter()
        .map(|source| source.path)
        .filter(|path| !excused.contains(&path.as_str()))
        .filter(|path| path.split('/').any(|part| empty.contains(&part.split('.').next().unwrap_or_default())))
        .collect();
    none(&findings, "A name should say what is inside: these say nothing.");
}

/// A kind describes itself whole: who asks for its name elsewhere would have to be changed with every new kind.
#[test]
fn kinds_of_steps_are_named_in_their_own_files_only() {
    // The maker of random graphs draws from a list of its own: a seed must make the same graph in every version.
    let its_own = |path: &str| path.starts_with("nodes/src/kinds/") || path == "nodes/src/graph/generate.rs";
    let test_file = |path: &str| path.contains("tests/") || path.ends_with("tests.rs") || path.starts_with("bench/");
    let names: Vec<String> =
        tradewind_nodes::kinds::Outlines::builtin().specs().into_iter().map(|spec| format!("\"{}\"", spec.name)).collect();
    let mut findings = Vec::new();
    for Source { path, text } in sources().iter().filter(|s| s.path.ends_with(".rs") && !its_own(&s.path) && !test_file(&s.path)) {
        // Tests inside a source file are at its end.
        let code = &text[..text.find("#[cfg(test)]\nmod ").unwrap_or(text.len())];
        // `exit` and `goal` are words of other things, too.
        for name in names.iter().filter(|name| name.contains('.')) {
            let written = |at: usize| !code[..at].lines().last().is_some_and(|before| before.trim_start().starts_with("//"));
            let places = code.match_indices(name.as_str()).filter(|(at, _)| written(*at));
            findings.extend(places.map(|(at, _)| format!("{path}:{}: {name}", line(text, at))));
        }
    }
    none(&findings, "Let the kind say it: a constant or function of `Kind`, read through `Outlines`.");
}
