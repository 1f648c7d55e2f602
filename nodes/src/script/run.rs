//! Checking and running one script.

use super::engine::{ENGINE, MAX_ITEMS, MAX_OPERATIONS, MAX_STRING};
use super::{MAX_SOURCE, cache, call, convert};
use crate::JsonMap;
use crate::command::Command;
use crate::fact::{FAMILIES, Facts, Family, Found, Shape};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode, Problem};
use crate::kind::{End, Outcome, Port, Resume, StepCx};
use crate::time::Duration;
use crate::why::Why;
use rhai::{AST, CallFnOptions, Dynamic, EvalAltResult, Map, Position, Scope};
use std::sync::Arc;

/// What a script may look at.
#[derive(Clone, Copy)]
pub struct ScriptInput<'a> {
    /// Becomes `customer`, `event`, `steps`, `run` and `now()`.
    pub facts: Facts<'a>,
    /// Becomes `fields`.
    pub fields: &'a JsonMap,
    /// Becomes `resume`: false is `"enter"`, true is `"woke"` (it slept before).
    pub woke: bool,
    /// What `random()` draws, in `0.0..1.0`.
    pub random: f64,
}

impl<'a> ScriptInput<'a> {
    /// The input of a step.
    #[must_use]
    pub fn of(cx: &StepCx<'a>, fields: &'a JsonMap) -> Self {
        Self { facts: cx.facts, fields, woke: !matches!(cx.resume, Resume::Enter), random: cx.random() }
    }
}

/// How a script ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Decision {
    /// Go on.
    Go {
        /// By this port; the only one when None.
        port: Option<PortName>,
        /// Becomes `steps.<node>.…`.
        output: Option<JsonMap>,
    },
    /// Come back after so long.
    Sleep(Duration),
    /// The run ends, with a reason.
    Exit(String),
    /// It gave up, with a reason.
    Fail(String),
}

/// What a script decided and asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct ScriptOutput {
    /// How it ended.
    pub decision: Decision,
    /// What it noted to be done in the commit of the step, in order.
    pub commands: Vec<Command>,
}

/// Everything wrong with the text of a script, as an issue of the field at `pointer`.
#[must_use]
pub fn check(source: &str, pointer: &str) -> Vec<FieldIssue> {
    match parse(source) {
        Ok(_) => Vec::new(),
        Err((code, words)) => vec![FieldIssue::new(pointer, code, words)],
    }
}

/// The parsed script.
///
/// # Errors
/// What is wrong with it, with the line.
pub(super) fn parse(source: &str) -> Result<Arc<AST>, (IssueCode, String)> {
    if source.len() > MAX_SOURCE {
        return Err((IssueCode::TooLarge, format!("the script has {} bytes and may have {MAX_SOURCE}: split it into steps", source.len())));
    }
    cache::parsed(source, || ENGINE.compile(source)).map_err(|e| {
        let at = place(e.position());
        (IssueCode::BadScript, format!("the script does not parse{at}: {}", e.err_type()))
    })
}

/// `, line 3 column 7`, or nothing when it is not known.
fn place(at: Position) -> String {
    match (at.line(), at.position()) {
        (Some(line), Some(column)) => format!(", line {line} column {column}"),
        (Some(line), None) => format!(", line {line}"),
        _ => String::new(),
    }
}

/// Runs `source` from its first line.
///
/// # Errors
/// `script.operations`, `script.time`, `script.memory` when it wanted too much; `script.error` with the line when it went wrong;
/// `script.output` when what it ended in is no decision; `script.failed` when it called `fail`.
pub fn run(source: &str, input: &ScriptInput<'_>) -> Result<ScriptOutput, Problem> {
    let ast = parse(source).map_err(|(_, words)| Problem::new("script.error", words))?;
    evaluate(input, |scope| ENGINE.eval_ast_with_scope::<Dynamic>(scope, &ast))
}

/// Runs the function `step` of a parsed script.
///
/// # Errors
/// As [`run`].
pub(super) fn run_step_function(ast: &AST, input: &ScriptInput<'_>) -> Result<ScriptOutput, Problem> {
    evaluate(input, |scope| ENGINE.call_fn_with_options::<Dynamic>(CallFnOptions::new(), scope, ast, "step", ()))
}

fn evaluate(
    input: &ScriptInput<'_>,
    work: impl FnOnce(&mut Scope<'_>) -> Result<Dynamic, Box<EvalAltResult>>,
) -> Result<ScriptOutput, Problem> {
    let mut scope = scope(input);
    let (ended, left) = call::during(input.facts.now, input.random, || caught(|| work(&mut scope)));
    let decision = match (left.decision, ended) {
        (Some(decision), Some(Err(_))) => decision,
        (_, Some(Ok(value))) => decision_of(&value, left.bytes)?,
        (_, Some(Err(error))) => return Err(problem(&error)),
        (_, None) => {
            return Err(Problem::new(
                "script.error",
                "the script made the interpreter give up: simplify it, closures over changed variables first",
            ));
        }
    };
    if let Decision::Fail(why) = decision {
        return Err(Problem::new("script.failed", if why.is_empty() { "the script called fail".to_owned() } else { why }));
    }
    if matches!(decision, Decision::Sleep(_)) && !left.commands.is_empty() {
        let words =
            "the script noted commands (set, record, add_tag, remove_tag) and then slept: give them after it woke, when resume is \"woke\"";
        return Err(Problem::new("script.output", words));
    }
    Ok(ScriptOutput { decision, commands: left.commands })
}

/// None when the interpreter panicked. It has asserts of its own ("shared values discovered within data") that a script
/// must not turn into the end of a worker.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}

fn scope(input: &ScriptInput<'_>) -> Scope<'static> {
    let facts = &input.facts;
    let mut scope = Scope::new();
    // Constants, and copies made for this call: Rhai lets a script add a key to a constant map, but nobody else sees it.
    for family in FAMILIES {
        match family.shape {
            Shape::Fields { .. } => scope.push_constant(family.root, fields(family, facts)),
            Shape::Outputs => scope.push_constant(family.root, convert::object(facts.outputs)),
            // A value without parts is a function: `now()`.
            Shape::Value(..) => continue,
        };
    }
    scope.push_constant("fields", convert::object(input.fields));
    scope.push_constant("resume", if input.woke { "woke" } else { "enter" });
    scope
}

fn fields(family: &Family, facts: &Facts<'_>) -> Map {
    let dynamic = |found| match found {
        Found::Value(value) => convert::value(&value),
        Found::Map(map) => convert::object(map).into(),
    };
    family.found(facts).map(|(name, found)| (name.into(), dynamic(found))).collect()
}

/// What the value a script ended in means.
fn decision_of(value: &Dynamic, spent: usize) -> Result<Decision, Problem> {
    let wrong = |words: String| Problem::new("script.output", words);
    if value.is_unit() {
        return Ok(Decision::Go { port: None, output: None });
    }
    if let Ok(answer) = value.as_bool() {
        return Ok(Decision::Go { port: Some(if answer { PortName::YES } else { PortName::NO }), output: None });
    }
    let Some(map) = value.read_lock::<Map>() else {
        let words = "the script ends in a value of type {}: end it in a map, true or false, or with go(\"port\")";
        return Err(wrong(words.replace("{}", value.type_name())));
    };
    let (mut object, bytes) = convert::json_map(&map)?;
    convert::within(spent.saturating_add(bytes))?;
    if !object.contains_key("port") || object.keys().any(|k| k != "port" && k != "output") {
        return Ok(Decision::Go { port: None, output: Some(object) });
    }
    let Some(crate::Json::String(port)) = object.remove("port") else {
        return Err(wrong("port is not text: write #{port: \"gold\"}".into()));
    };
    match object.remove("output") {
        None | Some(crate::Json::Null) => Ok(Decision::Go { port: Some(PortName::new(port)), output: None }),
        Some(crate::Json::Object(output)) => Ok(Decision::Go { port: Some(PortName::new(port)), output: Some(output) }),
        Some(_) => Err(wrong("output is not a map: write #{port: \"gold\", output: #{points: 10}}".into())),
    }
}

/// An error of the interpreter in words for the one who wrote the script.
fn problem(error: &EvalAltResult) -> Problem {
    use EvalAltResult as E;
    let inner = error.unwrap_inner();
    let at = place(match inner.position() {
        Position::NONE => error.position(),
        known => known,
    });
    match inner {
        E::ErrorTooManyOperations(_) => Problem::new(
            "script.operations",
            format!("the script was stopped after {MAX_OPERATIONS} operations{at}: it loops for ever or does too much in one step"),
        ),
        E::ErrorStackOverflow(_) => {
            Problem::new("script.operations", format!("functions of the script call one another too deep{at}: 32 levels are allowed"))
        }
        E::ErrorTerminated(..) => Problem::new("script.time", format!("the script was stopped after 50 ms{at}: do less in one step")),
        E::ErrorDataTooLarge(what, _) => Problem::new(
            "script.memory",
            format!(
                "a value became too large{at} ({what}): a text may have {MAX_STRING} bytes, a list or map {MAX_ITEMS} items, all that is put out 256 KiB"
            ),
        ),
        E::ErrorTooManyVariables(_) => Problem::new("script.memory", format!("the script has more than 200 variables{at}")),
        other => {
            let mut bare = words_of(other);
            bare.truncate(bare.char_indices().nth(500).map_or(bare.len(), |(n, _)| n));
            Problem::new("script.error", format!("the script went wrong{at}: {bare}"))
        }
    }
}

/// The words of an error without its position, which [`place`] has said.
fn words_of(error: &EvalAltResult) -> String {
    if let EvalAltResult::ErrorRuntime(value, _) = error {
        return value.to_string();
    }
    let words = error.to_string();
    words.rfind(" (line ").map_or(words.clone(), |n| words[..n].to_owned())
}

/// Runs `source` as the step of a node with `ports`.
#[must_use]
pub fn step(source: &str, cx: &StepCx<'_>, fields: &JsonMap, ports: &[Port]) -> Outcome {
    match run(source, &ScriptInput::of(cx, fields)) {
        Ok(output) => output.into_outcome(cx, ports),
        Err(problem) => Outcome::Fail { problem },
    }
}

impl ScriptOutput {
    /// The outcome of the step of a node with `ports`.
    #[must_use]
    pub fn into_outcome(self, cx: &StepCx<'_>, ports: &[Port]) -> Outcome {
        match self.decision {
            Decision::Go { port, output } => {
                let port = match chosen(port, ports) {
                    Ok(port) => port,
                    Err(problem) => return Outcome::Fail { problem },
                };
                let why = Why::ScriptWent(port.clone());
                if self.commands.is_empty() {
                    Outcome::Go { port, output, why }
                } else {
                    Outcome::Command { commands: self.commands, port, output, why: Some(why) }
                }
            }
            Decision::Sleep(length) => Outcome::Sleep { until: cx.now.plus(length), why: Why::ScriptSleeps(length) },
            Decision::Exit(reason) => {
                let why = Why::ScriptEnded(reason.clone());
                Outcome::Exit { end: End::Exited { reason }, commands: self.commands, why }
            }
            Decision::Fail(why) => Outcome::Fail { problem: Problem::new("script.failed", why) },
        }
    }
}

/// The port meant, when the node has it. `failed` is for problems, so it is never the one port a script means by silence.
fn chosen(port: Option<PortName>, ports: &[Port]) -> Result<PortName, Problem> {
    let names = || ports.iter().map(|p| format!("{:?}", p.name.as_str())).collect::<Vec<_>>().join(", ");
    if let Some(port) = port {
        return if ports.iter().any(|p| p.name == port) {
            Ok(port)
        } else {
            Err(Problem::new(
                "script.output",
                format!("the script goes on by {:?}, which the node does not have: it has {}", port.as_str(), names()),
            ))
        };
    }
    let mut usual = ports.iter().filter(|p| p.name != PortName::FAILED);
    match (usual.next(), usual.next()) {
        (Some(only), None) => Ok(only.name.clone()),
        _ => Err(Problem::new(
            "script.output",
            format!("the script does not say by which port it goes on: end it with go(…) and one of {}", names()),
        )),
    }
}
