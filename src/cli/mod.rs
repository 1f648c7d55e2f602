//! The command line: one file a command.

mod client;
mod database;
mod demo;
pub mod doctor;
mod journey;
mod keys;
mod log;
mod migrate;
mod serve;
mod settings;

use crate::config::{Config, ConfigError, Flags};
use clap::{Parser, Subcommand};
use std::io::Write as _;
use std::process::ExitCode;

/// Durable customer journeys for people who sell across borders.
#[derive(Parser)]
#[command(name = "tradewind", version, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    settings: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server, as the one owner of its database. Brings the database up to date first.
    Serve(serve::Args),
    /// Run a server with a fresh database and a made-up shop.
    Demo(demo::Args),
    /// Bring the database up to date and stop.
    Migrate,
    /// Check that everything the server needs is there.
    Doctor,
    /// Show the settings in force and where each comes from.
    Config,
    /// Check, fetch and publish journeys as files.
    #[command(subcommand)]
    Journey(journey::Command),
    /// Make, list and revoke API keys, in the database itself.
    #[command(subcommand)]
    Keys(keys::Command),
}

/// Why a command failed, in words for the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    /// A failure with these words: what happened and what to do.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

macro_rules! failures {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self(error.to_string())
            }
        }
    )*};
}
failures!(
    ConfigError,
    tradewind_store::StoreError,
    tradewind_engine::EngineError,
    crate::workspace::WorkspaceError,
    crate::http::key_ring::KeyError
);

/// How a command ended when nothing broke.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Good,
    /// It found something wrong and said so.
    Bad,
}

/// Runs the command this process was started with.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli).await {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Bad) => ExitCode::FAILURE,
        Err(failure) => {
            complain(&failure.0);
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<Verdict, Failure> {
    let load = || Config::load(&cli.settings);
    match cli.command {
        Command::Serve(args) => serve::run(load()?, args).await.map(|()| Verdict::Good),
        Command::Demo(args) => demo::run(cli.settings, args).await.map(|()| Verdict::Good),
        Command::Migrate => migrate::run(&load()?).await.map(|()| Verdict::Good),
        Command::Doctor => doctor::run(&load()?).await,
        Command::Config => {
            settings::run(&load()?);
            Ok(Verdict::Good)
        }
        Command::Journey(command) => journey::run(command).await,
        Command::Keys(command) => keys::run(&load()?, command).await.map(|()| Verdict::Good),
    }
}

/// Writes a line of output. A reader that went away (`| head`) is no failure.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Writes a complaint to the error output.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "tradewind: {line}");
}
