//! Walking on: chains, loops, pauses, outages and look-backs.

use super::stage::{Stage, event, node, now, program, steps};
use crate::command::{Args as _, Command, SetAttributes};
use crate::issue::Problem;
use crate::run::{Input, RunState, StepOutcome};
use crate::time::Duration;
use serde_json::{Value as Json, json};

fn ready(name: &str) -> RunState {
    RunState::Ready { node: node(name), at: now() }
}

fn mail(subject: &str) -> Json {
    json!({"subject": subject, "html": "<p>Hello</p>"})
}

#[test]
fn pure_steps_chain_until_the_run_sleeps() {
    let nodes = [
        ("in", "trigger.event", json!({"events": ["Cart Updated"]})),
        ("mark", "customer.set", json!({"traits": {"seen": true}, "add_tags": ["cart"]})),
        ("known", "condition.if", json!({"predicate": {"fact": "customer.traits.seen", "is": "eq", "value": true}})),
        ("mail", "email.send", mail("Your cart")),
        ("nap", "delay.for", json!({"duration": "1h"})),
        ("end", "exit", json!({})),
    ];
    let edges = ["in.next>mark", "mark.next>known", "known.yes>mail", "known.no>nap", "mail.next>nap", "nap.next>end"];
    let mut stage = Stage::new(program(json!({}), &nodes, &edges), ready("in"));
    let moved = stage.meet(Input::Due).unwrap();
    // A later step of the same transition sees what a command has just set.
    assert_eq!(steps(&moved), ["in went next", "mark went next", "known went yes", "mail went next", "nap sleeps"]);
    assert_eq!((moved.effects.len(), moved.effects[0].awaited), (1, false));
    assert!(matches!(&stage.commands[..], [(at, Command { name, .. })] if *at == node("mark") && name == SetAttributes::COMMAND));
    assert_eq!(stage.state().due_at(), Some(now().plus(Duration::from_secs(3600))));
    stage.now = now().plus(Duration::from_secs(3600));
    assert_eq!(steps(&stage.meet(Input::Due).unwrap()), ["nap went next", "end ended exited"]);
    assert_eq!(stage.state().name(), "done");
}

/// A run that does a command and reads its answer; `failed` leads somewhere or not.
fn asking(failed: bool, answer: fn(&Command) -> Result<crate::JsonMap, Problem>) -> Stage {
    let nodes = [
        ("do", "customer.set", json!({"traits": {"seen": true}})),
        ("note", "customer.set", json!({"traits": {"code": "{{steps.do.code}}", "problem": "{{steps.do.problem.code}}"}})),
    ];
    let edges: &[&str] = if failed { &["do.next>note", "do.failed>note"] } else { &["do.next>note"] };
    let mut stage = Stage::new(program(json!({}), &nodes, edges), ready("do"));
    stage.answer = answer;
    stage
}

#[test]
fn what_a_command_answers_is_read_by_later_steps() {
    let mut stage = asking(false, |_| Ok(json!({"code": "AB-1"}).as_object().unwrap().clone()));
    stage.meet(Input::Due).unwrap();
    assert_eq!(stage.customer.traits["code"], "AB-1");
}

#[test]
fn a_command_that_fails_leads_by_failed_or_to_an_incident() {
    let none_left = |command: &Command| {
        if command.args["traits"].get("seen").is_some() {
            Err(Problem::new("coupon.none_left", "none is left"))
        } else {
            Ok(Default::default())
        }
    };
    let mut stage = asking(true, none_left);
    let moved = stage.meet(Input::Due).unwrap();
    assert_eq!(steps(&moved), ["do went failed", "note went next"]);
    assert_eq!(stage.customer.traits["problem"], "coupon.none_left");
    let mut stage = asking(false, none_left);
    let moved = stage.meet(Input::Due).unwrap();
    assert_eq!(steps(&moved), ["do failed coupon.none_left"]);
    assert!(moved.incident.is_some_and(|incident| !incident.effect));
    // What is put right is tried again from the same step.
    stage.answer = |_| Ok(Default::default());
    assert_eq!(steps(&stage.meet(Input::Retry).unwrap()), ["do went next", "note went next"]);
}

#[test]
fn a_paused_journey_enters_no_node_and_goes_on_where_it_stood() {
    let nodes = [("nap", "delay.for", json!({"duration": "1h"})), ("mail", "email.send", mail("Awake"))];
    let edges = ["nap.next>mail"];
    let asleep = RunState::Sleeping { node: node("nap"), visit: 1, since: now(), until: now() };
    for (state, expected) in [(asleep, vec!["nap went next"]), (ready("mail"), vec![]), (RunState::Queued { node: node("mail") }, vec![])] {
        let queued = matches!(state, RunState::Queued { .. });
        let mut stage = Stage::new(program(json!({}), &nodes, &edges), state);
        stage.paused = true;
        let moved = stage.meet(if queued { Input::Admitted } else { Input::Due }).unwrap();
        assert_eq!((steps(&moved), moved.effects.len()), (expected.into_iter().map(str::to_owned).collect(), 0));
        assert_eq!(*stage.state(), ready("mail"));
        stage.paused = false;
        assert_eq!(stage.meet(Input::Due).unwrap().effects.len(), 1);
    }
}

#[test]
fn a_wait_is_over_at_once_when_its_event_came_just_before() {
    let wait = json!({"events": ["Order Completed"], "timeout": "1d", "look_back": "10m", "same": ["cart_id"]});
    let nodes = [("wait", "wait.event", wait), ("out", "exit", json!({}))];
    let before = |minutes: i64| now().minus(Duration::from_secs(minutes * 60));
    let ordered = |minutes, cart: &str| event("Order Completed", before(minutes), json!({"cart_id": cart}));
    for (history, expected) in [
        (vec![ordered(5, "c1")], "wait went event"),
        (vec![ordered(10, "c1")], "wait went event"),
        (vec![ordered(11, "c1")], "wait waits"),
        (vec![ordered(5, "c2")], "wait waits"),
        (vec![ordered(11, "c1"), ordered(5, "c2"), ordered(1, "c1")], "wait went event"),
    ] {
        let mut stage = Stage::new(program(json!({}), &nodes, &["wait.event>out"]), ready("wait"));
        stage.history = history;
        assert_eq!(steps(&stage.meet(Input::Due).unwrap())[0], expected, "{:?}", stage.history);
    }
}

#[test]
fn the_event_that_began_the_run_does_not_end_its_wait_and_each_event_ends_one_wait() {
    let wait = json!({"events": ["Cart Updated"], "timeout": "1d", "look_back": "2h"});
    let nodes = [("wait", "wait.event", wait), ("nap", "delay.for", json!({"duration": "1m"}))];
    let mut stage = Stage::new(program(json!({}), &nodes, &["wait.event>nap", "nap.next>wait"]), ready("wait"));
    stage.history = vec![stage.run.body.event.clone().unwrap()];
    assert_eq!(steps(&stage.meet(Input::Due).unwrap()), ["wait waits"]);
    let again = event("Cart Updated", now(), json!({"cart_id": "c9"}));
    stage.history.push(again.clone());
    assert_eq!(steps(&stage.meet(Input::Event(&again)).unwrap()), ["wait went event", "nap sleeps"]);
    stage.now = now().plus(Duration::from_secs(60));
    // In the loop the same event lies within the look-back again, and is spent.
    assert_eq!(steps(&stage.meet(Input::Due).unwrap()), ["nap went next", "wait waits"]);
    assert_eq!(stage.run.body.visits[&node("wait")], 2);
}

#[test]
fn a_timeout_goes_its_own_way() {
    let wait = json!({"events": ["Order Completed"], "timeout": "1h"});
    let nodes = [("wait", "wait.event", wait), ("out", "exit", json!({"reason": "none came"}))];
    let mut stage = Stage::new(program(json!({}), &nodes, &["wait.timeout>out"]), ready("wait"));
    stage.meet(Input::Due).unwrap();
    stage.now = now().plus(Duration::from_secs(3599));
    assert_eq!(stage.meet(Input::Due), None);
    stage.now = now().plus(Duration::from_secs(3600));
    assert_eq!(steps(&stage.meet(Input::Due).unwrap()), ["wait went timeout", "out ended exited"]);
}

fn woken_late(policy: Json, late: i64) -> (Stage, Vec<String>, usize) {
    let nodes = [("nap", "delay.for", json!({"duration": "1h"})), ("mail", "email.send", mail("Morning"))];
    let program = program(json!({"outage": policy}), &nodes, &["nap.next>mail"]);
    let mut stage = Stage::new(program, RunState::Sleeping { node: node("nap"), visit: 1, since: now(), until: now() });
    stage.now = now().plus(Duration::from_secs(late));
    let moved = stage.meet(Input::Due).unwrap();
    (stage, steps(&moved), moved.effects.len())
}

#[test]
fn an_outage_runs_late_skips_or_takes_the_next_window() {
    let sent = vec!["nap went next".to_owned(), "mail went next".to_owned()];
    let skip = json!({"policy": "skip_after", "late": "1h"});
    assert_eq!(woken_late(json!({"policy": "run"}), 90_000).1, sent);
    let (_, taken, effects) = woken_late(skip.clone(), 3_600);
    assert_eq!((taken, effects), (sent.clone(), 1));
    let (stage, taken, effects) = woken_late(skip, 3_601);
    assert_eq!((taken, effects, stage.state().name()), (sent.clone(), 0, "done"));
    let window = json!({"policy": "next_window", "late": "1h"});
    assert_eq!(woken_late(window.clone(), 3_600).2, 1);
    for (late, days) in [(3_601, 1), (86_399, 1), (86_400, 2), (90_000, 2)] {
        let (stage, taken, effects) = woken_late(window.clone(), late);
        assert_eq!((taken, effects), (vec!["nap sleeps".to_owned()], 0), "{late}");
        assert_eq!(stage.state().due_at(), Some(now().plus(Duration::from_days(days))), "{late}");
    }
}

#[test]
fn a_loop_without_a_delay_becomes_an_incident() {
    let nodes = [("one", "goal", json!({"goal": "round", "ends": false})), ("two", "goal", json!({"goal": "and round", "ends": false}))];
    let mut stage = Stage::new(program(json!({}), &nodes, &["one.next>two", "two.next>one"]), ready("one"));
    let moved = stage.meet(Input::Due).unwrap();
    assert_eq!(moved.incident.unwrap().problem.code, "run.endless");
    assert!(matches!(moved.steps.last().unwrap().outcome, StepOutcome::Failed(_)));
    assert_eq!(stage.state().name(), "held");
}

#[test]
fn a_loop_counts_its_visits_and_a_chain_does_not() {
    let nodes = [
        ("nap", "delay.for", json!({"duration": "1h"})),
        ("mail", "email.send", mail("Round")),
        ("once", "goal", json!({"goal": "g", "ends": false})),
    ];
    let mut stage = Stage::new(program(json!({}), &nodes, &["once.next>nap", "nap.next>mail", "mail.next>nap"]), ready("once"));
    stage.meet(Input::Due).unwrap();
    let mut keys = Vec::new();
    for _ in 0..3 {
        stage.now = stage.state().due_at().unwrap();
        keys.extend(stage.meet(Input::Due).unwrap().effects.into_iter().map(|emitted| emitted.visit));
    }
    assert_eq!(keys, [1, 2, 3]);
    assert!(!stage.run.body.visits.contains_key(&node("once")));
}

#[test]
fn a_step_that_fails_goes_by_its_port_or_waits_for_a_person() {
    let broken = json!({"subject": "{{event.properties.missing}}", "html": "x"});
    let nodes = [("mail", "email.send", broken), ("help", "exit", json!({}))];
    let mut stage = Stage::new(program(json!({}), &nodes, &["mail.failed>help"]), ready("mail"));
    assert_eq!(steps(&stage.meet(Input::Due).unwrap()), ["mail went failed", "help ended exited"]);
    assert_eq!(stage.run.body.outputs["mail"]["problem"]["field"], "/subject");
    let mut stage = Stage::new(program(json!({}), &nodes, &[]), ready("mail"));
    let moved = stage.meet(Input::Due).unwrap();
    assert!(moved.effects.is_empty() && !moved.incident.unwrap().effect);
    // Put right, the step is done as if nothing had been.
    stage.run.body.event.as_mut().unwrap().properties.insert("missing".into(), "Found".into());
    assert_eq!(steps(&stage.meet(Input::Retry).unwrap()), ["mail went next"]);
}
