//! What Linux says about a process.

use crate::Fallible;
use std::fs;

/// Ticks of `utime` and `stime` a second; the same on every Linux a program sees.
const TICKS: f64 = 100.0;

/// Processor time used so far, user and system, in seconds.
pub fn cpu_seconds(pid: u32) -> Fallible<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name of the program may hold blanks; what follows its bracket does not.
    let rest = text.rsplit_once(')').ok_or("/proc/PID/stat has no name")?.1;
    let field = |i: usize| rest.split_whitespace().nth(i).and_then(|n| n.parse::<f64>().ok());
    let ticks = field(11).zip(field(12)).ok_or("/proc/PID/stat has no times")?;
    Ok((ticks.0 + ticks.1) / TICKS)
}

/// Memory in use now, in bytes.
pub fn memory(pid: u32) -> Fallible<u64> {
    kilobytes(pid, "VmRSS:")
}

/// Memory in use at the highest, in bytes.
pub fn peak_memory(pid: u32) -> Fallible<u64> {
    kilobytes(pid, "VmHWM:")
}

fn kilobytes(pid: u32, name: &str) -> Fallible<u64> {
    Ok(line(&format!("/proc/{pid}/status"), name)? * 1024)
}

/// Bytes the process caused to be written to disk.
pub fn bytes_written(pid: u32) -> Fallible<u64> {
    line(&format!("/proc/{pid}/io"), "write_bytes:")
}

fn line(path: &str, name: &str) -> Fallible<u64> {
    let text = fs::read_to_string(path)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)).and_then(|rest| rest.split_whitespace().next());
    Ok(value.ok_or_else(|| format!("{path} has no {name}"))?.parse()?)
}
