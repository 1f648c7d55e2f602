//! The program itself: compiled, given its JavaScript by wasm-bindgen, and made smaller by wasm-opt where that is installed.

use super::Outcome;
use super::toolchain::{TARGET, Toolchain};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
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
    let profile = if dev { "ui-dev" } else { "ui" };
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
    if !dev {
        optimise(root, &wasm)?;
    }
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

/// Makes the module smaller by npm's `binaryen`, when somebody has installed it beside the builder. It gains a tenth or less.
fn optimise(root: &Path, module: &Path) -> Outcome<()> {
    let tool = root.join("builder-ui/node_modules/.bin/wasm-opt");
    if !tool.exists() {
        return Ok(());
    }
    let smaller = module.with_extension("opt.wasm");
    let done = Command::new(tool).arg("-Oz").arg("--all-features").arg(module).arg("-o").arg(&smaller).status();
    match done {
        Ok(status) if status.success() => {
            fs::rename(&smaller, module).map_err(|error| format!("{} cannot be replaced: {error}", module.display()))
        }
        Ok(status) => Err(format!("wasm-opt ended with {status}")),
        Err(error) => Err(format!("wasm-opt cannot be started: {error}")),
    }
}
