//! Messages of one language, and putting values into them.

use super::{format, language};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A message by its number in the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Text(pub u16);

impl Text {
    /// The text in the language in force.
    #[must_use]
    pub fn get(self) -> String {
        say(self, &[])
    }
}

/// A value for a placeholder.
#[derive(Clone, PartialEq, Debug)]
pub enum Arg {
    /// Put in as it is.
    Text(String),
    /// Written as the language writes numbers; decides the plural form when it is `{n}`.
    Number(f64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}
impl From<Text> for Arg {
    fn from(text: Text) -> Self {
        Self::Text(text.get())
    }
}
macro_rules! numbers {
    ($($kind:ty),+) => {$(
        impl From<$kind> for Arg {
            // A browser's numbers are doubles; what is counted here is far below where they lose whole numbers.
            fn from(number: $kind) -> Self { Self::Number(number as f64) }
        }
    )+};
}
numbers!(i32, i64, u16, u32, u64, usize, f64);

/// A message as its catalogue has it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Pattern {
    Plain(String),
    Plural(BTreeMap<String, String>),
}

/// All messages of one language.
#[derive(Debug, Default)]
pub struct Catalogue(Vec<Pattern>);

impl Catalogue {
    /// Reads a compiled catalogue. None when it is not one of this build: then its numbers would mean other messages.
    pub fn read(json: &str) -> Option<Self> {
        let patterns: Vec<Pattern> = serde_json::from_str(json).ok()?;
        (patterns.len() == super::keys::COUNT).then_some(Self(patterns))
    }

    fn say(&self, text: Text, args: &[(&str, &Arg)]) -> String {
        let pattern = match self.0.get(usize::from(text.0)) {
            Some(Pattern::Plain(pattern)) => pattern,
            Some(Pattern::Plural(forms)) => {
                let n = args.iter().find_map(|(name, arg)| match arg {
                    Arg::Number(n) if *name == "n" => Some(*n),
                    _ => None,
                });
                let category = n.map_or_else(|| "other".to_owned(), format::plural);
                match forms.get(&category).or_else(|| forms.get("other")) {
                    Some(pattern) => pattern,
                    None => return String::new(),
                }
            }
            None => return String::new(),
        };
        fill(pattern, args)
    }
}

fn fill(pattern: &str, args: &[(&str, &Arg)]) -> String {
    if !pattern.contains(['{', '}']) {
        return pattern.to_owned();
    }
    let mut filled = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        let (brace, after) = rest[at..].split_at(1);
        if let Some(escaped) = after.strip_prefix(brace) {
            filled.push_str(brace);
            rest = escaped;
            continue;
        }
        let Some((name, after)) = after.split_once('}').filter(|_| brace == "{") else {
            rest = after;
            continue;
        };
        match args.iter().find(|(known, _)| *known == name) {
            Some((_, Arg::Text(text))) => filled.push_str(text),
            Some((_, Arg::Number(number))) => filled.push_str(&format::number(*number)),
            None => {}
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The text of a message in the language in force; whoever calls this in a view follows the language.
#[must_use]
pub fn say(text: Text, args: &[(&str, &Arg)]) -> String {
    language::present().catalogue.say(text, args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_a_catalogue_of_this_build() {
        for language in super::super::Language::ALL {
            assert!(Catalogue::read(super::super::language::compiled(language)).is_some(), "{language:?}");
        }
    }

    #[test]
    fn values_are_put_in_and_braces_kept() {
        let (name, n) = (Arg::from("Zoë"), Arg::from(1234));
        assert_eq!(fill("Hello {name}, {n} times", &[("name", &name), ("n", &n)]), "Hello Zoë, 1,234 times");
        assert_eq!(fill("{{{name}}}", &[("name", &name)]), "{Zoë}");
        assert_eq!(fill("write {{customer.name}}", &[]), "write {customer.name}");
    }

    #[test]
    fn a_plural_is_decided_by_n() {
        assert_eq!(crate::t!(shell.changes, n = 1), "1 change");
        assert_eq!(crate::t!(shell.changes, n = 2), "2 changes");
    }
}
