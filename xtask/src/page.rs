//! The files a browser gets, under names that change with what is in them, and the page that names them.

use super::wasm::{LINK, PAGE, Programs, Wasm};
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
pub fn assemble(root: &Path, programs: Programs) -> Outcome<Vec<File>> {
    let builder = root.join("builder-ui");
    let mut files = Vec::new();
    let first = files.len();
    let mut link = programs.link;
    for (name, part) in programs.parts {
        let hashed = add(&mut files, name.trim_end_matches(".wasm"), "wasm", part);
        link = link.replace(&format!("./{name}"), &format!("./{hashed}"));
    }
    // Parts come when they are gone to.
    files[first..].iter_mut().for_each(|file| file.first_load = false);
    let module = add(&mut files, "builder", "wasm", programs.page.module);
    // Each imports the other, so one hash names both. The program itself asks for the link by the name it was cut with.
    let both = &hex(&Sha256::digest([programs.page.bindings.as_bytes(), link.as_bytes()].concat()))[..12];
    let (bindings, parts) = (format!("builder-bindings-{both}.js"), format!("parts-{both}.js"));
    let bound = programs.page.bindings.replace(&format!("from \"{LINK}\""), &format!("from \"./{parts}\""));
    files.push(File { name: bindings.clone(), bytes: bound.into_bytes(), first_load: true });
    files.push(File { name: parts.clone(), bytes: link.replace(PAGE, &format!("./{bindings}")).into_bytes(), first_load: true });
    // What starts the program is a file of its own: the page's policy allows no script inside it.
    let start = format!(
        "import start from \"./{bindings}\";\nstart({{ module_or_path: new URL(\"./{module}\", import.meta.url) }})\
         .catch((error) => {{ console.error(error); document.getElementById(\"broken\").hidden = false; }});\n"
    );
    let start = add(&mut files, "start", "js", start.into_bytes());
    let style = add(&mut files, "style", "css", css::together(&builder.join("style"))?.into_bytes());
    let begun = files.len();
    let (worker, worker_bindings) = program(&mut files, "worker", programs.worker);
    let worker = format!(
        "import start from \"./{worker_bindings}\";\nawait start({{ module_or_path: new URL(\"./{worker}\", import.meta.url) }});\n"
    );
    let worker = add(&mut files, "start-worker", "js", worker.into_bytes());
    // It comes with the first journey.
    files[begun..].iter_mut().for_each(|file| file.first_load = false);
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
         <link rel=\"modulepreload\" href=\"/assets/{parts}\">\n\
         <meta name=\"worker\" content=\"/assets/{worker}\">\n\
         <link rel=\"stylesheet\" href=\"/assets/{style}\">\n{}\n\
         <script type=\"module\" src=\"/assets/{start}\"></script>\n</head>\n\
         <body>\n<div class=\"broken\" id=\"broken\" hidden>{broken}</div>\n<noscript><div class=\"broken\">{broken}</div></noscript>\n</body>\n</html>\n",
        languages.join("\n")
    );
    files.push(File { name: INDEX.to_owned(), bytes: index.into_bytes(), first_load: true });
    Ok(files)
}

/// Adds a program and gives the names of its module and of its bindings.
fn program(files: &mut Vec<File>, stem: &str, wasm: Wasm) -> (String, String) {
    let module = add(files, stem, "wasm", wasm.module);
    (module, add(files, &format!("{stem}-bindings"), "js", wasm.bindings.into_bytes()))
}

/// Adds a file under a name with its hash, and gives that name.
fn add(files: &mut Vec<File>, stem: &str, kind: &str, bytes: Vec<u8>) -> String {
    let name = format!("{stem}-{}.{kind}", &hex(&Sha256::digest(&bytes))[..12]);
    files.push(File { name: name.clone(), bytes, first_load: true });
    name
}
