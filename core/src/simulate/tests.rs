//! Tests of the simulation and of scenario files.

use super::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::{Program, RefusalReason};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::{Json, JsonMap};

fn start() -> Timestamp {
    Timestamp::parse("2026-03-02T10:00:00Z").unwrap()
}

/// A graph of these nodes in a row, joined by the ports named.
fn graph(settings: Json, nodes: Json, edges: &[(&str, &str, &str)]) -> Graph {
    let edges: Vec<Json> = edges.iter().map(|(from, port, to)| json!({"from": from, "port": port, "to": to})).collect();
    serde_json::from_value(json!({"settings": settings, "nodes": nodes, "edges": edges})).unwrap()
}

fn journey(slug: &str, graph: &Graph) -> Journey {
    let program = Program::compile(graph, &Registry::builtin()).unwrap_or_else(|issues| panic!("{issues:?}"));
    Journey { slug: slug.into(), program: Arc::new(program) }
}

fn on(event: &str) -> Json {
    json!({"id": "start", "kind": "trigger.event", "config": {"events": [event]}})
}

fn props(value: Json) -> JsonMap {
    value.as_object().unwrap().clone()
}

fn delayed() -> Graph {
    graph(
        json!({"goal": {"event": "Paid", "since": "entry"}}),
        json!([
            on("Ordered"),
            {"id": "wait", "kind": "delay.for", "config": {"duration": "1h"}},
            {"id": "tag", "kind": "customer.set", "config": {"add_tags": ["late"]}},
        ]),
        &[("start", "next", "wait"), ("wait", "next", "tag")],
    )
}

#[test]
fn timers_fire_at_their_instant_and_no_earlier() {
    let mut simulation = Simulation::new(vec![journey("a", &delayed())], start());
    let ada = simulation.customer("ada");
    simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
    simulation.advance_to(start().plus(Duration::from_secs(3599))).unwrap();
    assert_eq!(simulation.report().runs[0].outcome(), Outcome::Waiting);
    simulation.advance_to(start().plus(Duration::from_days(2))).unwrap();
    let report = simulation.report();
    let places: Vec<String> = report.runs[0].path().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["start:next", "wait:next", "tag:next"]);
    assert_eq!(report.runs[0].steps.last().unwrap().at, start().plus(Duration::from_hours(1)));
    assert!(report.people[0].customer.tags.contains("late"));
    assert_eq!(report.now, start().plus(Duration::from_days(2)));
}

#[test]
fn a_goal_ends_a_run_and_people_do_not_meet() {
    let mut simulation = Simulation::new(vec![journey("a", &delayed())], start());
    let (ada, bob) = (simulation.customer("ada"), simulation.customer("bob"));
    simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
    simulation.event(bob, "Ordered", JsonMap::new()).unwrap();
    simulation.event(bob, "Ordered", JsonMap::new()).unwrap();
    simulation.advance_to(start().plus(Duration::from_secs(1))).unwrap();
    simulation.event(ada, "Paid", JsonMap::new()).unwrap();
    let report = simulation.report();
    assert_eq!(report.runs.iter().map(RunReport::outcome).collect::<Vec<_>>(), [Outcome::Goal, Outcome::Waiting]);
    assert_eq!(report.refusals.iter().map(|refusal| refusal.reason).collect::<Vec<_>>(), [RefusalReason::Reentry]);
}

#[test]
fn a_recorded_event_and_a_start_come_in_by_the_front_door() {
    let first = graph(
        json!({}),
        json!([
            on("Ordered"),
            {"id": "record", "kind": "event.record", "config": {"event": "Thanked", "properties": {"of": "{{event.name}}"}}},
            {"id": "other", "kind": "journey.start", "config": {"journey": "b", "data": {"n": 7}}},
        ]),
        &[("start", "next", "record"), ("record", "next", "other")],
    );
    let second = graph(
        json!({"reentry": {"rule": "always"}}),
        json!([on("Thanked"), {"id": "door", "kind": "trigger.journey", "config": {}}, {"id": "end", "kind": "exit", "config": {}}]),
        &[("start", "next", "end"), ("door", "next", "end")],
    );
    let mut simulation = Simulation::new(vec![journey("a", &first), journey("b", &second)], start());
    let ada = simulation.customer("ada");
    simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
    let report = simulation.report();
    let entered: Vec<&str> = report.runs.iter().map(|run| run.journey.as_str()).collect();
    assert_eq!(entered, ["a", "b", "b"]);
    assert_eq!(report.recorded[0].properties["of"], "Ordered");
    assert_eq!(report.started[0].data["n"], 7);
}

#[test]
fn segments_change_with_events_and_with_time() {
    let watching = graph(
        json!({"reentry": {"rule": "always"}}),
        json!([
            {"id": "came", "kind": "trigger.segment", "config": {"segment": "active"}},
            {"id": "left", "kind": "trigger.segment", "config": {"segment": "active", "change": "left"}},
            {"id": "end", "kind": "exit", "config": {}},
        ]),
        &[("came", "next", "end"), ("left", "next", "end")],
    );
    let mut simulation = Simulation::new(vec![journey("a", &watching)], start());
    let active = tradewind_nodes::predicate::from_json(&json!({"event": "Visited", "within": "7d"}), "").unwrap();
    simulation.segment("active", active);
    let ada = simulation.customer("ada");
    simulation.known(ada, &JsonMap::new(), &BTreeMap::new(), &[]);
    simulation.event(ada, "Visited", JsonMap::new()).unwrap();
    assert!(simulation.report().people[0].segments.contains("active"));
    simulation.advance_to(start().plus(Duration::from_days(30))).unwrap();
    let report = simulation.report();
    assert!(report.people[0].segments.is_empty());
    let first: Vec<&str> = report.runs.iter().map(|run| run.steps[0].node.as_str()).collect();
    assert_eq!(first, ["came", "left"]);
    let week = report.runs[1].entered_at.since(start());
    assert!((0..2).contains(&(week.0 - Duration::from_days(7).0)), "{week}");
}

#[test]
fn schedules_tick_for_their_audience() {
    let weekly = graph(
        json!({"reentry": {"rule": "always"}}),
        json!([
            {"id": "start", "kind": "trigger.schedule", "config": {"cron": "0 9 * * 1", "audience": {"fact": "customer.country", "is": "eq", "value": "DE"}}},
            {"id": "end", "kind": "exit", "config": {}},
        ]),
        &[("start", "next", "end")],
    );
    let mut simulation = Simulation::new(vec![journey("a", &weekly)], start());
    for (user, country) in [("ada", "GB"), ("eva", "DE")] {
        let customer = simulation.customer(user);
        simulation.known(customer, &props(json!({"country": country})), &BTreeMap::new(), &[]);
    }
    simulation.advance_to(start().plus(Duration::from_days(15))).unwrap();
    let report = simulation.report();
    assert_eq!(report.runs.len(), 2, "two Mondays at nine lie in fifteen days");
    assert_eq!(report.refusals.len(), 2);
    assert_eq!(report.runs[0].entered_at, Timestamp::parse("2026-03-09T09:00:00Z").unwrap());
}

#[test]
fn concurrent_places_and_throttles_make_people_wait() {
    let places = graph(
        json!({"reentry": {"rule": "always"}, "concurrency": 1}),
        json!([on("Ordered"), {"id": "wait", "kind": "delay.for", "config": {"duration": "1h"}}, {"id": "end", "kind": "exit", "config": {}}]),
        &[("start", "next", "wait"), ("wait", "next", "end")],
    );
    let mut simulation = Simulation::new(vec![journey("a", &places)], start());
    let ada = simulation.customer("ada");
    for _ in 0..3 {
        simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
    }
    simulation.advance_to(start().plus(Duration::from_hours(9))).unwrap();
    let ends: Vec<i64> = simulation.report().runs.iter().map(|run| run.steps.last().unwrap().at.since(start()).0 / 3_600_000_000).collect();
    assert_eq!(ends, [1, 2, 3]);
}

#[test]
fn a_journey_that_never_rests_is_cut() {
    let restless = graph(
        json!({}),
        json!([on("Ordered"), {"id": "wait", "kind": "delay.for", "config": {"duration": "1s"}}]),
        &[("start", "next", "wait"), ("wait", "next", "wait")],
    );
    let mut simulation = Simulation::new(vec![journey("a", &restless)], start());
    let ada = simulation.customer("ada");
    simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
    let problem = simulation.advance_to(start().plus(Duration::from_days(1000))).unwrap_err();
    assert_eq!(problem.code, "simulation.endless");
}

#[test]
fn a_forced_split_goes_its_way_and_says_so() {
    let split = graph(
        json!({}),
        json!([on("Ordered"), {"id": "split", "kind": "condition.split", "config": {"ways": [{"port": "a", "weight": 1}], "holdout": 10}}, {"id": "end", "kind": "exit", "config": {}}]),
        &[("start", "next", "split"), ("split", "a", "end"), ("split", "holdout", "end")],
    );
    for port in ["a", "holdout"] {
        let mut program = Program::compile(&split, &Registry::builtin()).unwrap_or_else(|issues| panic!("{issues:?}"));
        force(&mut program, &NodeId::new("split").unwrap(), &PortName::new(port)).unwrap();
        let mut simulation = Simulation::new(vec![Journey { slug: "a".into(), program: Arc::new(program) }], start());
        let ada = simulation.customer("ada");
        simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
        let report = simulation.report();
        assert_eq!(report.runs[0].path()[1].0, format!("split:{port}"));
        assert_eq!(report.runs[0].outputs["split"]["way"], port);
    }
    let mut program = Program::compile(&split, &Registry::builtin()).unwrap_or_else(|issues| panic!("{issues:?}"));
    let error = force(&mut program, &NodeId::new("split").unwrap(), &PortName::new("b")).unwrap_err();
    assert!(error.message.contains("it has a, holdout"), "{error}");
}

fn scenario(expect: Json, given: Json) -> Json {
    json!({"name": "n", "start": "2026-03-02T10:00:00Z", "customer": {"user_id": "ada"}, "given": given, "until": "+2h", "expect": expect})
}

fn failures(expect: Json) -> Vec<String> {
    let scenario = scenario(expect, json!([{"at": "0s", "event": "Ordered"}]));
    let scenario = Scenario::parse(&scenario.to_string()).unwrap();
    play("a", &delayed(), &Registry::builtin(), &scenario).unwrap().failures
}

#[test]
fn what_differs_is_said_with_the_reason() {
    assert_eq!(
        failures(json!({"steps": ["start", "wait:next", "tag"], "outcome": "completed", "tags": ["late"], "runs": 1, "messages": []})),
        [""; 0]
    );
    let said = |expect: Json| failures(expect).join("\n");
    assert!(said(json!({"steps": ["start", "wait:failed"]})).contains("step 2: expected wait:failed, got wait:next, because 1h passed"));
    assert!(said(json!({"steps": ["start"]})).contains("the way goes on by wait:next"));
    assert!(said(json!({"outcome": "goal"})).contains("expected the outcome goal, got completed"));
    assert!(said(json!({"messages": [{"subject": "x"}]})).contains("expected 1 of mail, got 0"));
    assert!(said(json!({"attributes": {"plan": "pro"}})).contains("expected the attribute plan to be \"pro\", got null"));
    assert!(said(json!({"refused": "reentry"})).contains("none was refused"));
}

#[test]
fn a_scenario_file_says_where_it_is_wrong() {
    let error = |file: Json| Scenario::parse(&file.to_string()).unwrap_err().to_string();
    let runs = json!({"runs": 1});
    assert!(error(scenario(runs.clone(), json!([{"at": "0s", "evnt": "x"}]))).starts_with("/given/0: unknown field `evnt`"));
    assert!(error(scenario(runs.clone(), json!([{"at": "0s"}]))).contains("/given/0: nothing happens"));
    assert!(error(scenario(runs.clone(), json!([{"at": "0s", "event": "x", "set": {}}]))).contains("two things happen"));
    assert!(error(scenario(runs.clone(), json!([{"at": "soon", "event": "x"}]))).contains("no moment"));
    assert!(error(scenario(runs.clone(), json!([{"at": "1h", "event": "x"}, {"at": "0s", "event": "x"}]))).starts_with("/given/1/at"));
    assert!(error(scenario(runs.clone(), json!([{"at": "3h", "event": "x"}]))).starts_with("/until"));
    assert!(error(scenario(json!({}), json!([]))).starts_with("/expect: nothing is expected"));
    assert!(
        error(scenario(json!({"messages": [{}, {"subjct": "x"}]}), json!([]))).starts_with("/expect/messages/1: unknown field `subjct`")
    );
    assert!(error(scenario(json!({"outcome": "good"}), json!([]))).contains("unknown variant"));
    let mut file = scenario(runs, json!([]));
    file["start"] = "today".into();
    assert!(error(file).starts_with("/start"));
}

#[test]
fn the_past_is_counted_and_starts_nothing() {
    let graph = graph(
        json!({}),
        json!([
            on("Ordered"),
            {"id": "often", "kind": "condition.if", "config": {"predicate": {"all": [
                {"event": "Ordered", "count": {"gte": 3}, "within": "30d"}, {"segment": "regular"}]}}},
            {"id": "end", "kind": "exit", "config": {}},
        ]),
        &[("start", "next", "often"), ("often", "yes", "end"), ("often", "no", "end")],
    );
    let scenario = |history: Json| {
        let text = json!({
            "name": "often", "start": "2026-03-02T10:00:00Z",
            "customer": {"user_id": "ada", "id": "06c270e2-e0a7-8e45-a050-55097355031a", "created_at": "2025-01-01T00:00:00Z"},
            "segments": {"regular": {"event": "Ordered", "count": {"gte": 2}, "within": "60d"}},
            "history": history,
            "given": [{"at": "0s", "event": "Ordered"}],
            "expect": {"runs": 1, "steps": ["start", "often:yes", "end"]},
        });
        Scenario::parse(&text.to_string())
    };
    let often =
        json!([{"at": "-40d", "event": "Ordered"}, {"at": "-2d", "event": "Ordered"}, {"at": "2026-03-01T00:00:00Z", "event": "Ordered"}]);
    let played = play("a", &graph, &Registry::builtin(), &scenario(often).unwrap()).unwrap();
    assert_eq!(played.failures, Vec::<String>::new());
    let person = &played.report.people[0].customer;
    assert_eq!(person.id.to_string(), "06c270e2-e0a7-8e45-a050-55097355031a");
    assert_eq!(person.created_at.to_string(), "2025-01-01T00:00:00Z");
    let seldom = play("a", &graph, &Registry::builtin(), &scenario(json!([{"at": "-40d", "event": "Ordered"}])).unwrap()).unwrap();
    assert!(seldom.failures.iter().any(|words| words.contains("often")), "{:?}", seldom.failures);
    for (bad, pointer) in [
        (json!([{"at": "+1h", "event": "Ordered"}]), "/history/0/at"),
        (json!([{"at": "-1d", "event": "A"}, {"at": "-2d", "event": "B"}]), "/history/1/at"),
        (json!([{"at": "-1d"}]), "/history/0"),
    ] {
        assert_eq!(scenario(bad).unwrap_err().pointer, pointer);
    }
}

fn on_segment(segment: &str, then: Json, edges: &[(&str, &str, &str)]) -> Journey {
    let nodes = [json!({"id": "came", "kind": "trigger.segment", "config": {"segment": segment}})];
    let nodes: Vec<Json> = nodes.into_iter().chain(then.as_array().unwrap().clone()).collect();
    journey("a", &graph(json!({"reentry": {"rule": "always"}}), nodes.into(), edges))
}

#[test]
fn a_segment_made_of_segments_lets_people_in_whatever_the_two_are_called() {
    for (outer, inner) in [("b", "a"), ("a", "b")] {
        let watching = on_segment(outer, json!([{"id": "end", "kind": "exit", "config": {}}]), &[("came", "next", "end")]);
        let mut simulation = Simulation::new(vec![watching], start());
        simulation.segment(inner, tradewind_nodes::predicate::from_json(&json!({"event": "Visited"}), "").unwrap());
        simulation.segment(outer, tradewind_nodes::predicate::from_json(&json!({"segment": inner}), "").unwrap());
        let ada = simulation.customer("ada");
        simulation.event(ada, "Visited", JsonMap::new()).unwrap();
        let report = simulation.report();
        assert_eq!(report.runs.len(), 1, "{outer} is made of {inner}");
        assert_eq!(report.people[0].segments.len(), 2);
    }
}

#[test]
fn a_run_that_a_segment_opened_is_not_woken_by_the_same_crossing() {
    let nodes = json!([
        {"id": "wait", "kind": "wait.event", "config": {"events": ["Segment Entered"], "timeout": "1d"}},
        {"id": "end", "kind": "exit", "config": {}},
    ]);
    let watching = on_segment("active", nodes, &[("came", "next", "wait"), ("wait", "event", "end"), ("wait", "timeout", "end")]);
    let mut simulation = Simulation::new(vec![watching], start());
    simulation.segment("active", tradewind_nodes::predicate::from_json(&json!({"event": "Visited"}), "").unwrap());
    let ada = simulation.customer("ada");
    simulation.event(ada, "Visited", JsonMap::new()).unwrap();
    assert_eq!(simulation.report().runs[0].outcome(), Outcome::Waiting);
}

#[test]
fn an_event_that_a_run_inside_waits_for_is_no_refused_entry() {
    let waiting = graph(
        json!({"reentry": {"rule": "not_while_inside"}}),
        json!([
            on("Ordered"),
            {"id": "wait", "kind": "wait.event", "config": {"events": ["Ordered"], "timeout": "1d"}},
            {"id": "end", "kind": "exit", "config": {}},
        ]),
        &[("start", "next", "wait"), ("wait", "event", "end"), ("wait", "timeout", "end")],
    );
    let mut simulation = Simulation::new(vec![journey("a", &waiting)], start());
    let ada = simulation.customer("ada");
    simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
    simulation.advance_to(start().plus(Duration::from_hours(1))).unwrap();
    simulation.event(ada, "Ordered", JsonMap::new()).unwrap();
    let report = simulation.report();
    assert_eq!((report.runs.len(), report.refusals.len()), (1, 0));
    assert_eq!(report.runs[0].outcome(), Outcome::Exited);
}

#[test]
fn an_anniversary_that_a_journey_sets_is_kept() {
    let setting = graph(
        json!({}),
        json!([on("Told"), {"id": "set", "kind": "customer.set", "config": {"traits": {"birthday": "1990-03-10"}}}]),
        &[("start", "next", "set")],
    );
    let yearly = graph(
        json!({}),
        json!([
            {"id": "start", "kind": "trigger.anniversary", "config": {"fact": "customer.birthday", "at": "09:00"}},
            {"id": "end", "kind": "exit", "config": {}},
        ]),
        &[("start", "next", "end")],
    );
    let mut simulation = Simulation::new(vec![journey("a", &setting), journey("b", &yearly)], start());
    let ada = simulation.customer("ada");
    simulation.event(ada, "Told", JsonMap::new()).unwrap();
    simulation.advance_to(start().plus(Duration::from_days(30))).unwrap();
    let entered: Vec<String> = simulation.report().runs.iter().map(|run| run.journey.clone()).collect();
    assert_eq!(entered, ["a", "b"]);
}
