//! Embeds the builder: makes a table of `include_bytes!` out of what `cargo run -p xtask -- ui` left in `target/ui`. Embeds the
//! recipes of the gallery: a table of `include_str!` out of `examples/recipes`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Names another folder than `target/ui`.
const FOLDER: &str = "BUILDER_UI_DIR";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed={FOLDER}");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let folder = match env::var_os(FOLDER) {
        Some(folder) => PathBuf::from(folder),
        None => target(&out)?.join("ui"),
    };
    // A path that is not there would make cargo build this crate anew each time.
    fs::create_dir_all(&folder)?;
    println!("cargo::rerun-if-changed={}", folder.display());
    fs::write(out.join("ui.rs"), table(&folder)?)?;
    let recipes = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("examples/recipes");
    println!("cargo::rerun-if-changed={}", recipes.display());
    fs::write(out.join("recipes.rs"), gallery(&recipes)?)?;
    Ok(())
}

/// Cargo's target folder: the one above `out` that it has marked as a cache.
fn target(out: &Path) -> Result<&Path, Box<dyn std::error::Error>> {
    let marked = out.ancestors().filter(|folder| folder.join("CACHEDIR.TAG").exists()).last();
    Ok(marked.or_else(|| out.ancestors().nth(4)).ok_or("OUT_DIR is not inside a target folder")?)
}

/// The files of the folder, without the compressed forms, which stand beside the plain one.
fn table(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != "manifest.json" && ![".br", ".gz"].iter().any(|ending| name.ends_with(ending)) {
            names.push(name);
        }
    }
    names.sort();
    let mut rust = "&[\n".to_owned();
    for name in names {
        let file = folder.join(&name);
        let form = |ending: &str| {
            let path = folder.join(format!("{name}{ending}"));
            if path.exists() { format!("Some(include_bytes!({path:?}))") } else { "None".to_owned() }
        };
        writeln!(rust, "Embedded {{ name: {name:?}, plain: include_bytes!({file:?}), brotli: {}, gzip: {} }},", form(".br"), form(".gz"))?;
    }
    rust.push_str("]\n");
    Ok(rust)
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The shelves of the gallery, and each recipe with its files.
fn gallery(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let mut rust = format!("Files {{ categories: include_str!({:?}), recipes: &[\n", folder.join("categories.toml"));
    for slug in names(folder)?.iter().filter(|slug| folder.join(slug).is_dir()) {
        let of = |name: &str| folder.join(slug).join(name);
        let (recipe, journey, readme) = (of("recipe.toml"), of("journey.json"), of("README.md"));
        write!(rust, "RecipeFiles {{ slug: {slug:?}, recipe: include_str!({recipe:?}), journey: include_str!({journey:?}), ")?;
        write!(rust, "readme: include_str!({readme:?}), scenarios: &[")?;
        for name in names(&folder.join(slug))? {
            if let Some(stem) = name.strip_suffix(".test.json") {
                write!(rust, "({stem:?}, include_str!({:?})), ", of(&name))?;
            }
        }
        rust.push_str("] },\n");
    }
    rust.push_str("] }\n");
    Ok(rust)
}
