//! Which compiler can build for the browser: rustup's, when it has the target, else Debian's.

use super::Outcome;
use std::path::Path;
use std::process::{Command, Stdio};

/// The target of the browser.
pub const TARGET: &str = "wasm32-unknown-unknown";
const MISSING: &str = "no Rust here can build for the browser: run `rustup target add wasm32-unknown-unknown`, \
                       or on Debian `apt-get install rustc-web cargo-web rust-web-src lld-19`";

/// A way to call cargo for the browser.
pub enum Toolchain {
    /// The one cargo is run from, with the target installed.
    Rustup,
    /// Debian's packages, which build the standard library themselves.
    Debian,
}

impl Toolchain {
    /// The one there is; adds rustup's target when that is all that lacks.
    pub fn find(root: &Path) -> Outcome<Self> {
        if has_target(root) || (quiet(root, "rustup", &["target", "add", TARGET]) && has_target(root)) {
            return Ok(Self::Rustup);
        }
        let there = ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/bin/wasm-ld-19"].iter().all(|file| Path::new(file).exists());
        if there { Ok(Self::Debian) } else { Err(MISSING.to_owned()) }
    }

    /// `cargo` with what it needs before its own arguments.
    pub fn cargo(&self, root: &Path) -> Command {
        match self {
            Self::Rustup => {
                let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
                cargo.current_dir(root);
                cargo
            }
            Self::Debian => {
                let mut cargo = Command::new("/usr/bin/cargo");
                cargo
                    .current_dir(root)
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19")
                    .env_remove("RUSTUP_TOOLCHAIN");
                cargo
            }
        }
    }

    /// What `cargo build` needs besides the target.
    pub fn flags(&self) -> &'static [&'static str] {
        match self {
            Self::Rustup => &[],
            Self::Debian => &["-Zbuild-std=std,panic_abort"],
        }
    }
}

/// Whether the compiler in use has the target's standard library.
fn has_target(root: &Path) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = Command::new(rustc).current_dir(root).args(["--print", "target-libdir", "--target", TARGET]).output();
    asked.is_ok_and(|answer| answer.status.success() && Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_dir())
}

fn quiet(root: &Path, program: &str, args: &[&str]) -> bool {
    let run = Command::new(program).args(args).current_dir(root).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}
