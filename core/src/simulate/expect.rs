//! What was expected beside what came.

use super::report::{Report, RunReport, Sent};
use super::scenario::{ExpectMessage, ExpectRequest, Scenario, When};
use tradewind_nodes::Json;
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::time::Timestamp;

/// Letters of a mail or body that are shown.
const SHOWN: usize = 600;

/// Every difference, in words.
pub(super) fn compare(scenario: &Scenario, customer: CustomerId, report: &Report) -> Vec<String> {
    let expect = &scenario.expect;
    let mut wrong = Vec::new();
    let wanted = expect.run.unwrap_or(1);
    let run = report.runs.get(wanted - 1);
    if let Some(messages) = &expect.messages {
        let one = |want: &ExpectMessage, got: &Sent| message(want, got, scenario.start);
        lists(
            "mail",
            messages,
            &report.messages,
            one,
            |got| format!("{:?} to {} at {}", got.about().title, got.about().recipient, got.at),
            &mut wrong,
        );
    }
    if let Some(requests) = &expect.requests {
        let one = |want: &ExpectRequest, got: &Sent| request(want, got, scenario.start);
        lists("request", requests, &report.requests, one, |got| format!("{} at {}", got.about().title, got.at), &mut wrong);
    }
    let titles: Vec<&str> = report.tasks.iter().map(|task| task.question.title.as_str()).collect();
    names("questions", expect.asked.as_deref(), &titles, &mut wrong);
    let recorded: Vec<&str> = report.recorded.iter().map(|event| event.name.as_str()).collect();
    names("recorded events", expect.recorded.as_deref(), &recorded, &mut wrong);
    let started: Vec<&str> = report.started.iter().map(|start| start.journey.as_str()).collect();
    names("started journeys", expect.started.as_deref(), &started, &mut wrong);
    if let Some(count) = expect.runs.filter(|count| *count != report.runs.len()) {
        wrong.push(format!("expected {count} runs, got {}{}", report.runs.len(), refusals(report)));
    }
    if let Some(steps) = &expect.steps {
        wrong.extend(way(steps, run, report));
    }
    if let Some(outcome) = expect.outcome {
        match run {
            None => wrong.push(format!("expected the outcome {}, but there is no run {wanted}{}", outcome.name(), refusals(report))),
            Some(run) if run.outcome() != outcome => {
                wrong.push(format!("expected the outcome {}, got {}: {}", outcome.name(), run.outcome().name(), last(run)))
            }
            Some(_) => {}
        }
    }
    person(scenario, customer, report, &mut wrong);
    refused(scenario, report, &mut wrong);
    if !wrong.is_empty() {
        wrong.extend(told(report));
    }
    wrong
}

fn lists<W, G>(
    what: &str,
    want: &[W],
    got: &[G],
    one: impl Fn(&W, &G) -> Vec<String>,
    show: impl Fn(&G) -> String,
    wrong: &mut Vec<String>,
) {
    for (i, (want, got)) in want.iter().zip(got).enumerate() {
        wrong.extend(one(want, got).into_iter().map(|words| format!("{what} {}: {words}", i + 1)));
    }
    if want.len() != got.len() {
        wrong.push(format!("expected {} of {what}, got {}", want.len(), got.len()));
        wrong.extend(got.iter().skip(want.len()).map(|got| format!("not expected: {what} {}", show(got))));
    }
}

fn moment(want: Option<When>, got: Timestamp, start: Timestamp) -> Option<String> {
    let want = want?.instant(start);
    (want != got).then(|| format!("expected it at {want} (+{}), got {got} (+{})", want.since(start), got.since(start)))
}

fn same(field: &str, want: Option<&String>, got: &str) -> Option<String> {
    want.filter(|want| *want != got).map(|want| format!("expected {field} {want:?}, got {got:?}"))
}

fn shown(text: &str) -> String {
    if text.chars().count() > SHOWN { format!("{}…", text.chars().take(SHOWN).collect::<String>()) } else { text.to_owned() }
}

fn texts(has: &[String], has_not: &[String], places: &[&str], whole: &str) -> Vec<String> {
    let there = |text: &String| places.iter().any(|place| place.contains(text.as_str()));
    let missing = has.iter().filter(|text| !there(text)).map(|text| format!("expected {text:?} in it, got {:?}", shown(whole)));
    let present = has_not.iter().filter(|text| there(text)).map(|text| format!("expected no {text:?} in it, and it is there"));
    missing.chain(present).collect()
}

fn message(want: &ExpectMessage, got: &Sent, start: Timestamp) -> Vec<String> {
    let about = got.about();
    let mut wrong: Vec<String> = moment(want.at, got.at, start).into_iter().collect();
    wrong.extend(same("to", want.to.as_ref(), &about.recipient));
    wrong.extend(same("subject", want.subject.as_ref(), &about.title));
    let whole = if about.html.is_empty() { &about.text } else { &about.html };
    wrong.extend(texts(&want.contains, &want.not_contains, &[&about.title, &about.html, &about.text], whole));
    wrong
}

fn request(want: &ExpectRequest, got: &Sent, start: Timestamp) -> Vec<String> {
    let about = got.about();
    let method = got.payload.message.get("method").and_then(Json::as_str).unwrap_or_default();
    let mut wrong: Vec<String> = moment(want.at, got.at, start).into_iter().collect();
    wrong.extend(same("method", want.method.as_ref(), method));
    wrong.extend(same("url", want.url.as_ref(), &about.recipient));
    wrong.extend(texts(&want.contains, &want.not_contains, &[&about.text], &about.text));
    wrong
}

fn names(what: &str, want: Option<&[String]>, got: &[&str], wrong: &mut Vec<String>) {
    if let Some(want) = want.filter(|want| *want != got) {
        wrong.push(format!("expected the {what} [{}], got [{}]", want.join(", "), got.join(", ")));
    }
}

/// Where a run's way first differs, with the reason of the step that took it there.
fn way(want: &[String], run: Option<&RunReport>, report: &Report) -> Option<String> {
    let Some(run) = run else {
        return Some(format!("expected the way {}, but nobody entered{}", want.join(" → "), refusals(report)));
    };
    let path = run.path();
    let fits = |want: &str, got: &str| want == got || got.split_once(':').is_some_and(|(node, _)| node == want);
    for (i, (want, (got, step))) in want.iter().zip(&path).enumerate() {
        if !fits(want, got) {
            return Some(format!("step {}: expected {want}, got {got}, because {}", i + 1, step.why));
        }
    }
    match (want.get(path.len()), path.get(want.len())) {
        (Some(next), _) => Some(format!("expected {next} next, but the way ends: {}", last(run))),
        (None, Some((next, step))) => Some(format!("the way goes on by {next}, because {}", step.why)),
        (None, None) => None,
    }
}

fn last(run: &RunReport) -> String {
    run.steps.last().map_or_else(|| "no step was taken".to_owned(), |step| format!("{} says {}", step.node, step.why))
}

fn refusals(report: &Report) -> String {
    report.refusals.last().map(|refusal| format!("; an entry was refused ({}): {}", refusal.reason.name(), refusal.why)).unwrap_or_default()
}

fn person(scenario: &Scenario, customer: CustomerId, report: &Report, wrong: &mut Vec<String>) {
    let Some(person) = report.people.iter().find(|person| person.customer.id == customer) else { return };
    for (name, want) in &scenario.expect.attributes {
        let got = person.customer.traits.get(name).unwrap_or(&Json::Null);
        if got != want {
            wrong.push(format!("expected the attribute {name} to be {want}, got {got}"));
        }
    }
    if let Some(want) = &scenario.expect.tags {
        let mut want = want.clone();
        want.sort();
        let got: Vec<&str> = person.customer.tags.iter().map(String::as_str).collect();
        names("tags", Some(&want), &got, wrong);
    }
}

fn refused(scenario: &Scenario, report: &Report, wrong: &mut Vec<String>) {
    let Some(want) = scenario.expect.refused else { return };
    match report.refusals.last() {
        None => wrong.push(format!("expected an entry refused for {}, but none was refused", want.name())),
        Some(got) if got.reason != want => {
            wrong.push(format!("expected a refusal for {}, got {}: {}", want.name(), got.reason.name(), got.why))
        }
        Some(_) => {}
    }
}

/// The whole way of every run, and what was not sent or later, for whoever looks for the cause.
fn told(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for (i, run) in report.runs.iter().enumerate() {
        lines.push(format!("run {} entered at {}:", i + 1, run.entered_at));
        lines.extend(run.path().iter().map(|(place, step)| format!("  {} {place}: {}", step.at, step.why)));
    }
    let stopped = report.prevented.iter().map(|stopped| format!("not done at {} by {}: {}", stopped.at, stopped.node, stopped.why));
    lines.extend(stopped);
    let held = report.held.iter().map(|held| format!("held back at {} by {} until {}: {}", held.at, held.node, held.until, held.why));
    lines.extend(held);
    lines
}
