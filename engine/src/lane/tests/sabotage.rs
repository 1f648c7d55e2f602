//! Rules broken on purpose: each must be found, or a rule that finds nothing would prove nothing.

use super::playing::{Batches, play_engine, play_simulation};
use super::rules::broken;
use super::stage::{START, Stage, at, chain};
use super::story::{Happening, Story};
use crate::incoming::Incoming;
use serde_json::json;
use tradewind_core::simulate::{Report, RunReport};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::kind::End;
use tradewind_nodes::run::{RunState, StepOutcome};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::why::Why;

/// Anna and Ben, who order, wait and get a mail.
async fn good() -> (Story, Report) {
    let settings = json!({
        "reentry": {"rule": "once"}, "timezone": "Europe/Berlin", "concurrency": 2,
        "quiet_hours": {"from": "21:00", "to": "08:00"}, "frequency_cap": {"max": 1, "per": "1d"},
        "goal": {"event": "Paid", "since": "entry"},
    });
    let graph = chain(
        settings,
        &[
            ("in", "trigger.event", json!({"events": ["Ordered"]})),
            ("mail", "email.send", json!({"subject": "News", "html": "x", "to": "{{customer.email}}"})),
            ("wait", "delay.for", json!({"duration": "2h"})),
            ("tag", "customer.set", json!({"add_tags": ["late"]})),
            ("wait2", "delay.for", json!({"duration": "90d"})),
            ("end", "exit", json!({})),
        ],
    );
    let mut story = Story::random(3);
    story.graphs = vec![graph];
    story.segments = std::iter::once(("bought".to_owned(), serde_json::from_value(json!({"event": "Ordered"})).unwrap())).collect();
    story.happenings.retain(|happening| matches!(&happening.incoming, Incoming::Profile { .. }));
    story.happenings.truncate(2);
    let mut events = Vec::new();
    for happening in &mut story.happenings {
        let Incoming::Profile { customer, consent, .. } = &mut happening.incoming else { unreachable!() };
        consent.iter_mut().for_each(|change| change.status = ConsentStatus::Granted);
        let mut event = Story::event_of(*customer, "Ordered", at(START).plus(Duration::from_secs(60)));
        event.message_id = customer.to_string();
        events.push(Happening { at: event.at, incoming: Incoming::Event(event) });
    }
    story.happenings.extend(events);
    let stage = Stage::new(1).await;
    let (told, programs) = play_engine(&story, stage, Batches::Many).await;
    let (report, _) = play_simulation(&story, programs, Batches::Many, told.until);
    (story, report)
}

fn run(report: &mut Report) -> &mut RunReport {
    &mut report.runs[0]
}

type Sabotage = fn(&mut Report);

/// What breaks each rule.
fn sabotages() -> Vec<(&'static str, Sabotage)> {
    vec![
        ("re-entry", |report| {
            let again = report.runs[0].clone();
            report.runs.push(again);
        }),
        ("concurrency", |report| {
            let mut third = report.runs[0].clone();
            (third.customer, third.key) = (None, None);
            report.runs.push(third);
        }),
        ("early timer", |report| {
            let steps = &mut run(report).steps;
            let slept = steps.iter().position(|step| matches!(step.outcome, StepOutcome::Sleeps(_))).unwrap();
            steps[slept + 1].at = steps[slept].at;
        }),
        ("early timer", |report| {
            let step = run(report).steps.iter_mut().find(|step| matches!(step.outcome, StepOutcome::Sleeps(_))).unwrap();
            step.outcome = StepOutcome::Sleeps(step.at.plus(Duration::from_secs(1)));
        }),
        ("edge", |report| drop(run(report).steps.remove(1))),
        ("visits", |report| run(report).steps[1].visit = 3),
        ("order of time", |report| run(report).steps[0].at = Timestamp::from_micros(0)),
        ("order of time", |report| {
            let end = End::Completed;
            let at = run(report).entered_at;
            run(report).state = RunState::Done { end, at };
        }),
        ("reason", |report| run(report).steps[0].why = Why::words(String::new())),
        ("effect without step", |report| {
            let sent = report.messages[0].clone();
            report.messages.push(sent);
        }),
        ("message after exit", |report| {
            let at = report.messages[0].at.minus(Duration::from_secs(1));
            let run = report.messages[0].run;
            report.runs[run].state = RunState::Done { end: End::Goal { goal: "goal".into() }, at };
        }),
        ("consent", |report| report.messages[0].at = at(START).minus(Duration::from_hours(1))),
        ("quiet hours", |report| report.messages[0].at = at("2026-01-09T23:00:00Z")),
        ("membership", |report| report.people[0].segments.clear()),
        ("membership", |report| report.people[0].segments.extend(["nobody".to_owned()])),
        ("frequency cap", |report| {
            let mut again = report.messages[0].clone();
            again.at = again.at.plus(Duration::from_secs(1));
            report.messages.push(again);
        }),
    ]
}

#[tokio::test]
async fn each_rule_that_is_broken_on_purpose_is_found() {
    let (story, report) = good().await;
    assert_eq!(broken(&story, &report), []);
    assert!(report.messages.len() == 2 && report.runs.len() == 2, "the story is rich enough: {report:?}");
    for (at, (rule, sabotage)) in sabotages().into_iter().enumerate() {
        let mut spoilt = report.clone();
        sabotage(&mut spoilt);
        let found = broken(&story, &spoilt);
        assert!(found.iter().any(|(name, _)| *name == rule), "sabotage {at} of {rule:?} is not found: {found:?}");
    }
}
