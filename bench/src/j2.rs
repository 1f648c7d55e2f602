//! J2: many people asleep. What they cost on disk and in memory, and how soon a restarted server is back at work.

use crate::load::{Load, Plan};
use crate::server::{Server, Site};
use crate::sink::Sink;
use crate::template::Template;
use crate::{Fallible, SiteArgs, clock, journeys, process, report};
use clap::Args;
use serde_json::json;
use std::time::Duration;

const LONG: &str = "Sleep Long";
const SHORT: &str = "Sleep Short";
const SHORT_DELAY: Duration = Duration::from_secs(5);
const BATCH: usize = 500;
/// How long a server may take over its backlog without any progress.
const PATIENCE: Duration = Duration::from_secs(120);

/// What J2 is made of.
#[derive(Args, Clone)]
pub struct Options {
    /// People asleep.
    #[arg(long, default_value_t = 1_000_000)]
    pub sleepers: usize,
    /// How long they sleep.
    #[arg(long, default_value = "10m")]
    pub delay: String,
    /// Sleepers whose time comes while the server is down.
    #[arg(long, default_value_t = 1000)]
    pub due: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { sleepers: 1_000_000, delay: "10m".to_owned(), due: 1000 }
    }
}

/// Measures and reports.
pub fn run(args: &SiteArgs, options: &Options) -> Fallible<bool> {
    let sleepers = options.sleepers.next_multiple_of(BATCH);
    let due = options.due.next_multiple_of(BATCH);
    let empty = empty_memory(args)?;
    let sink = Sink::start(sleepers + due, Duration::ZERO, args.seed)?;
    let mut site = Site::new(args, "j2")?;
    let mut server = site.start()?;
    server.ready()?;
    server.api.publish("sleep-long", &journeys::sleeper(LONG, sink.address, &options.delay))?;
    server.api.publish("sleep-short", &journeys::sleeper(SHORT, sink.address, "5s"))?;
    let bytes_before = site.database().bytes()?;

    let begun = clock::now();
    fill(&server, args.seed, LONG, due, sleepers, sleepers)?;
    let fill_per_s = sleepers as f64 / clock::seconds(begun, clock::now());
    let full = process::memory(server.pid())?;
    fill(&server, args.seed, SHORT, 0, due, sleepers + due)?;
    let asleep_since = clock::now();
    let stop_s = server.stop()?;
    let bytes = site.database().bytes()?.saturating_sub(bytes_before);
    // Their time comes while nobody is there.
    clock::until(SHORT_DELAY * 2, Duration::from_millis(10), || clock::seconds(asleep_since, clock::now()) > SHORT_DELAY.as_secs_f64());
    let early = sink.record().distinct;

    let restarted = clock::now();
    let mut server = site.start()?;
    let ready_s = server.ready()?;
    let complete = sink.wait_for(due, PATIENCE);
    let (arrived, first, last) = {
        let record = sink.record();
        let firsts = record.seen.iter().map(|seen| seen.first).filter(|at| *at >= restarted);
        (record.distinct, firsts.min().unwrap_or(restarted), record.last)
    };
    let restarted_memory = process::memory(server.pid())?;
    server.stop()?;
    report::publish(&json!({
        "bench": "j2", "database": args.database.name(), "sleepers": sleepers, "fill_per_s": fill_per_s.round(),
        "restart_to_ready_s": report::rounded(ready_s),
        "restart_to_first_wake_s": report::rounded(clock::seconds(restarted, first)),
        "restart_to_all_due_s": report::rounded(clock::seconds(restarted, last)),
        "stop_s": report::rounded(stop_s),
        "due": due, "arrived": arrived, "woke_before_stop": early,
        "rss_empty_mb": report::rounded(empty as f64 / 1e6), "rss_full_mb": report::rounded(full as f64 / 1e6), "rss_restarted_mb": report::rounded(restarted_memory as f64 / 1e6),
        "rss_bytes_per_sleeper": report::rounded(restarted_memory.saturating_sub(empty) as f64 / sleepers as f64),
        "database_bytes_per_sleeper": (bytes as f64 / (sleepers + due) as f64).round(),
    }))?;
    if args.keep {
        eprintln!("kept {}", site.folder().display())
    } else {
        site.remove()?
    }
    Ok(complete && arrived == due)
}

/// Sends `events` events in batches and waits until `started` runs have begun since the server started.
fn fill(server: &Server, seed: u64, name: &str, first: usize, events: usize, started: usize) -> Fallible<()> {
    let event = journeys::event(name, &format!("s{seed}"), false);
    let template = Template::batch(server.api.address, &server.api.key, &event, BATCH);
    let plan = Plan { address: server.api.address, template, connections: 8, requests: events / BATCH, first, rate: None };
    let log = Load::start(plan).finish();
    if let Some(complaint) = log.complaint() {
        return Err(complaint.into());
    }
    crate::j3::wait_for(server, "tradewind_runs_started_total", started as f64, PATIENCE)
}

/// What a server with nothing to do needs.
fn empty_memory(args: &SiteArgs) -> Fallible<u64> {
    let mut site = Site::new(args, "empty")?;
    let mut server = site.start()?;
    server.ready()?;
    let memory = process::memory(server.pid())?;
    server.stop()?;
    site.remove()?;
    Ok(memory)
}
