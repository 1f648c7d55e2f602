//! The programs themselves: compiled, and given their JavaScript by wasm-bindgen.
//!
//! There is no `wasm-opt`: it takes a seventh off the module and, because what is left repeats less, adds a fiftieth to what
//! goes over the wire.

use super::Outcome;
use super::toolchain::{TARGET, Toolchain};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// A program and the JavaScript that starts it.
pub struct Wasm {
    /// The module.
    pub module: Vec<u8>,
    /// Its bindings, an ES module.
    pub bindings: String,
}

/// What a browser runs.
pub struct Programs {
    /// The page: what everybody needs.
    pub page: Wasm,
    /// Its other parts, by the names `link` fetches them under.
    pub parts: Vec<(String, Vec<u8>)>,
    /// What fetches them, an ES module that both imports the bindings and is imported by them.
    pub link: String,
    /// The worker.
    pub worker: Wasm,
}

/// What the page's bindings import to fetch parts.
pub const LINK: &str = "./parts.js";
/// What that imports of the page's bindings.
pub const PAGE: &str = "./builder.js";

/// Builds the programs.
pub fn build(root: &Path, target: &Path, dev: bool) -> Outcome<Programs> {
    let toolchain = Toolchain::find(root)?;
    let profile = if dev { "browser-dev" } else { "browser" };
    let mut cargo = toolchain.cargo(root);
    // Both at once: a program is linked on one core.
    cargo.args(["build", "--locked", "-p", "tradewind-builder", "--bins", "--target", TARGET, "--profile", profile]);
    cargo.args(toolchain.flags()).arg("--target-dir").arg(target);
    let built = cargo.status().map_err(|error| format!("cargo cannot be started: {error}"))?;
    if !built.success() {
        return Err("it does not compile: the errors are above".to_owned());
    }
    let (compiled, out) = (target.join(TARGET).join(profile), target.join("ui-bindgen"));
    let _ = fs::remove_dir_all(&out);
    let parts = cut(&compiled.join("tradewind-builder.wasm"), &out)?;
    let page = bind(&out.join("page.wasm"), &out, "builder", dev)?;
    let worker = bind(&compiled.join("tradewind-builder-worker.wasm"), &out, "worker", dev)?;
    let link = String::from_utf8(read(&out.join(LINK))?).map_err(|error| format!("{LINK}: {error}"))?;
    Ok(Programs { page, parts, link, worker })
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// Cuts the page into what everybody needs, `page.wasm`, and its parts.
fn cut(module: &Path, out: &Path) -> Outcome<Vec<(String, Vec<u8>)>> {
    let (whole, page) = (read(module)?, out.join("page.wasm"));
    let mut options = wasm_split_cli_support::Options::new(&whole);
    (options.output_dir, options.main_out_path, options.link_name, options.main_module) = (out, &page, LINK, PAGE);
    let made = wasm_split_cli_support::transform(options).map_err(|error| format!("the program cannot be cut: {error:#}"))?;
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    made.split_modules.iter().map(|path| Ok((name(path), bare(&read(path)?)))).collect()
}

/// A module without its custom sections, which hold names for debuggers and nothing a browser needs.
fn bare(module: &[u8]) -> Vec<u8> {
    let (head, mut rest) = module.split_at(module.len().min(8));
    let mut kept = head.to_vec();
    while let Some((section, length, at)) = section(rest) {
        let whole = rest.len().min(at + length);
        if section != 0 {
            kept.extend_from_slice(&rest[..whole]);
        }
        rest = &rest[whole..];
    }
    kept
}

/// What a section is, how long its body is, and where that begins. The length is a LEB128 number of 32 bits at most.
fn section(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (kind, rest) = bytes.split_first()?;
    let mut length = 0;
    for (n, byte) in rest.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * n);
        if byte & 0x80 == 0 {
            return Some((*kind, length, n + 2));
        }
    }
    None
}

fn bind(module: &Path, out: &Path, name: &str, dev: bool) -> Outcome<Wasm> {
    let bindgen = || {
        let mut bindgen = Bindgen::new();
        bindgen.input_path(module).out_name(name).typescript(false).keep_debug(dev).remove_name_section(!dev);
        bindgen.remove_producers_section(true).omit_default_module_path(true).keep_lld_exports(true).web(true)?.generate(out)
    };
    // The library must be of the version the program was compiled with; it says so itself.
    bindgen().map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    let bindings = String::from_utf8(read(&out.join(format!("{name}.js")))?).map_err(|error| format!("{name}.js: {error}"))?;
    Ok(Wasm { module: read(&out.join(format!("{name}_bg.wasm")))?, bindings })
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn custom_sections_go_and_others_stay() {
        let magic = b"\0asm\x01\0\0\0";
        let (types, name) = (b"\x01\x04\x01\x60\0\0".as_slice(), [b"\0\x81\x01".as_slice(), &[7; 129]].concat());
        let module = [magic.as_slice(), types, &name, b"\x03\x02\x01\0"].concat();
        assert_eq!(bare(&module), [magic.as_slice(), types, b"\x03\x02\x01\0"].concat());
        assert_eq!(bare(b"\0asm"), b"\0asm");
    }
}
