//! J3: a chain of conditions, with the ledger on: what a step costs when nothing outside is waited for.

use crate::load::{Load, Plan};
use crate::rows::Sizes;
use crate::server::{Server, Site};
use crate::template::Template;
use crate::{Fallible, SiteArgs, clock, journeys, process, report};
use clap::Args;
use serde_json::json;
use std::time::Duration;

const BATCH: usize = 500;
const PATIENCE: Duration = Duration::from_secs(60);

/// What J3 is made of.
#[derive(Args, Clone)]
pub struct Options {
    /// Runs, each of a person of his own.
    #[arg(long, default_value_t = 20_000)]
    pub runs: usize,
    /// Conditions in a row.
    #[arg(long, default_value_t = 10)]
    pub chain: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { runs: 20_000, chain: 10 }
    }
}

/// What others make of J3.
pub struct Measured {
    /// Runs a second, from the first POST to the last end.
    pub runs_per_s: f64,
    /// The sizes of the rows it left.
    pub sizes: Sizes,
}

/// Measures and reports.
pub fn run(args: &SiteArgs, options: &Options) -> Fallible<Measured> {
    let runs = options.runs.next_multiple_of(BATCH);
    let mut site = Site::new(args, "j3")?;
    let mut server = site.start()?;
    server.ready()?;
    server.api.publish("chain", &journeys::chain(options.chain))?;
    let event = journeys::event(journeys::EVENT, &format!("s{}", args.seed), false);
    let template = Template::batch(server.api.address, &server.api.key, &event, BATCH);
    let cpu = process::cpu_seconds(server.pid())?;
    let plan = Plan { address: server.api.address, template, connections: 8, requests: runs / BATCH, first: 0, rate: None };
    let log = Load::start(plan).finish();
    if let Some(complaint) = log.complaint() {
        return Err(complaint.into());
    }
    wait_for(&server, "tradewind_runs_ended_total", runs as f64, PATIENCE)?;
    let taken = clock::seconds(log.start(), clock::now());
    let cpu = process::cpu_seconds(server.pid())? - cpu;
    let counted = server.api.metric("tradewind_steps_total")?;
    let peak = process::peak_memory(server.pid())?;
    server.stop()?;
    let sizes = Sizes::of(site.database())?;
    let runs_per_s = runs as f64 / taken;
    report::publish(&json!({
        "bench": "j3", "database": args.database.name(), "runs": runs, "chain": options.chain,
        "steps_per_s": (runs_per_s * options.chain as f64).round(), "runs_per_s": runs_per_s.round(),
        "steps_counted": counted,
        "cpu_s_per_1000_runs": report::rounded(cpu / (runs as f64 / 1000.0)),
        "peak_rss_mb": report::rounded(peak as f64 / 1e6),
        "database_bytes_per_run": site.database().bytes()? as usize / runs,
    }))?;
    if args.keep {
        eprintln!("kept {}", site.folder().display())
    } else {
        site.remove()?
    }
    Ok(Measured { runs_per_s, sizes })
}

/// Waits until a metric has reached `wanted`; gives up when it stands still for `patience`.
pub fn wait_for(server: &Server, metric: &str, wanted: f64, patience: Duration) -> Fallible<()> {
    let (mut value, mut moved) = (-1.0, clock::now());
    let mut failure = None;
    clock::until(Duration::from_secs(3600), Duration::from_millis(20), || {
        match server.api.metric(metric) {
            Ok(now) if now > value => (value, moved) = (now, clock::now()),
            Ok(_) => {}
            Err(error) => failure = Some(error),
        }
        value >= wanted || failure.is_some() || clock::seconds(moved, clock::now()) > patience.as_secs_f64()
    });
    match failure {
        Some(error) => Err(error),
        None if value >= wanted => Ok(()),
        None => Err(format!("{metric} stands at {value} and should reach {wanted}").into()),
    }
}
