//! The program itself: compiled, and given its JavaScript by wasm-bindgen.
//!
//! There is no `wasm-opt`: it takes a seventh off the module and, because what is left repeats less, adds a fiftieth to what
//! goes over the wire.

use super::Outcome;
use super::toolchain::{TARGET, Toolchain};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// The program and the JavaScript that starts it.
pub struct Wasm {
    /// The module.
    pub module: Vec<u8>,
    /// Its bindings, an ES module.
    pub bindings: String,
}

/// Builds the program.
pub fn build(root: &Path, target: &Path, dev: bool) -> Outcome<Wasm> {
    let toolchain = Toolchain::find(root)?;
    let profile = if dev { "browser-dev" } else { "browser" };
    let built = toolchain
        .cargo(root)
        .args(["build", "--locked", "-p", "tradewind-builder", "--bin", "tradewind-builder", "--target", TARGET, "--profile", profile])
        .args(toolchain.flags())
        .arg("--target-dir")
        .arg(target)
        .status()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if !built.success() {
        return Err("it does not compile: the errors are above".to_owned());
    }
    let out = target.join("ui-bindgen");
    let wasm = bind(&target.join(TARGET).join(profile).join("tradewind-builder.wasm"), &out, dev)?;
    let read = |path: &Path| fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()));
    let bindings = String::from_utf8(read(&out.join("builder.js"))?).map_err(|error| format!("builder.js: {error}"))?;
    Ok(Wasm { module: read(&wasm)?, bindings })
}

fn bind(module: &Path, out: &Path, dev: bool) -> Outcome<PathBuf> {
    let bindgen = || {
        let mut bindgen = Bindgen::new();
        bindgen.input_path(module).out_name("builder").typescript(false).keep_debug(dev).remove_name_section(!dev);
        bindgen.remove_producers_section(true).omit_default_module_path(true).web(true)?.generate(out)
    };
    // The library must be of the version the program was compiled with; it says so itself.
    bindgen().map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    Ok(out.join("builder_bg.wasm"))
}
