//! J1: events one by one, each a run through a condition, a delay, a condition and a request.

use crate::load::{Load, Log, Plan};
use crate::rows::Sizes;
use crate::server::{Server, Site};
use crate::sink::Sink;
use crate::template::{Template, passes};
use crate::{Fallible, SiteArgs, clock, journeys, process, report};
use clap::Args;
use hdrhistogram::Histogram;
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;

const DELAY: f64 = 1.0;
/// A run that has not arrived after so long without any other arriving is counted as missing.
const PATIENCE: Duration = Duration::from_secs(60);

/// What J1 is made of.
#[derive(Args, Clone)]
pub struct Options {
    /// Events of the first phase, as fast as they are taken.
    #[arg(long, default_value_t = 60_000)]
    pub events: usize,
    /// Seconds of the second phase, at a fifth of the rate measured in the first.
    #[arg(long, default_value_t = 10)]
    pub calm_seconds: usize,
    /// Clients at a time.
    #[arg(long, default_value_t = 64)]
    pub connections: usize,
    /// People and messages whose names have no number in them: every row about them lands on a page of its own.
    #[arg(long)]
    pub scattered: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { events: 60_000, calm_seconds: 10, connections: 64, scattered: false }
    }
}

/// What others make of J1.
pub struct Measured {
    /// Runs a second, from the first POST to the last arrival.
    pub runs_per_s: f64,
    /// Whether everything arrived, nothing early.
    pub complete: bool,
    /// The sizes of the rows it left.
    pub sizes: Sizes,
}

struct Phase {
    log: std::sync::Arc<Log>,
    first: usize,
    arrived: usize,
    expected: usize,
    early: usize,
    last: u64,
    overhead: Histogram<u64>,
}

/// Measures and reports.
pub fn run(args: &SiteArgs, options: &Options) -> Fallible<Measured> {
    let mut site = Site::new(args, "j1")?;
    let mut server = site.start()?;
    server.ready()?;
    let limit = options.events + 10_000_000;
    let sink = Sink::start(limit, Duration::ZERO, args.seed)?;
    server.api.publish("load-tested", &journeys::abandoned_cart(sink.address, "1s"))?;

    let pid = server.pid();
    let (cpu, written) = (process::cpu_seconds(pid)?, process::bytes_written(pid)?);
    let fast = phase(&server, &sink, options, args.seed, 0, options.events, None)?;
    let (cpu, written) = (process::cpu_seconds(pid)? - cpu, process::bytes_written(pid)? - written);
    let peak = process::peak_memory(pid)?;
    let start = fast.log.start();
    let events_per_s = options.events as f64 / clock::seconds(start, fast.log.end());
    let runs_per_s = options.events as f64 / clock::seconds(start, fast.last);

    let calm_rate = events_per_s * 0.2;
    let calm_events = (calm_rate * options.calm_seconds as f64).ceil() as usize;
    let calm = phase(&server, &sink, options, args.seed, options.events.next_multiple_of(2), calm_events, Some(calm_rate))?;
    server.stop()?;
    let sizes = Sizes::of(site.database())?;

    let millis = |quantile: f64| report::rounded(calm.overhead.value_at_quantile(quantile) as f64 / 1000.0);
    let thousands = options.events as f64 / 1000.0;
    let (arrived, expected, early) = (fast.arrived + calm.arrived, fast.expected + calm.expected, fast.early + calm.early);
    let repeats = {
        let record = sink.record();
        record.total - record.distinct
    };
    let pushed_back = fast.log.pushed_back.load(Ordering::Acquire) + calm.log.pushed_back.load(Ordering::Acquire);
    report::publish(&json!({
        "bench": "j1", "database": args.database.name(), "names": if options.scattered { "scattered" } else { "numbered" }, "events": options.events, "connections": options.connections,
        "events_per_s": events_per_s.round(), "runs_per_s": runs_per_s.round(),
        "arrived": arrived, "expected": expected, "early": early, "repeats": repeats, "pushed_back": pushed_back,
        "calm_events_per_s": calm_rate.round(), "overhead_p50_ms": millis(0.5), "overhead_p99_ms": millis(0.99), "overhead_max_ms": millis(1.0),
        "accept_p50_ms": accept_millis(&calm.log, 0.5), "accept_p99_ms": accept_millis(&calm.log, 0.99),
        "cpu_s_per_1000_runs": report::rounded(cpu / thousands),
        "peak_rss_mb": report::rounded(peak as f64 / 1e6),
        "bytes_written_per_run": (written as f64 / options.events as f64).round(),
        "database_bytes_per_run": site.database().bytes()? as usize / (options.events + calm_events),
    }))?;
    if args.keep {
        eprintln!("kept {}", site.folder().display())
    } else {
        site.remove()?
    }
    Ok(Measured { runs_per_s, complete: arrived == expected && early == 0, sizes })
}

fn phase(server: &Server, sink: &Sink, options: &Options, seed: u64, first: usize, events: usize, rate: Option<f64>) -> Fallible<Phase> {
    // Without a digit when scattered, for the longest run of digits is what ids are ordered by.
    let session = if options.scattered { "seed".to_owned() } else { format!("s{seed}") };
    let event = journeys::event(journeys::EVENT, &session, false);
    let template = Template::track(server.api.address, &server.api.key, &event).scattered(options.scattered);
    let before = sink.record().distinct;
    let expected = (first..first + events).filter(|number| passes(*number)).count();
    let plan = Plan { address: server.api.address, template, connections: options.connections, requests: events, first, rate };
    let log = Load::start(plan).finish();
    if let Some(complaint) = log.complaint() {
        return Err(complaint.into());
    }
    sink.wait_for(before + expected, PATIENCE);
    let record = sink.record();
    let mut phase =
        Phase { log, first, arrived: record.distinct - before, expected, early: 0, last: record.last, overhead: Histogram::new(3)? };
    for (request, sent) in phase.log.sent.iter().enumerate() {
        let arrival = record.first(phase.first + request);
        if arrival == 0 {
            continue;
        }
        let taken = clock::seconds(sent.load(Ordering::Acquire), arrival);
        if taken < DELAY {
            phase.early += 1;
        }
        phase.overhead.record(((taken - DELAY).max(0.0) * 1e6) as u64)?;
    }
    drop(record);
    Ok(phase)
}

fn accept_millis(log: &Log, quantile: f64) -> f64 {
    let mut taken: Vec<u64> = log
        .sent
        .iter()
        .zip(&log.accepted)
        .map(|(sent, accepted)| accepted.load(Ordering::Acquire).saturating_sub(sent.load(Ordering::Acquire)))
        .collect();
    taken.sort_unstable();
    let place = ((taken.len() as f64 * quantile) as usize).min(taken.len().saturating_sub(1));
    report::rounded(taken.get(place).copied().unwrap_or(0) as f64 / 1e6)
}
