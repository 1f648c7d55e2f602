//! Modules that import one another in a circle can only be read, moved and tested all at once.
//!
//! A module is what lies directly under a crate's `src`, a folder or a file. In the folders of [`DIVIDED`] what lies directly under them
//! is looked at too. Deeper down files may know one another. A parent and its children are one thing here, tests are left out, and a
//! name that a module re-exports counts for the module it comes from.

use super::{Source, none, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Crates whose modules are not free of circles yet. This list only gets shorter.
const NOT_YET: [&str; 6] = ["commerce", "core", "engine", "nodes", "schema", "store"];

/// Folders large enough that their own parts must be free of circles as well.
const DIVIDED: [&str; 1] = ["builder-ui/src/editor"];

type Path = Vec<String>;

/// One module of a crate.
struct Module {
    path: Path,
    file: String,
    imports: Vec<Import>,
}

/// Something a module names by a path.
struct Import {
    /// Whether others can have it from there.
    public: bool,
    path: Path,
    /// What it is called there; `*` for everything.
    name: String,
}

#[test]
fn modules_import_one_another_in_no_circle() {
    let sources = sources();
    let mut findings = Vec::new();
    for root in roots(&sources) {
        let crate_name = root.trim_end_matches("src").trim_end_matches('/');
        let all = modules(&sources, &root);
        let found = circles(&all, &[]);
        match (NOT_YET.contains(&crate_name), found.is_empty()) {
            (true, true) => findings.push(format!("{crate_name} has no circle any more: take it off NOT_YET in tests/tidy/circles.rs")),
            (false, false) => findings.extend(found.into_iter().map(|circle| format!("{root}: {circle}"))),
            _ => {}
        }
        for folder in DIVIDED.iter().filter_map(|folder| folder.strip_prefix(&format!("{root}/"))) {
            let inside: Path = folder.split('/').map(str::to_owned).collect();
            findings.extend(circles(&all, &inside).into_iter().map(|circle| format!("{root}/{folder}: {circle}")));
        }
    }
    none(&findings, "Modules import one another in a circle: move what both need below them, or hand it over as a parameter.");
}

/// The `src` folders of all crates.
fn roots(sources: &[Source]) -> BTreeSet<String> {
    let manifests = sources.iter().filter_map(|source| source.path.strip_suffix("Cargo.toml"));
    manifests.map(|folder| format!("{folder}src")).collect()
}

fn modules(sources: &[Source], root: &str) -> Vec<Module> {
    let module = |source: &Source| {
        let inside = source.path.strip_prefix(root)?.strip_prefix('/')?.strip_suffix(".rs")?;
        let mut path: Path = inside.split('/').map(str::to_owned).collect();
        // Programs of their own are nobody's modules.
        if path[0] == "bin" || path.iter().any(|part| part == "tests" || part.ends_with("_tests")) {
            return None;
        }
        if path.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
            path.pop();
        }
        Some(Module { path, file: source.path.clone(), imports: imports(&code(&source.text)) })
    };
    sources.iter().filter_map(module).collect()
}

/// A text without comments and without the tests at its end.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end].lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What a text names by paths: in `use` items, and in full elsewhere.
fn imports(text: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for (at, word) in text.match_indices("use ") {
        let before = text[..at].trim_end();
        if at < from
            || text[..at].chars().next_back().is_some_and(is_part)
            || !before.is_empty() && !before.ends_with(['{', '}', ';', ']', ')']) && !before.ends_with("pub")
        {
            continue;
        }
        let Some(end) = text[at..].find(';').map(|end| at + end) else { continue };
        rest.push_str(&text[from..at]);
        let public = before.ends_with("pub") || before.rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("pub("));
        expand(&text[at + word.len()..end], &[], public, &mut found);
        from = end + 1;
    }
    rest.push_str(&text[from..]);
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in rest.match_indices(start) {
            // A second `super::` belongs to the path that began before it.
            if !rest[..at].ends_with("::") && !rest[..at].chars().next_back().is_some_and(is_part) {
                let path: String = rest[at..].chars().take_while(|c| is_part(*c) || *c == ':').collect();
                found.push(Import {
                    public: false,
                    path: path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect(),
                    name: String::new(),
                });
            }
        }
    }
    found
}

/// Takes the tree of a `use` apart: `a::{b, c as d}` is `a::b` and `a::c`.
fn expand(tree: &str, prefix: &[String], public: bool, found: &mut Vec<Import>) {
    let tree = tree.trim();
    let Some((head, inside)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name.trim().to_owned())));
        let mut whole = prefix.to_vec();
        // `{self}` is what stands before the brackets.
        whole.extend(
            path.split("::").map(str::trim).filter(|part| !part.is_empty() && (*part != "self" || prefix.is_empty())).map(str::to_owned),
        );
        if let Some(last) = whole.last().cloned() {
            found.push(Import { public, path: whole, name: name.unwrap_or(last) });
        }
        return;
    };
    let mut whole = prefix.to_vec();
    whole.extend(head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
    let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
    let (mut depth, mut from) = (0, 0);
    for (at, c) in inside.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            expand(&inside[from..at], &whole, public, found);
            from = at + 1;
        }
    }
    expand(&inside[from..], &whole, public, found);
}

/// The modules there are, and what each gives on under which name.
struct Names<'a> {
    modules: BTreeSet<&'a [String]>,
    given: BTreeMap<(&'a [String], &'a str), Path>,
}

impl<'a> Names<'a> {
    fn of(all: &'a [Module]) -> Self {
        let modules = all.iter().flat_map(|module| (0..=module.path.len()).map(|parts| &module.path[..parts])).collect();
        let mut names = Self { modules, given: BTreeMap::new() };
        let given: Vec<_> = all
            .iter()
            .flat_map(|module| module.imports.iter().filter(|import| import.public).map(move |import| (module, import)))
            .filter_map(|(module, import)| {
                Some(((module.path.as_slice(), import.name.as_str()), names.absolute(&module.path, &import.path)?))
            })
            .collect();
        names.given.extend(given);
        names
    }

    /// A path from the crate's root. None for what comes from another crate.
    fn absolute(&self, from: &[String], path: &[String]) -> Option<Path> {
        let mut base = from.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => return Some(path[1..].to_vec()),
            "super" | "self" => {
                while let Some(word) = rest.first().filter(|word| ["super", "self"].contains(&word.as_str())) {
                    if word == "super" {
                        base.pop();
                    }
                    rest = &rest[1..];
                }
            }
            first => {
                let child = [from, &[first.to_owned()]].concat();
                if !self.modules.contains(child.as_slice()) {
                    return None;
                }
            }
        }
        base.extend_from_slice(rest);
        Some(base)
    }

    /// The module that what is named is in.
    fn home(&self, mut path: Path) -> Path {
        // A name is given on a few times at most; two that give to one another must not keep us here.
        for _ in 0..8 {
            let known = (0..=path.len()).rev().find(|parts| self.modules.contains(&path[..*parts])).unwrap_or(0);
            let given = path.get(known).and_then(|name| self.given.get(&(&path[..known], name.as_str())));
            match given {
                Some(to) => path = [to.as_slice(), &path[known + 1..]].concat(),
                None => {
                    path.truncate(known);
                    break;
                }
            }
        }
        path
    }
}

/// The circles among what lies directly under `parent`, each with its imports.
fn circles(all: &[Module], parent: &[String]) -> Vec<String> {
    let names = Names::of(all);
    // Who imports whom, and one place where.
    let mut edges: BTreeMap<(String, String), String> = BTreeMap::new();
    for module in all {
        let Some([own, ..]) = module.path.strip_prefix(parent) else { continue };
        for import in &module.imports {
            let Some(home) = names.absolute(&module.path, &import.path).map(|path| names.home(path)) else { continue };
            if let Some([other, ..]) = home.strip_prefix(parent)
                && other != own
            {
                edges.entry((own.clone(), other.clone())).or_insert_with(|| format!("{} names {}", module.file, import.path.join("::")));
            }
        }
    }
    let reach: BTreeMap<&String, BTreeSet<&String>> = edges.keys().map(|(own, _)| (own, reached(&edges, own))).collect();
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (own, others) in reach.iter().filter(|(own, others)| others.contains(*own)) {
        let circle: BTreeSet<&String> =
            others.iter().filter(|other| reach.get(*other).is_some_and(|back| back.contains(own))).copied().collect();
        if told.insert(circle.clone()) {
            let inside = edges.iter().filter(|((a, b), _)| circle.contains(a) && circle.contains(b));
            let lines: String = inside.map(|((a, b), place)| format!("\n    {a} → {b}: {place}")).collect();
            found.push(format!("{}{lines}", circle.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")));
        }
    }
    found
}

/// Everything that is imported from here on.
fn reached<'a>(edges: &'a BTreeMap<(String, String), String>, from: &'a String) -> BTreeSet<&'a String> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(at) = next.pop() {
        next.extend(edges.keys().filter(|(own, _)| own == at).map(|(_, other)| other).filter(|other| seen.insert(*other)));
    }
    seen
}

#[test]
fn circles_are_found_through_what_is_re_exported_and_not_where_there_are_none() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let all = [
        source("x/src/lib.rs", "pub mod a;\npub mod b;\npub mod c;"),
        source("x/src/a/mod.rs", "mod inner;\npub use inner::Thing;\nuse crate::c::{self, Low};"),
        source("x/src/a/inner.rs", "use super::Outer;\npub struct Thing(crate::b::Part);"),
        source(
            "x/src/b.rs",
            "// use crate::c::Low;\nuse crate::{\n    a::Thing as Known,\n    c::Low,\n};\n#[cfg(test)]\nmod tests { use crate::d::X; }",
        ),
        source("x/src/c.rs", "use std::fmt;\npub struct Low;"),
        source("x/src/d.rs", "use crate::b::Part;"),
    ];
    let found = circles(&modules(&all, "x/src"), &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("a, b\n"), "{found:?}");
    assert!(
        found[0].contains("x/src/a/inner.rs names crate::b::Part") && found[0].contains("x/src/b.rs names crate::a::Thing"),
        "{found:?}"
    );
}
