//! Compiles the message files into typed keys; a key that one language lacks does not build.

#[path = "build/messages.rs"]
mod messages;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=messages");
    println!("cargo::rerun-if-changed=build");
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|target| target == "wasm32") {
        // Relocations tell what needs what: along them `xtask` cuts the page into parts.
        println!("cargo::rustc-link-arg-bin=tradewind-builder=--emit-relocs");
    }
    let compiled = match messages::compile(Path::new("messages")) {
        Ok(compiled) => compiled,
        Err(problems) => {
            for problem in problems {
                println!("cargo::error={problem}");
            }
            return ExitCode::FAILURE;
        }
    };
    let Ok(out) = env::var("OUT_DIR") else { return ExitCode::FAILURE };
    let mut written = fs::write(Path::new(&out).join("keys.rs"), &compiled.rust);
    for (language, json) in &compiled.catalogues {
        written = written.and_then(|()| fs::write(Path::new(&out).join(format!("{language}.json")), json));
    }
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error=the compiled messages cannot be written to {out}: {error}");
            ExitCode::FAILURE
        }
    }
}
