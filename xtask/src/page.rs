//! The files a browser gets, under names that change with what is in them, and the page that names them.

use super::wasm::Wasm;
use super::{Outcome, css, inputs::hex};
use sha2::{Digest, Sha256};
use std::path::Path;

#[path = "../../builder-ui/build/messages.rs"]
#[allow(dead_code, reason = "the typed keys are for the builder's own build")]
mod messages;

/// A file to be served.
pub struct File {
    /// Its name, below `/assets/` unless it is the page itself.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Whether every first visit needs it; the other languages it does not.
    pub first_load: bool,
}

/// The name of the page.
pub const INDEX: &str = "index.html";
/// The mark of the brand, which is all a browser asks for by itself.
const ICON: &str = include_str!("../../builder-ui/style/icon.svg");

/// Puts the files together.
pub fn assemble(root: &Path, wasm: Wasm) -> Outcome<Vec<File>> {
    let builder = root.join("builder-ui");
    let mut files = Vec::new();
    let module = add(&mut files, "builder", "wasm", wasm.module);
    let bindings = add(&mut files, "bindings", "js", wasm.bindings.into_bytes());
    // What starts the program is a file of its own: the page's policy allows no script inside it.
    let start = format!(
        "import start from \"./{bindings}\";\nstart({{ module_or_path: new URL(\"./{module}\", import.meta.url) }})\
         .catch((error) => {{ console.error(error); document.getElementById(\"broken\").hidden = false; }});\n"
    );
    let start = add(&mut files, "start", "js", start.into_bytes());
    let style = add(&mut files, "style", "css", css::together(&builder.join("style"))?.into_bytes());
    let icon = add(&mut files, "icon", "svg", ICON.as_bytes().to_vec());
    let compiled = messages::compile(&builder.join("messages")).map_err(|problems| problems.join("\n"))?;
    // Said in every language: what would choose one did not start.
    let said = |(code, text): (&str, String)| format!("<p lang=\"{code}\" dir=\"auto\">{text}</p>");
    let broken: String = compiled.said("shell.broken").into_iter().map(said).collect();
    let mut languages = Vec::new();
    for (code, catalogue) in compiled.catalogues {
        let name = add(&mut files, code, "json", catalogue.into_bytes());
        languages.push(format!("<meta name=\"messages-{code}\" content=\"/assets/{name}\">"));
        if let Some(file) = files.last_mut() {
            file.first_load = code == "en";
        }
    }
    let index = format!(
        "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n<title>Tradewind</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"/assets/{icon}\" type=\"image/svg+xml\">\n\
         <link rel=\"preload\" href=\"/assets/{module}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n\
         <link rel=\"modulepreload\" href=\"/assets/{bindings}\">\n\
         <link rel=\"stylesheet\" href=\"/assets/{style}\">\n{}\n\
         <script type=\"module\" src=\"/assets/{start}\"></script>\n</head>\n\
         <body>\n<div class=\"broken\" id=\"broken\" hidden>{broken}</div>\n<noscript><div class=\"broken\">{broken}</div></noscript>\n</body>\n</html>\n",
        languages.join("\n")
    );
    files.push(File { name: INDEX.to_owned(), bytes: index.into_bytes(), first_load: true });
    Ok(files)
}

/// Adds a file under a name with its hash, and gives that name.
fn add(files: &mut Vec<File>, stem: &str, kind: &str, bytes: Vec<u8>) -> String {
    let name = format!("{stem}-{}.{kind}", &hex(&Sha256::digest(&bytes))[..12]);
    files.push(File { name: name.clone(), bytes, first_load: true });
    name
}
