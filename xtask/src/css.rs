//! The style sheets, put together in the order of their layers and freed of what browsers do not read.

use super::Outcome;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Comes first, so that the order of the layers does not hang on file names.
const FIRST: &str = "@layer reset, tokens, base, part, page, editor, state;\n";

/// All style sheets of the folder as one.
pub fn together(folder: &Path) -> Outcome<String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
    let mut files: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|kind| kind == "css")).collect();
    files.sort();
    let mut whole = FIRST.to_owned();
    let mut owners = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        let text = minify(&text);
        if text.matches('{').count() != text.matches('}').count() {
            return Err(format!("{}: its braces do not close", file.display()));
        }
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        for class in classes(&text) {
            let owner = owners.entry(class.to_owned()).or_insert_with(|| name.clone());
            if *owner != name {
                return Err(format!(
                    ".{class} is styled as a whole in {owner} and in {name}, and each would be drawn by the other's rules too: \
                     give one of them another name, or begin its selectors with the part it is in"
                ));
            }
        }
        whole.push_str(&text);
    }
    Ok(whole)
}

/// The classes that a sheet styles wherever they are: selectors that are one class and nothing else.
fn classes(css: &str) -> impl Iterator<Item = &str> {
    let selectors = css.split('{').filter_map(|before| before.rsplit(['}', ';']).next());
    selectors.flat_map(|selectors| selectors.split(',')).filter_map(|selector| {
        let class = selector.trim().strip_prefix('.')?;
        class.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_').then_some(class)
    })
}

/// Takes out comments and the white space that means nothing. Strings stay as they are.
fn minify(css: &str) -> String {
    let mut made = String::with_capacity(css.len());
    let mut chars = css.chars().peekable();
    let mut quote = None;
    while let Some(c) = chars.next() {
        if let Some(end) = quote {
            made.push(c);
            if c == '\\' {
                made.extend(chars.next());
            } else if c == end {
                quote = None;
            }
            continue;
        }
        match c {
            '"' | '\'' => {
                quote = Some(c);
                made.push(c);
            }
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            c if c.is_whitespace() => {
                // Around these a blank means nothing; before `(` and around `+`, `-` and `:` it can.
                let after = made.chars().next_back().is_none_or(|last| "{};,>".contains(last) || last.is_whitespace());
                if !after {
                    made.push(' ');
                }
            }
            '{' | '}' | ';' | ',' | '>' => {
                if made.ends_with(' ') {
                    made.pop();
                }
                if c == '}' && made.ends_with(';') {
                    made.pop();
                }
                made.push(c);
            }
            c => made.push(c),
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::{classes, minify};

    #[test]
    fn a_class_alone_is_told_from_one_in_a_place() {
        let css = minify("@layer page { .a { color: red } .b, .c .d { margin: 0 } .e:hover {} @media (x) { .f { top: 0; } } }");
        assert_eq!(classes(&css).collect::<Vec<_>>(), ["a", "b", "f"]);
    }

    #[test]
    fn only_what_means_nothing_is_taken_out() {
        let css = "/* a */ .a > .b ,\n .c :hover {\n  margin: calc(1px + 2px) auto;\n  content: \"  ; } \";\n}\n";
        assert_eq!(minify(css), ".a>.b,.c :hover{margin: calc(1px + 2px) auto;content: \"  ; } \"}");
    }
}
