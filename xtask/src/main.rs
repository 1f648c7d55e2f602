//! `cargo run -p xtask -- ui`: builds what cargo alone does not, the builder for the browser.

mod bundle;
mod css;
mod inputs;
mod page;
mod toolchain;
mod wasm;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A failure, in words for whoever started the build.
pub type Outcome<T> = Result<T, String>;

/// Builds the parts of Tradewind that cargo alone does not.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds the builder for the browser into `target/ui`, from where the binary embeds it.
    Ui {
        /// Quickly: not optimised, not compressed, never to be served to people.
        #[arg(long)]
        dev: bool,
        /// Also when nothing has changed.
        #[arg(long)]
        force: bool,
        /// Again each time something has changed, until it is stopped.
        #[arg(long)]
        watch: bool,
    },
}

fn main() -> ExitCode {
    let Task::Ui { dev, force, watch } = Args::parse().task;
    let mut seen = stamp(dev);
    let built = told(ui(dev, force));
    if !watch {
        return built;
    }
    loop {
        pause();
        let now = stamp(dev);
        if now != seen {
            told(ui(dev, false));
            seen = now;
        }
    }
}

fn told(outcome: Outcome<String>) -> ExitCode {
    match outcome {
        Ok(words) => {
            say(&words);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            say(&format!("The builder was not built: {problem}"));
            ExitCode::FAILURE
        }
    }
}

fn stamp(dev: bool) -> Option<String> {
    inputs::stamp(&root().ok()?, dev).ok()
}

#[allow(clippy::disallowed_methods, reason = "nothing else runs here: the tool looks again after a while")]
fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(400));
}

#[allow(clippy::print_stdout, reason = "a tool's words to whoever started it")]
fn say(words: &str) {
    println!("{words}");
}

fn ui(dev: bool, force: bool) -> Outcome<String> {
    let root = root()?;
    let target = target_folder(&root);
    let out = target.join("ui");
    let stamp = inputs::stamp(&root, dev)?;
    if !force && bundle::is_made_of(&out, &stamp) {
        return Ok(format!("The builder in {} is up to date.", out.display()));
    }
    let programs = wasm::build(&root, &target, dev)?;
    let files = page::assemble(&root, programs)?;
    bundle::write(&out, &stamp, dev, files)
}

/// The root of the project: the folder above this crate's.
fn root() -> Outcome<PathBuf> {
    // Cargo says where the crate is at present; several checkouts may share one target folder.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map(Path::to_owned).ok_or_else(|| "this crate has no folder above it".to_owned())
}

/// Where cargo puts what it builds.
fn target_folder(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}
