//! Every state against every input: which move the run, and which mean nothing to it.

use super::stage::{Stage, at, event, node, now, problem, program, steps};
use crate::Json;
use crate::effect::Receipt;
use crate::id::{PortName, TaskId};
use crate::kind::{End, EventMatch};
use crate::predicate::Predicate;
use crate::run::{Input, Program, RunState};
use crate::time::{Duration, Timestamp};
use crate::why::Why;
use serde_json::json;
use uuid::Uuid;

const TASK: TaskId = TaskId(Uuid::from_u128(9));

fn everything(settings: Json) -> Program {
    let nodes = [
        ("in", "trigger.event", json!({"events": ["Cart Updated"]})),
        ("nap", "delay.for", json!({"duration": "4h"})),
        ("wait", "wait.event", json!({"events": ["Order Completed"], "timeout": "2h", "same": ["cart_id"]})),
        ("until", "wait.until", json!({"predicate": {"fact": "customer.traits.plan", "is": "eq", "value": "pro"}, "timeout": "2h"})),
        ("call", "http.request", json!({"url": "https://shop.example/hook", "response": {"status": "status"}})),
        ("ask", "task.ask", json!({"title": "Sure?", "answers": ["sure", "never"], "timeout": "2h"})),
        ("out", "exit", json!({"reason": "through"})),
    ];
    let edges = [
        "in.next>nap",
        "nap.next>out",
        "wait.event>out",
        "wait.timeout>out",
        "until.yes>out",
        "until.timeout>out",
        "call.next>out",
        "ask.sure>out",
        "ask.never>out",
        "ask.timeout>out",
    ];
    program(settings, &nodes, &edges)
}

fn hours(n: i64) -> Timestamp {
    now().plus(Duration::from_secs(n * 3600))
}

fn wanted(look_back: Duration) -> EventMatch {
    EventMatch { names: vec!["Order Completed".into()], filter: Predicate::default(), same: vec!["cart_id".into()], look_back }
}

/// Every state, with what it waits for in the future (`later`) or come already.
fn states(later: bool) -> Vec<RunState> {
    let (visit, since, due) = (1, hours(-2), if later { hours(1) } else { now() });
    let deadline = Some(due);
    vec![
        RunState::Ready { node: node("nap"), at: due },
        RunState::Queued { node: node("nap") },
        RunState::Sleeping { node: node("nap"), visit, since, until: due },
        RunState::Awaiting { node: node("wait"), visit, since, event: wanted(Duration::ZERO), deadline },
        RunState::AwaitingChange { node: node("until"), visit, since, check_at: None, deadline },
        RunState::Calling { node: node("call"), visit, since },
        RunState::Asking { node: node("ask"), visit, since, task: TASK, deadline },
        RunState::Held { node: node("nap"), visit, since, problem: problem(), effect: false },
        RunState::Held { node: node("call"), visit, since, problem: problem(), effect: true },
        RunState::Done { end: End::Completed, at: since },
    ]
}

/// What each input does to each state, in the order of [`states`]: `-` nothing, else the state it is in afterwards.
#[rustfmt::skip]
const TABLE: [(&str, [&str; 10]); 11] = [
    //                 ready       queued      sleeping    awaiting    change             calling    asking     held      held effect  done
    ("due, early",    ["-",        "-",        "-",        "-",        "awaiting_change", "-",       "-",       "-",        "-",       "-"]),
    ("due",           ["sleeping", "-",        "done",     "done",     "done",            "-",       "done",    "-",        "-",       "-"]),
    ("admitted",      ["-",        "sleeping", "-",        "-",        "-",               "-",       "-",       "-",        "-",       "-"]),
    ("the event",     ["-",        "-",        "-",        "done",     "awaiting_change", "-",       "-",       "-",        "-",       "-"]),
    ("another event", ["-",        "-",        "-",        "-",        "awaiting_change", "-",       "-",       "-",        "-",       "-"]),
    ("changed",       ["-",        "-",        "-",        "-",        "awaiting_change", "-",       "-",       "-",        "-",       "-"]),
    ("receipt",       ["-",        "-",        "-",        "-",        "-",               "done",    "-",       "-",        "-",       "-"]),
    ("answer",        ["-",        "-",        "-",        "-",        "-",               "-",       "done",    "-",        "-",       "-"]),
    ("retry",         ["-",        "-",        "-",        "-",        "-",               "-",       "-",       "sleeping", "calling", "-"]),
    ("skip",          ["-",        "-",        "done",     "done",     "done",            "done",    "done",    "done",     "done",    "-"]),
    ("cancel",        ["done",     "done",     "done",     "done",     "done",            "done",    "done",    "done",     "done",    "-"]),
];

#[test]
fn every_state_meets_every_input() {
    let ordered = event("Order Completed", now(), json!({"cart_id": "c1"}));
    let viewed = event("Product Viewed", now(), json!({}));
    let (done, answer) = (Receipt::Done { output: json!({"status": 200}) }, json!("sure"));
    let (call, skip) = (node("call"), PortName::NEXT);
    for (name, expected) in TABLE {
        let input = match name {
            "due, early" | "due" => Input::Due,
            "admitted" => Input::Admitted,
            "the event" => Input::Event(&ordered),
            "another event" => Input::Event(&viewed),
            "changed" => Input::Changed,
            "receipt" => Input::Receipt { node: &call, visit: 1, receipt: &done },
            "answer" => Input::Answer { task: TASK, answer: &answer },
            "retry" => Input::Retry,
            "skip" => Input::Skip(&skip),
            _ => Input::Cancel("no longer wanted"),
        };
        for (state, expected) in states(name != "due").into_iter().zip(expected) {
            let before = state.clone();
            let mut stage = Stage::new(everything(json!({})), state);
            let moved = stage.meet(input);
            let told = format!("{name} in {before:?}");
            assert_eq!(moved.is_some(), expected != "-", "{told}: {moved:?}");
            if expected == "-" {
                assert_eq!(*stage.state(), before, "{told}: what means nothing changes nothing");
            } else {
                assert_eq!(stage.state().name(), expected, "{told}");
            }
        }
    }
}

#[test]
fn a_run_that_is_over_stays_as_it_is_whatever_comes() {
    let goal = json!({"goal": {"event": "Order Completed", "count": {"gte": 1}}});
    let ordered = event("Order Completed", now(), json!({}));
    let over = RunState::Done { end: End::Exited { reason: "through".into() }, at: hours(-1) };
    let mut stage = Stage::new(everything(goal), over.clone());
    stage.history.push(ordered.clone());
    for input in [Input::Event(&ordered), Input::Changed, Input::Due, Input::Cancel("late"), Input::Retry] {
        assert_eq!(stage.meet(input), None);
    }
    assert_eq!(*stage.state(), over);
}

#[test]
fn the_goal_and_the_exit_end_a_run_in_every_state_that_is_not_over() {
    let ordered = event("Order Completed", now(), json!({"cart_id": "other"}));
    let fact = json!({"fact": "event.name", "is": "eq", "value": "Order Completed"});
    for (settings, name) in
        [(json!({"goal": fact}), "goal"), (json!({"exit": fact}), "exited"), (json!({"goal": fact, "exit": fact}), "goal")]
    {
        for state in states(true).into_iter().filter(|state| state.name() != "done") {
            let was = state.clone();
            let mut stage = Stage::new(everything(settings.clone()), state);
            let moved = stage.meet(Input::Event(&ordered)).unwrap_or_else(|| panic!("{was:?}"));
            assert_eq!(steps(&moved), [format!("{} ended {name}", was.node().unwrap())], "{was:?}");
            assert_eq!(stage.state().name(), "done");
            assert_eq!(moved.closed_task, matches!(was, RunState::Asking { .. }).then_some(TASK), "{was:?}");
        }
    }
}

#[test]
fn the_goal_is_looked_at_when_the_profile_changes_and_not_when_a_timer_comes() {
    let goal = json!({"goal": {"fact": "customer.traits.plan", "is": "eq", "value": "pro"}});
    let asleep = || RunState::Sleeping { node: node("nap"), visit: 1, since: hours(-2), until: hours(1) };
    let mut stage = Stage::new(everything(goal), asleep());
    assert_eq!(stage.meet(Input::Changed), None);
    stage.customer.traits.insert("plan".into(), "pro".into());
    assert_eq!(stage.meet(Input::Due), None);
    assert_eq!(steps(&stage.meet(Input::Changed).unwrap()), ["nap ended goal"]);
}

#[test]
fn a_wait_takes_only_the_event_it_is_for() {
    let awaiting =
        |look_back| RunState::Awaiting { node: node("wait"), visit: 1, since: now(), event: wanted(look_back), deadline: Some(hours(2)) };
    let ordered = |when, cart: &str| event("Order Completed", when, json!({"cart_id": cart}));
    let ten = Duration::from_secs(600);
    let before = |seconds| now().minus(Duration::from_secs(seconds));
    let cases = [
        (Duration::ZERO, ordered(now(), "c1"), true, "the same cart"),
        (Duration::ZERO, ordered(now(), "c2"), false, "another cart"),
        (Duration::ZERO, event("Order Completed", now(), json!({})), false, "no cart at all"),
        (Duration::ZERO, event("Order Refunded", now(), json!({"cart_id": "c1"})), false, "another name"),
        (Duration::ZERO, ordered(before(1), "c1"), false, "from before the wait"),
        (ten, ordered(before(600), "c1"), true, "as old as the look-back reaches"),
        (ten, ordered(before(601), "c1"), false, "older than the look-back"),
    ];
    for (look_back, came, ends, what) in cases {
        let mut stage = Stage::new(everything(json!({})), awaiting(look_back));
        assert_eq!(stage.meet(Input::Event(&came)).is_some(), ends, "{what}");
    }
}

#[test]
fn a_receipt_counts_only_for_its_node_and_visit() {
    let done = Receipt::Done { output: json!({"status": 200}) };
    for (of, visit, counts) in [("call", 1, true), ("call", 2, false), ("nap", 1, false)] {
        let mut stage = Stage::new(everything(json!({})), RunState::Calling { node: node("call"), visit: 1, since: hours(-1) });
        let of = node(of);
        assert_eq!(stage.meet(Input::Receipt { node: &of, visit, receipt: &done }).is_some(), counts, "{of} {visit}");
    }
}

#[test]
fn what_became_of_an_effect_decides_the_way() {
    let failed = Receipt::Failed { problem: problem() };
    let suppressed = Receipt::Suppressed { why: Why::words("quiet") };
    let done = Receipt::Done { output: json!({"status": 201}) };
    let call =
        [("call", "http.request", json!({"url": "https://shop.example/hook"})), ("out", "exit", json!({})), ("help", "exit", json!({}))];
    let wired = || program(json!({}), &call, &["call.next>out", "call.failed>help"]);
    let bare = || program(json!({}), &call, &["call.next>out"]);
    let cases: [(Program, &Receipt, &[&str]); 4] = [
        (wired(), &done, &["call went next", "out ended exited"]),
        (wired(), &suppressed, &["call went next", "out ended exited"]),
        (wired(), &failed, &["call went failed", "help ended exited"]),
        (bare(), &failed, &["call failed test.broken"]),
    ];
    for (program, receipt, expected) in cases {
        let mut stage = Stage::new(program, RunState::Calling { node: node("call"), visit: 1, since: hours(-1) });
        let of = node("call");
        let moved = stage.meet(Input::Receipt { node: &of, visit: 1, receipt }).unwrap();
        assert_eq!(steps(&moved), expected, "{receipt:?}");
        assert_eq!(moved.incident.is_some(), expected.len() == 1);
    }
}

#[test]
fn a_failed_effect_is_sent_again_and_a_failed_step_is_stepped_again() {
    let held = |name: &str, effect| RunState::Held { node: node(name), visit: 1, since: hours(-1), problem: problem(), effect };
    let mut stage = Stage::new(everything(json!({})), held("call", true));
    let moved = stage.meet(Input::Retry).unwrap();
    assert_eq!((moved.resend, moved.effects.len(), moved.steps.len()), (Some((node("call"), 1)), 0, 0));
    assert_eq!(*stage.state(), RunState::Calling { node: node("call"), visit: 1, since: hours(-1) });
    let mut stage = Stage::new(everything(json!({})), held("call", false));
    let moved = stage.meet(Input::Retry).unwrap();
    assert_eq!((moved.resend.is_none(), moved.effects.len(), steps(&moved)), (true, 1, vec!["call calls http".to_owned()]));
    let mut stage = Stage::new(everything(json!({})), held("ask", false));
    let port = PortName::fixed("never");
    assert_eq!(steps(&stage.meet(Input::Skip(&port)).unwrap()), ["ask skipped never", "out ended exited"]);
}

#[test]
fn a_question_is_asked_once_answered_once_and_closed() {
    let mut stage = Stage::new(everything(json!({})), RunState::Ready { node: node("ask"), at: now() });
    let moved = stage.meet(Input::Due).unwrap();
    let asked = &moved.asked[0];
    assert_eq!((asked.question.answers.len(), asked.deadline, steps(&moved)), (2, Some(hours(2)), vec!["ask asks".to_owned()]));
    let (task, strange) = (asked.task, TaskId(Uuid::from_u128(77)));
    assert_eq!(stage.meet(Input::Answer { task: strange, answer: &json!("sure") }), None);
    let moved = stage.meet(Input::Answer { task, answer: &json!({"answer": "sure", "by": "eve"}) }).unwrap();
    assert_eq!((moved.closed_task, steps(&moved)), (Some(task), vec!["ask went sure".to_owned(), "out ended exited".to_owned()]));
    assert_eq!(stage.run.body.outputs["ask"]["by"], "eve");
}

#[test]
fn a_node_that_is_gone_from_the_version_ends_the_run_with_a_word() {
    let mut stage = Stage::new(everything(json!({})), RunState::Sleeping { node: node("gone"), visit: 1, since: hours(-2), until: now() });
    stage.meet(Input::Due).unwrap();
    let RunState::Done { end: End::Cancelled { reason }, .. } = stage.state() else { panic!("{:?}", stage.state()) };
    assert!(reason.contains("gone"), "{reason}");
}

#[test]
fn every_state_reads_back_what_was_written_with_the_event_that_began_it() {
    for state in states(true) {
        let mut stage = Stage::new(everything(json!({})), state);
        stage.run.body.outputs.insert("call".into(), json!({"status": 200}));
        stage.run.body.visits.insert(node("nap"), 3);
        let text = serde_json::to_string(&stage.run.body).unwrap();
        let read = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(stage.run.body, read, "{text}");
    }
    assert_eq!(at("2026-03-02T13:00:00Z"), hours(1));
}
