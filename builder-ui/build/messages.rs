//! The compiler of messages: reads `messages/<language>/<area>.toml`, checks the languages against English, and makes the
//! typed keys (Rust) and one catalogue (JSON) a language. The builder's build script and the xtask both use it.
//!
//! ```toml
//! publish = "Publish…"                # t!(editor.publish)
//! greeting = "Hello {name}"           # t!(editor.greeting, name = customer)
//! [people]                            # a plural: its keys are CLDR categories; {n} decides and is formatted
//! one = "{n} person"
//! other = "{n} people"                # t!(editor.people, n = 5)
//! [state]                             # any other table is a group
//! live = "Live"                       # t!(editor.state.live)
//! ```
//! `{{` and `}}` are braces. English says which keys and placeholders there are; a plural form may leave out `{n}`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use toml::Value;

/// The languages, English first, each with the plural forms it must have.
pub const LANGUAGES: [(&str, &[&str]); 8] = [
    ("en", &["one", "other"]),
    ("es", &["one", "other"]),
    ("fr", &["one", "other"]),
    ("de", &["one", "other"]),
    ("ja", &["other"]),
    ("ko", &["other"]),
    ("zh", &["other"]),
    ("ar", &["zero", "one", "two", "few", "many", "other"]),
];
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];
const KEYWORDS: [&str; 41] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static", "struct", "super", "trait",
    "true", "try", "type", "unsafe", "use", "where", "while", "yield", "find",
];

/// What the compiler makes.
pub struct Compiled {
    /// The modules of keys, to be included.
    pub rust: String,
    /// Each language with its catalogue, an array in the order of the keys' numbers.
    pub catalogues: Vec<(&'static str, String)>,
    plain: Vec<(&'static str, Language)>,
}

impl Compiled {
    /// A plain message in every language, for what is shown before any is chosen.
    #[allow(dead_code, reason = "the builder itself has chosen one")]
    pub fn said(&self, name: &str) -> Vec<(&'static str, String)> {
        let key: Vec<String> = name.split('.').map(str::to_owned).collect();
        self.plain.iter().filter_map(|(code, language)| Some((*code, language.get(&key)?.forms.get("other")?.clone()))).collect()
    }
}

/// A message in one language: its forms by category; a plain one has only `other`.
#[derive(Clone)]
struct Entry {
    plural: bool,
    forms: BTreeMap<String, String>,
}

type Language = BTreeMap<Vec<String>, Entry>;

/// Compiles the folder of languages.
///
/// # Errors
/// Every problem, naming the file, the key and what to do.
pub fn compile(folder: &Path) -> Result<Compiled, Vec<String>> {
    let mut problems = Vec::new();
    let read: Vec<Language> = LANGUAGES.iter().map(|(code, _)| language(&folder.join(code), &mut problems)).collect();
    let Some((english, others)) = read.split_first() else { return Err(problems) };
    check_forms("en", LANGUAGES[0].1, english, &mut problems);
    for ((code, needed), other) in LANGUAGES[1..].iter().zip(others) {
        check(code, english, other, &mut problems);
        check_forms(code, needed, other, &mut problems);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let catalogues = LANGUAGES.iter().zip(&read).map(|((code, _), entries)| (*code, catalogue(entries))).collect();
    let rust = keys(english);
    Ok(Compiled { rust, catalogues, plain: LANGUAGES.iter().map(|(code, _)| *code).zip(read).collect() })
}

fn language(folder: &Path, problems: &mut Vec<String>) -> Language {
    let mut found = Language::new();
    let Ok(files) = fs::read_dir(folder) else {
        problems.push(format!("{}: there is no such folder: make it, with the files that en has", folder.display()));
        return found;
    };
    for path in files.flatten().map(|file| file.path()).filter(|path| path.extension().is_some_and(|kind| kind == "toml")) {
        let area = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_default();
        match text.parse::<toml::Table>() {
            Ok(table) => collect(&path, &mut vec![area], &table, &mut found, problems),
            Err(error) => problems.push(format!("{}: {}", path.display(), error.to_string().replace('\n', " "))),
        }
    }
    found
}

fn collect(file: &Path, at: &mut Vec<String>, table: &toml::Table, found: &mut Language, problems: &mut Vec<String>) {
    for (key, value) in table {
        let word = key.chars().enumerate().all(|(place, c)| c.is_ascii_lowercase() || c == '_' || (place > 0 && c.is_ascii_digit()));
        if !word || KEYWORDS.contains(&key.as_str()) {
            problems.push(format!("{}: {key:?}: a key is lower case letters, digits and _, and no word of Rust's", file.display()));
            continue;
        }
        at.push(key.clone());
        match value {
            Value::String(text) => {
                found.insert(at.clone(), Entry { plural: false, forms: BTreeMap::from([("other".to_owned(), text.clone())]) });
            }
            Value::Table(inner) if inner.contains_key("other") && inner.keys().all(|key| CATEGORIES.contains(&key.as_str())) => {
                let forms = inner.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
                found.insert(at.clone(), Entry { plural: true, forms: forms.collect() });
            }
            Value::Table(inner) => collect(file, at, inner, found, problems),
            _ => problems.push(format!("{}: {}: write a text in quotes, or a table", file.display(), at.join("."))),
        }
        at.pop();
    }
}

fn check(code: &str, english: &Language, other: &Language, problems: &mut Vec<String>) {
    for (key, entry) in english {
        let name = key.join(".");
        let Some(translated) = other.get(key) else {
            problems.push(format!("messages/{code}/{}.toml: {name} is missing: translate it", key[0]));
            continue;
        };
        if translated.plural != entry.plural {
            problems.push(format!("messages/{code}/{}.toml: {name} must be a plural here exactly when it is one in English", key[0]));
        }
        let (wanted, got) = (placeholders(&entry.forms["other"]), placeholders(&translated.forms["other"]));
        if wanted != got {
            problems.push(format!("messages/{code}/{}.toml: {name} has the placeholders {got:?}, English has {wanted:?}", key[0]));
        }
    }
    for key in other.keys().filter(|key| !english.contains_key(*key)) {
        problems.push(format!("messages/{code}/{}.toml: {} is not in English: remove it, or add it there", key[0], key.join(".")));
    }
}

fn check_forms(code: &str, needed: &[&str], language: &Language, problems: &mut Vec<String>) {
    for (key, entry) in language.iter().filter(|(_, entry)| entry.plural) {
        let place = format!("messages/{code}/{}.toml: {}", key[0], key.join("."));
        let all = placeholders(&entry.forms["other"]);
        if !all.contains("n") {
            problems.push(format!("{place}: a plural is decided by {{n}}: use it in `other`"));
        }
        for form in needed.iter().filter(|form| !entry.forms.contains_key(**form)) {
            problems.push(format!("{place}: the form `{form}` is missing"));
        }
        for (form, text) in &entry.forms {
            if needed.len() == 1 && form != "other" {
                problems.push(format!("{place}: this language has only the form `other`"));
            }
            if let Some(unknown) = placeholders(text).difference(&all).next() {
                problems.push(format!("{place}: the form `{form}` has {{{unknown}}}, which `other` has not"));
            }
        }
    }
}

/// The names in braces.
fn placeholders(text: &str) -> BTreeSet<String> {
    let text = text.replace("{{", "").replace("}}", "");
    text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0.to_owned())).collect()
}

fn catalogue(language: &Language) -> String {
    let entry = |entry: &Entry| match (entry.plural, entry.forms.get("other")) {
        (false, Some(text)) => serde_json::json!(text),
        _ => serde_json::json!(entry.forms),
    };
    serde_json::Value::Array(language.values().map(entry).collect()).to_string()
}

/// One module a group; in it a constant a plain message, a struct a message with placeholders.
fn keys(english: &Language) -> String {
    let mut rust = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut sorted: Vec<(usize, &Vec<String>, &Entry)> = english.iter().enumerate().map(|(n, (key, entry))| (n, key, entry)).collect();
    // A group's own messages stand together, so that its module is opened once.
    sorted.sort_by_key(|(_, key, _)| key[..key.len() - 1].to_vec());
    for (number, key, entry) in sorted {
        let groups: Vec<&str> = key[..key.len() - 1].iter().map(String::as_str).collect();
        let same = open.iter().zip(&groups).take_while(|(a, b)| a == b).count();
        rust.push_str(&"}\n".repeat(open.len() - same));
        for group in &groups[same..] {
            let _ = writeln!(
                rust,
                "pub mod {group} {{\n#[allow(unused_imports, reason = \"a group may have no text with arguments\")] use crate::i18n::{{Arg, Text}};"
            );
        }
        open = groups;
        let _ = writeln!(rust, "#[doc = {:?}]", entry.forms["other"]);
        rust.push_str(&key_item(number, &key[key.len() - 1], &placeholders(&entry.forms["other"])));
    }
    rust.push_str(&"}\n".repeat(open.len()));
    let _ = writeln!(rust, "/// How many messages there are.\npub const COUNT: usize = {};", english.len());
    let _ = writeln!(
        rust,
        "/// The number of a message by its whole name; one of the areas whose names are known at run time only.\n#[allow(clippy::too_many_lines, reason = \"a line a message\")]\npub fn find(name: &str) -> Option<Text> {{\nSome(Text(match name {{"
    );
    for (number, (key, entry)) in english.iter().enumerate() {
        // What kinds say of their nodes brings its own values for the placeholders.
        if dynamic(&key[0]) && (key[0] == "kinds" || placeholders(&entry.forms["other"]).is_empty()) {
            let _ = writeln!(rust, "{:?} => {number},", key.join("."));
        }
    }
    rust.push_str("_ => return None,\n}))\n}\n");
    rust
}

/// Areas whose messages are looked up by names that are only known at run time (kinds of steps, codes of problems, facts).
fn dynamic(area: &str) -> bool {
    ["kinds", "problems", "fields", "facts"].contains(&area)
}

fn key_item(number: usize, name: &str, placeholders: &BTreeSet<String>) -> String {
    if placeholders.is_empty() {
        return format!("pub const {name}: Text = Text({number});\n");
    }
    let fields: String = placeholders.iter().map(|field| format!("/// `{{{field}}}`\npub {field}: Arg, ")).collect();
    let pairs: String = placeholders.iter().map(|field| format!("({field:?}, &self.{field}), ")).collect();
    let count = placeholders.len();
    format!(
        "pub struct {name} {{ {fields} }}\nimpl {name} {{\n/// Which message it is.\npub const TEXT: Text = Text({number});\n\
         /// What is put into it.\npub fn args(&self) -> [(&'static str, &Arg); {count}] {{ [{pairs}] }}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Language, Vec<String>) {
        let (mut found, mut problems) = (Language::new(), Vec::new());
        collect(Path::new("area.toml"), &mut vec!["area".to_owned()], &text.parse().unwrap(), &mut found, &mut problems);
        (found, problems)
    }

    fn compared(english: &str, code: &str, other: &str) -> Vec<String> {
        let ((english, _), (other, mut problems)) = (read(english), read(other));
        let needed = LANGUAGES.iter().find(|(known, _)| *known == code).unwrap().1;
        check(code, &english, &other, &mut problems);
        check_forms(code, needed, &other, &mut problems);
        problems
    }

    #[test]
    fn a_language_must_have_what_english_has() {
        assert_eq!(compared("a = \"Hello {name}\"", "de", "a = \"Hallo {name}\""), Vec::<String>::new());
        assert!(compared("a = \"x\"", "de", "")[0].contains("area.a is missing"));
        assert!(compared("", "de", "a = \"x\"")[0].contains("not in English"));
        assert!(compared("a = \"Hello {name}\"", "de", "a = \"Hallo {nmae}\"")[0].contains("placeholders"));
    }

    #[test]
    fn a_plural_has_the_forms_of_its_language() {
        let english = "[n]\none = \"{n} day\"\nother = \"{n} days\"";
        let arabic = "[n]\nzero = \"0\"\none = \"1\"\ntwo = \"2\"\nfew = \"{n} f\"\nmany = \"{n} m\"\nother = \"{n} o\"";
        assert_eq!(compared(english, "ar", arabic), Vec::<String>::new());
        assert!(compared(english, "ar", english)[0].contains("`zero` is missing"));
        assert!(compared(english, "ja", english).iter().any(|problem| problem.contains("only the form `other`")));
        assert!(compared(english, "de", "[n]\none = \"1\"\nother = \"viele\"").iter().any(|problem| problem.contains("{n}")));
    }

    #[test]
    fn a_key_that_rust_cannot_name_is_refused() {
        assert!(read("type = \"x\"").1[0].contains("no word of Rust's"));
        assert!(read("Big = \"x\"").1[0].contains("lower case"));
    }

    #[test]
    fn keys_are_numbered_as_the_catalogue_is_ordered() {
        let (language, _) = read("b = \"B\"\n[a]\nc = \"C {x}\"\n[z]\nother = \"{n} Z\"");
        let rust = keys(&language);
        assert!(rust.contains("pub const b: Text = Text(1);") && rust.contains("pub const TEXT: Text = Text(0);"), "{rust}");
        assert_eq!(catalogue(&language), r#"["C {x}","B",{"other":"{n} Z"}]"#);
    }
}
