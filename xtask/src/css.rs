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
        for class in leading(&text) {
            let owner = owners.entry(class.clone()).or_insert_with(|| name.clone());
            if *owner != name {
                return Err(format!(
                    "selectors begin with .{class} in {owner} and in {name}, and what has the class would be drawn by the rules of both: \
                     give one of them another name, move the rules into one sheet, or begin them with a class of their own sheet"
                ));
            }
        }
        whole.push_str(&text);
    }
    Ok(whole)
}

/// The classes that a sheet's selectors begin with: those it styles wherever they are, alone or with what is inside them. Behind
/// another class a class may be named by any sheet, as `.dialog .row`: there it is only fitted into its place.
fn leading(css: &str) -> impl Iterator<Item = String> {
    let selectors = css.split('{').filter_map(|before| before.rsplit(['}', ';']).next());
    // What stands in brackets narrows a selector and does not begin one.
    let bare = selectors.filter(|selector| !selector.trim_start().starts_with('@')).map(|selector| {
        let mut depth = 0;
        let outside = |c: &char| {
            depth += i32::from(*c == '(');
            let outside = depth == 0;
            depth -= i32::from(*c == ')');
            outside
        };
        selector.chars().filter(outside).collect::<String>()
    });
    bare.flat_map(|selectors| {
        let class = |selector: &str| {
            let class: String =
                selector.split_once('.')?.1.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
            (!class.is_empty()).then_some(class)
        };
        selectors.split(',').filter_map(class).collect::<Vec<_>>()
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
    use super::{leading, minify, together};
    use std::fs;

    #[test]
    fn a_sheet_owns_the_classes_its_selectors_begin_with() {
        let css = minify(
            "@layer page { .a { opacity: .5 } .b h2, [dir=\"rtl\"] .c .d { margin: 0 } aside.e:hover {} .f:is(.g, .h) {} @media (x) { .i.j { top: 0; } } } \
             @keyframes k { from { opacity: .3; } }",
        );
        assert_eq!(leading(&css).collect::<Vec<_>>(), ["a", "b", "c", "e", "f", "i"]);
    }

    #[test]
    fn a_class_that_two_sheets_style_is_refused() {
        let folder = std::env::temp_dir().join(format!("tradewind-css-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        write("canvas.css", ".welcome { position: absolute; }");
        write("pages.css", ".doors .welcome { margin: 0; }");
        assert!(together(&folder).is_ok(), "one sheet may fit another's part into its own");
        write("pages.css", ".welcome h2 { font-size: 2rem; }");
        let refusal = together(&folder).unwrap_err();
        fs::remove_dir_all(&folder).unwrap();
        assert!(refusal.contains(".welcome in canvas.css and in pages.css"), "{refusal}");
    }

    #[test]
    fn only_what_means_nothing_is_taken_out() {
        let css = "/* a */ .a > .b ,\n .c :hover {\n  margin: calc(1px + 2px) auto;\n  content: \"  ; } \";\n}\n";
        assert_eq!(minify(css), ".a>.b,.c :hover{margin: calc(1px + 2px) auto;content: \"  ; } \"}");
    }
}
