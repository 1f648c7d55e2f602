//! Kills the server at random instants while events pour in, starts it again on the same file, and counts: was an
//! acknowledged event lost, did an effect happen under two keys, did a timer fire early?

use crate::load::{Load, Log, Plan};
use crate::server::{Server, Site};
use crate::sink::{Record, Sink};
use crate::template::{Template, passes};
use crate::{Fallible, SiteArgs, clock, journeys, report};
use clap::Args;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A server that is back must get through its backlog; standing still for so long counts as lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// Repeats may trail the first arrival by a retry's back-off.
const AFTERMATH: Duration = Duration::from_secs(3);
/// Events the harness keeps account of.
const LIMIT: usize = 2_000_000;

/// How the server is treated.
#[derive(Args, Clone)]
pub struct Options {
    /// How many times it is killed.
    #[arg(long, default_value_t = 200)]
    pub kills: usize,
    /// Events a second.
    #[arg(long, default_value_t = 400.0)]
    pub rate: f64,
    /// Clients at a time.
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    /// The journey's delay in milliseconds.
    #[arg(long, default_value_t = 300)]
    pub delay_ms: u64,
    /// The longest the sink keeps a request waiting, in milliseconds.
    #[arg(long, default_value_t = 20)]
    pub sink_ms: u64,
}

/// What was found.
#[derive(Default)]
struct Tally {
    acknowledged: usize,
    lost: Vec<usize>,
    early: Vec<usize>,
    repeated: Vec<usize>,
}

/// Kills, drains, counts and reports; whether every promise was kept.
pub fn run(args: &SiteArgs, options: &Options) -> Fallible<bool> {
    let mut rng = StdRng::seed_from_u64(args.seed);
    let mut site = Site::new(args, "crash")?;
    let mut server = site.start()?;
    server.ready()?;
    let sink = Sink::start(LIMIT, Duration::from_millis(options.sink_ms), args.seed)?;
    server.api.publish("crash-tested", &journeys::abandoned_cart(sink.address, &format!("{}ms", options.delay_ms)))?;
    // Few customers, so that several runs of one person are under way at a time.
    let event = journeys::event(journeys::EVENT, &format!("s{}", args.seed), true);
    let template = Template::track(server.api.address, &server.api.key, &event);
    let load = Load::start(Plan {
        address: server.api.address,
        template,
        connections: options.connections,
        requests: LIMIT,
        first: 0,
        rate: Some(options.rate),
    });

    let begun = clock::now();
    let mut max_recovery: f64 = 0.0;
    let mut killed = 0;
    while killed < options.kills {
        let up = live_until_killed(&mut server, &mut rng)?;
        max_recovery = max_recovery.max(up);
        server.kill()?;
        killed += 1;
        server = site.start()?;
    }
    max_recovery = max_recovery.max(server.ready()?);
    let log = load.stop();
    let killing_s = clock::seconds(begun, clock::now());
    let tally = drain(&sink, &log, options);
    let incidents = server.api.incidents()?;
    server.stop()?;
    let integrity = site.database().integrity()?;

    let record = sink.record();
    let complaint = log.complaint();
    report::publish(&json!({
        "bench": "crash", "database": args.database.name(), "kills": killed, "acknowledged": tally.acknowledged, "lost": tally.lost.len(),
        "repeated_effects_by_key": tally.repeated.len(), "keys_shared": record.shared_keys, "keyless": record.keyless,
        "raw_repeats": record.total - record.distinct - record.strays, "early_timers": tally.early.len(),
        "effects": record.distinct, "max_recovery_seconds": report::rounded(max_recovery),
        "connections_broken": log.broken.load(Ordering::Acquire), "pushed_back": log.pushed_back.load(Ordering::Acquire),
        "refused": log.refused.load(Ordering::Acquire), "incidents": incidents, "integrity": integrity,
        "seconds": report::rounded(killing_s), "seed": args.seed,
    }))?;
    for (what, events) in [("lost", &tally.lost), ("early", &tally.early), ("under two keys", &tally.repeated)] {
        if !events.is_empty() {
            eprintln!("{what}: {} events, among them {:?}", events.len(), &events[..events.len().min(20)]);
        }
    }
    let kept = kept_promises(&tally, &record, complaint.as_deref()) && integrity == "ok";
    if args.keep || !kept {
        eprintln!("kept {}", site.folder().display())
    } else {
        site.remove()?
    }
    Ok(kept)
}

/// Lets a started server live a random while. Four in five may become ready first (the seconds that took are
/// returned), the others die while they start.
fn live_until_killed(server: &mut Server, rng: &mut StdRng) -> Fallible<f64> {
    let at_start = rng.random_bool(0.2);
    let life = Duration::from_micros(if at_start { rng.random_range(500..150_000) } else { rng.random_range(1_000..1_200_000) });
    let up = if at_start { 0.0 } else { server.ready()? };
    std::thread::sleep(life);
    Ok(up)
}

/// Waits for what is under way, then for late repeats, and counts.
fn drain(sink: &Sink, log: &Log, options: &Options) -> Tally {
    let accepted = |number: &usize| log.accepted[*number].load(Ordering::Acquire) > 0;
    let expected: Vec<usize> = (0..log.begun()).filter(accepted).filter(|number| passes(*number)).collect();
    sink.wait_for(expected.len(), PATIENCE);
    std::thread::sleep(AFTERMATH);
    let record = sink.record();
    let least = options.delay_ms as f64 / 1000.0;
    let mut tally = Tally { acknowledged: log.accepted_count(), ..Tally::default() };
    tally.lost = expected.into_iter().filter(|number| record.first(*number) == 0).collect();
    for (number, seen) in record.seen.iter().enumerate().filter(|(_, seen)| seen.first > 0) {
        let sent = log.sent[number].load(Ordering::Acquire);
        if clock::seconds(sent, seen.first) < least || !passes(number) {
            tally.early.push(number);
        }
        if seen.other_keys > 0 {
            tally.repeated.push(number);
        }
    }
    tally
}

fn kept_promises(tally: &Tally, record: &Record, complaint: Option<&str>) -> bool {
    if let Some(complaint) = complaint {
        eprintln!("{complaint}");
    }
    let effects = tally.repeated.is_empty() && record.shared_keys == 0 && record.keyless == 0 && record.strays == 0;
    tally.lost.is_empty() && tally.early.is_empty() && effects && complaint.is_none() && tally.acknowledged > 0
}
