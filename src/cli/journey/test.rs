//! `tradewind journey test`: the scenarios beside journeys, on a virtual clock.

use super::{file, kinds};
use crate::cli::{Failure, Verdict, say};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tradewind_core::simulate::{Coverage, Journey, Scenario, play};
use tradewind_nodes::graph::{JourneyFile, validate};
use tradewind_nodes::issue::Severity;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::Program;

/// Scenarios of one journey.
const MAX_SCENARIOS: usize = 1_000;

/// Which journeys, and how to tell of them.
#[derive(clap::Args)]
pub struct Args {
    /// Journey files, or folders of them.
    #[arg(default_value = "examples")]
    paths: Vec<PathBuf>,
    /// The folder with kinds written in Rhai; `kinds/` beside the journey or `scripts/` beside its folder when absent.
    #[arg(long)]
    kinds: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What became of a journey's scenarios.
#[derive(Serialize)]
struct Tested {
    journey: String,
    /// What keeps it from being played at all.
    issues: Vec<String>,
    scenarios: Vec<Told>,
    /// Nodes and ports that no scenario reached.
    unreached: Vec<String>,
}

#[derive(Serialize)]
struct Told {
    file: String,
    name: String,
    ok: bool,
    failures: Vec<String>,
}

/// Plays every scenario and prints what became of it.
pub fn run(args: &Args) -> Result<Verdict, Failure> {
    let mut journeys = Vec::new();
    for path in &args.paths {
        journeys.extend(file::below(path)?);
    }
    if journeys.is_empty() {
        return Err(Failure::new("there is no journey.json there: name a file or another folder"));
    }
    let tested = journeys.iter().map(|path| one(path, args.kinds.as_deref())).collect::<Result<Vec<_>, _>>()?;
    let played: usize = tested.iter().map(|journey| journey.scenarios.len()).sum();
    let failed = tested.iter().flat_map(|journey| &journey.scenarios).filter(|told| !told.ok).count();
    let broken = tested.iter().filter(|journey| !journey.issues.is_empty()).count();
    if args.json {
        let whole = serde_json::json!({"journeys": tested, "scenarios": played, "failed": failed});
        say(&whole.to_string());
    } else {
        tested.iter().for_each(print);
        let unplayed = if broken == 0 { String::new() } else { format!(", {broken} journeys cannot be played") };
        say(&format!("{played} scenarios of {} journeys, {failed} failed{unplayed}", tested.len()));
    }
    Ok(if failed + broken == 0 { Verdict::Good } else { Verdict::Bad })
}

fn print(tested: &Tested) {
    say(&tested.journey);
    for issue in &tested.issues {
        say(&format!("  FAIL {issue}"));
    }
    for told in &tested.scenarios {
        say(&format!("  {} {} ({})", if told.ok { "ok  " } else { "FAIL" }, told.name, told.file));
        told.failures.iter().for_each(|words| say(&format!("       {words}")));
    }
    if tested.scenarios.is_empty() && tested.issues.is_empty() {
        say("  no scenarios: write a *.test.json beside it");
    } else if !tested.unreached.is_empty() {
        say(&format!("  not reached by any scenario: {}", tested.unreached.join(", ")));
    }
}

fn one(path: &Path, folder: Option<&Path>) -> Result<Tested, Failure> {
    let mut tested = Tested { journey: path.display().to_string(), issues: Vec::new(), scenarios: Vec::new(), unreached: Vec::new() };
    let registry = match kinds::registry(path, folder)? {
        Ok(registry) => registry,
        Err(words) => {
            tested.issues.push(words);
            return Ok(tested);
        }
    };
    let journey = match JourneyFile::parse(&file::text(path)?) {
        Ok(journey) => journey,
        Err(error) => {
            tested.issues.push(error.to_string());
            return Ok(tested);
        }
    };
    let issues = validate(&journey.graph, &registry);
    tested.issues.extend(issues.iter().filter(|issue| issue.severity == Severity::Error).map(|issue| issue.message.clone()));
    let program = match Program::compile(&journey.graph, &registry) {
        Ok(program) if tested.issues.is_empty() => Arc::new(program),
        _ => return Ok(tested),
    };
    let mut coverage = Coverage::default();
    for path in scenarios(path)? {
        tested.scenarios.push(told(&path, &journey, &registry, &mut coverage)?);
    }
    tested.unreached = coverage.missing(&Journey { slug: journey.slug.clone(), program });
    Ok(tested)
}

fn told(path: &Path, journey: &JourneyFile, registry: &Registry, coverage: &mut Coverage) -> Result<Told, Failure> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let scenario = match Scenario::parse(&file::text(path)?) {
        Ok(scenario) => scenario,
        Err(error) => return Ok(Told { name: "cannot be read".into(), ok: false, failures: vec![error.to_string()], file }),
    };
    let failures = match play(&journey.slug, &journey.graph, registry, &scenario) {
        Ok(played) => {
            coverage.add(played.reached());
            played.failures
        }
        Err(problem) => vec![problem.message],
    };
    Ok(Told { name: scenario.name, ok: failures.is_empty(), failures, file })
}

/// Every `*.test.json` beside the journey, in order of their names.
fn scenarios(journey: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = journey.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::new(format!("{}: {error}: check the path", folder.display())))?;
    let is_one = |path: &PathBuf| path.to_string_lossy().ends_with(".test.json");
    let mut found: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_one).collect();
    if found.len() > MAX_SCENARIOS {
        return Err(Failure::new(format!("{} holds more than {MAX_SCENARIOS} scenarios: take some out", folder.display())));
    }
    found.sort();
    Ok(found)
}
