//! Results: one JSON line each, on standard output and at the end of `target/bench.jsonl`.

use crate::Fallible;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

/// Prints and keeps a result.
pub fn publish(result: &Value) -> Fallible<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{result}")?;
    out.flush()?;
    std::fs::create_dir_all("target")?;
    let mut kept = result.clone();
    kept["unix_seconds"] = json!(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());
    kept["cores"] = json!(std::thread::available_parallelism().map_or(0, usize::from));
    writeln!(OpenOptions::new().create(true).append(true).open("target/bench.jsonl")?, "{kept}")?;
    Ok(())
}

/// A number with three significant decimals, so that lines stay readable.
pub fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
