//! `tradewind journey`: journeys as files.

mod diff;
mod file;
mod kinds;
mod pull;
mod push;
mod scenarios;
mod test;
mod validate;

use super::client::Remote;
use super::{Failure, Verdict};
use std::path::PathBuf;

/// What to do with journeys.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Check a journey.json, or every one below a folder. Exit code 1 when one has errors.
    Validate {
        /// The file or folder.
        path: PathBuf,
        /// Also fail on warnings.
        #[arg(long)]
        strict: bool,
        /// The folder with kinds written in Rhai; `kinds/` beside the journey or `scripts/` beside its folder when absent.
        #[arg(long)]
        kinds: Option<PathBuf>,
    },
    /// Play the scenarios (*.test.json) beside journeys on a virtual clock. Exit code 1 when one fails.
    Test(test::Args),
    /// Make a file the draft of its journey on a server; the journey is made if it is not there.
    Push {
        /// The journey.json.
        file: PathBuf,
        /// Publish the draft as well.
        #[arg(long)]
        publish: bool,
        /// What is new, kept with the version.
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Fetch the draft of a journey from a server as a file.
    Pull {
        /// The journey's slug.
        slug: String,
        /// Where to; the output when absent.
        #[arg(long)]
        output: Option<PathBuf>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show what a file would change in the draft on a server. Exit code 1 when it would.
    Diff {
        /// The journey.json.
        file: PathBuf,
        #[command(flatten)]
        remote: Remote,
    },
}

/// Does it.
pub async fn run(command: Command) -> Result<Verdict, Failure> {
    match command {
        Command::Validate { path, strict, kinds } => validate::run(&path, strict, kinds.as_deref()),
        Command::Test(args) => test::run(&args),
        Command::Push { file, publish, note, remote } => push::run(&file, publish, &note, remote).await.map(|()| Verdict::Good),
        Command::Pull { slug, output, remote } => pull::run(&slug, output.as_deref(), remote).await.map(|()| Verdict::Good),
        Command::Diff { file, remote } => diff::run(&file, remote).await,
    }
}
