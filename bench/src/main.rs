//! Load, ceiling and crash harness for Tradewind: measures the program from outside, as its users meet it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a harness that cannot go on has to say so and end")]
#![allow(clippy::disallowed_methods, reason = "it measures time, waits and draws at random; nothing here is replayed")]

mod api;
mod builder;
mod bulk_rows;
mod ceiling;
mod clock;
mod crash;
mod database;
mod j1;
mod j2;
mod j3;
mod journeys;
mod load;
#[path = "../../tests/support/postgres.rs"]
mod postgres;
mod process;
mod report;
mod rows;
mod server;
mod sink;
mod template;
mod wire;

use clap::{Args, Parser, Subcommand};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// What can fail here: the reason is for a person.
pub type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures Tradewind; every figure is one JSON line, also appended to target/bench.jsonl.
#[derive(Parser)]
#[command(name = "tradewind-bench", version)]
struct Cli {
    #[command(flatten)]
    site: SiteArgs,
    #[command(subcommand)]
    command: Command,
}

/// What every measurement needs.
#[derive(Args, Clone)]
pub struct SiteArgs {
    /// The program to measure.
    #[arg(long, global = true, default_value = "target/dist/tradewind")]
    pub binary: PathBuf,
    /// A folder for databases; the disk it is on is part of what is measured.
    #[arg(long, global = true, default_value = "target/bench-data")]
    pub data: PathBuf,
    /// The database behind the program. A PostgreSQL cluster is made for it below `TMPDIR`.
    #[arg(long, global = true, default_value = "sqlite")]
    pub database: database::Kind,
    /// Leaves the databases and logs for a look.
    #[arg(long, global = true)]
    pub keep: bool,
    /// The seed of everything drawn at random.
    #[arg(long, global = true, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Subcommand)]
enum Command {
    /// One event at a time through a condition, a delay, a condition and a request.
    J1(j1::Options),
    /// Many sleepers: their cost on disk and in memory, and a restart among them.
    J2(j2::Options),
    /// A chain of conditions: steps a second.
    J3(j3::Options),
    /// The rows of J1 and J3 written by a bare program.
    Ceiling(ceiling::Options),
    /// The builder in a browser: sizes, times to open, frames.
    Builder,
    /// J1, J2, J3 and the ceiling with the ratios between them, and the builder.
    All(AllOptions),
    /// Kills the server again and again under load and counts what was lost or repeated.
    Crash(crash::Options),
}

/// Sizes for `all`.
#[derive(Args)]
struct AllOptions {
    /// Events of J1.
    #[arg(long, default_value_t = 60_000)]
    j1_events: usize,
    /// Sleepers of J2.
    #[arg(long, default_value_t = 1_000_000)]
    j2_sleepers: usize,
    /// Runs of J3.
    #[arg(long, default_value_t = 20_000)]
    j3_runs: usize,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = std::fs::create_dir_all(&cli.site.data).map_err(Into::into).and_then(|()| match &cli.command {
        Command::J1(options) => j1::run(&cli.site, options).map(|measured| measured.complete),
        Command::J2(options) => j2::run(&cli.site, options),
        Command::J3(options) => j3::run(&cli.site, options).map(|_| true),
        Command::Ceiling(options) => ceiling::run(&cli.site, options, None).map(|_| true),
        Command::Builder => builder::run(&cli.site).map(|()| true),
        Command::All(options) => all(&cli.site, options),
        Command::Crash(options) => crash::run(&cli.site, options),
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("tradewind-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn all(site: &SiteArgs, options: &AllOptions) -> Fallible<bool> {
    let j1 = j1::run(site, &j1::Options { events: options.j1_events, ..j1::Options::default() })?;
    let scattered = j1::run(site, &j1::Options { events: options.j1_events, scattered: true, ..j1::Options::default() })?;
    let j3 = j3::run(site, &j3::Options { runs: options.j3_runs, ..j3::Options::default() })?;
    let ceiling = ceiling::run(site, &ceiling::Options::default(), Some((j1.sizes, j3.sizes)))?;
    let j2 = j2::run(site, &j2::Options { sleepers: options.j2_sleepers, ..j2::Options::default() })?;
    report::publish(&json!({
        "bench": "ratios", "database": site.database.name(),
        "j1_runs_to_ceiling": report::rounded(j1.runs_per_s / ceiling.j1_runs_per_s),
        "j1_scattered_runs_to_ceiling": report::rounded(scattered.runs_per_s / ceiling.j1_runs_per_s),
        "j3_runs_to_ceiling": report::rounded(j3.runs_per_s / ceiling.j3_runs_per_s),
    }))?;
    if site.database == database::Kind::Sqlite {
        builder::run(site)?;
    }
    Ok(j1.complete && scattered.complete && j2)
}
