//! A trial: one person, a moment, and what happens to him. It is played from its beginning whenever something changes; the
//! same code as the engine's makes the same of the same.

use crate::api::people::{Facts, PastEvent, Subject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_core::simulate::{Journey, Past, Report, Simulation, force};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{CustomerId, NodeId, PortName};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::{Program, RunState};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::{Json, JsonMap};

/// Instants that are skipped over at most on the way to the end.
const MOST_INSTANTS: usize = 2_000;
/// How far ahead the end is looked for.
const HORIZON: Duration = Duration::from_hours(24 * 800);

/// Something that happens.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum What {
    /// An event of the person.
    Event {
        /// Its name.
        name: String,
        /// Its properties.
        properties: JsonMap,
    },
    /// The API starts the journey.
    Start {
        /// With these data.
        data: JsonMap,
    },
    /// Consent changes, by `channel/purpose`.
    Consent(BTreeMap<String, ConsentStatus>),
    /// A question is answered.
    Answer {
        /// The node that asked.
        node: NodeId,
        /// The answer.
        answer: String,
    },
    /// Nothing but time passes.
    Time,
}

/// When something happens.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Happening {
    /// The moment.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// A trial.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Trial {
    /// Who, and what is known of him.
    pub who: Facts,
    /// When it begins.
    pub start: Timestamp,
    /// What happens, in the order of time.
    pub given: Vec<Happening>,
    /// Ports that nodes are made to take.
    pub force: BTreeMap<NodeId, PortName>,
}

/// What came of a trial.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Played {
    /// Everything that happened.
    pub report: Report,
    /// When time alone brings the next thing.
    pub next: Option<Timestamp>,
}

impl Played {
    /// Whether nobody is on his way any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.report.runs.iter().all(|run| matches!(run.state, RunState::Done { .. }))
    }
}

/// Somebody made up.
#[must_use]
pub fn made_up(email: &str, first_name: &str, locale: &str, consents: bool) -> Facts {
    let mut traits = JsonMap::new();
    // Templates greet by either name.
    for (name, value) in [("email", email), ("first_name", first_name), ("name", first_name), ("locale", locale)] {
        if !value.trim().is_empty() {
            traits.insert(name.to_owned(), value.trim().into());
        }
    }
    let consent = if consents { ConsentStatus::Granted } else { ConsentStatus::Denied };
    let customer = Subject {
        id: None,
        user_id: "dry-run".to_owned(),
        traits,
        consent: BTreeMap::from([("email/marketing".to_owned(), consent)]),
        tags: Vec::new(),
        created_at: None,
    };
    Facts { customer, segments: BTreeMap::new(), history: Vec::new(), history_complete: true }
}

fn begin(slug: &str, graph: &Graph, registry: &Registry, trial: &Trial) -> Result<(Simulation, CustomerId), Problem> {
    let mut program = Program::compile(graph, registry).map_err(|issues| {
        let words: Vec<String> = issues.into_iter().map(|issue| issue.message).collect();
        Problem::new("dry_run.graph", words.join("; "))
    })?;
    for (node, port) in &trial.force {
        force(&mut program, node, port)?;
    }
    let journey = Journey { slug: slug.to_owned(), program: Arc::new(program) };
    let mut simulation = Simulation::new(vec![journey], trial.start);
    for (name, predicate) in &trial.who.segments {
        simulation.segment(name, predicate.clone());
    }
    let someone = &trial.who.customer;
    let id = someone.id.as_deref().and_then(|id| serde_json::from_value::<CustomerId>(Json::from(id)).ok());
    let customer = match id {
        Some(id) => simulation.somebody(id, &someone.user_id),
        None => simulation.customer(&someone.user_id),
    };
    let before = trial.who.history.iter().filter(|past| past.at <= trial.start);
    let past: Vec<Past> =
        before.map(|PastEvent { at, event, properties }| Past { at: *at, event: event.clone(), properties: properties.clone() }).collect();
    simulation.past(customer, someone.created_at.filter(|at| *at <= trial.start), &past);
    simulation.known(customer, &someone.traits, &someone.consent, &someone.tags);
    Ok((simulation, customer))
}

fn happen(simulation: &mut Simulation, slug: &str, customer: CustomerId, given: &Happening) -> Result<(), Problem> {
    simulation.advance_to(given.at)?;
    match &given.what {
        What::Event { name, properties } => simulation.event(customer, name, properties.clone()),
        What::Start { data } => simulation.start(slug, Some(customer), data.clone()),
        What::Consent(consent) => simulation.change(customer, &JsonMap::new(), consent),
        What::Answer { node, answer } => simulation.answer(node, answer),
        What::Time => Ok(()),
    }
}

fn all(slug: &str, graph: &Graph, registry: &Registry, trial: &Trial) -> Result<Simulation, Problem> {
    let (mut simulation, customer) = begin(slug, graph, registry, trial)?;
    for given in &trial.given {
        happen(&mut simulation, slug, customer, given)?;
    }
    Ok(simulation)
}

/// Plays a trial.
///
/// # Errors
/// When the graph cannot run or more happens than a simulation may take.
pub fn play(slug: &str, graph: &Graph, registry: &Registry, trial: &Trial) -> Result<Played, Problem> {
    let simulation = all(slug, graph, registry, trial)?;
    Ok(Played { next: simulation.next_instant(), report: simulation.report() })
}

/// The moment at which nobody is on his way any more, or waits for what time does not bring.
///
/// # Errors
/// As [`play`].
pub fn end(slug: &str, graph: &Graph, registry: &Registry, trial: &Trial) -> Result<Timestamp, Problem> {
    let mut simulation = all(slug, graph, registry, trial)?;
    let horizon = simulation.now().plus(HORIZON);
    for _ in 0..MOST_INSTANTS {
        let Some(next) = simulation.next_instant().filter(|next| *next <= horizon) else { break };
        simulation.advance_to(next)?;
        let runs = simulation.report().runs;
        if !runs.is_empty() && runs.iter().all(|run| matches!(run.state, RunState::Done { .. })) {
            break;
        }
    }
    Ok(simulation.now())
}

/// What can be made to happen at this point.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Offer {
    /// An event; whether a run waits for it or it starts the journey just now.
    Event {
        /// Its name.
        name: String,
        /// Whether it is what is wanted next.
        wanted: bool,
    },
    /// A start by the API.
    Start,
    /// An answer to an open question.
    Answer {
        /// The node that asks.
        node: NodeId,
        /// What it asks.
        title: String,
        /// The answers.
        answers: Vec<String>,
    },
}

/// What can be made to happen: what runs wait for first, then what starts the journey.
#[must_use]
pub fn offers(graph: &Graph, registry: &Registry, played: Option<&Played>) -> Vec<Offer> {
    let mut offers = Vec::new();
    let mut names: Vec<(String, bool)> = Vec::new();
    let runs = played.map_or(&[][..], |played| &played.report.runs);
    for run in runs {
        if let RunState::Awaiting { event, .. } = &run.state {
            names.extend(event.names.iter().map(|name| (name.clone(), true)));
        }
    }
    for task in played.iter().flat_map(|played| &played.report.tasks).filter(|task| task.open) {
        let (node, title) = (task.node.clone(), task.question.title.clone());
        offers.push(Offer::Answer { node, title, answers: task.question.answers.clone() });
    }
    let kinds = graph.nodes.iter().filter_map(|node| registry.parse(&node.kind, &node.config).ok());
    for trigger in kinds.filter_map(|kind| kind.trigger()) {
        match trigger {
            Trigger::Event { names: starts, .. } => names.extend(starts.into_iter().map(|name| (name, runs.is_empty()))),
            Trigger::Api => offers.push(Offer::Start),
            _ => {}
        }
    }
    let listened = graph.nodes.iter().flat_map(|node| registry.outlines().listens(&node.kind, &node.config));
    names.extend(listened.map(|name| (name, false)));
    let mut known: Vec<String> = Vec::new();
    for (name, wanted) in names {
        if !known.contains(&name) {
            known.push(name.clone());
            offers.push(Offer::Event { name, wanted });
        }
    }
    offers
}

fn after(at: Timestamp, start: Timestamp) -> Json {
    let length = at.since(start);
    if length == Duration::ZERO { "0s".into() } else { format!("+{length}").into() }
}

/// The trial as a scenario file that expects what came of it.
#[must_use]
pub fn scenario(name: &str, trial: &Trial, played: &Played) -> Json {
    let start = trial.start;
    let mut given = Vec::new();
    for happening in &trial.given {
        let mut entry = JsonMap::new();
        entry.insert("at".into(), after(happening.at, start));
        match &happening.what {
            What::Event { name, properties } => {
                entry.insert("event".into(), name.clone().into());
                if !properties.is_empty() {
                    entry.insert("properties".into(), properties.clone().into());
                }
            }
            What::Start { data } => drop(entry.insert("start".into(), data.clone().into())),
            What::Consent(consent) => drop(entry.insert("consent".into(), serde_json::json!(consent))),
            What::Answer { node, answer } => {
                entry.insert("answer".into(), serde_json::json!({"node": node, "answer": answer}));
            }
            What::Time => continue,
        }
        given.push(Json::Object(entry));
    }
    let before: Vec<&PastEvent> = trial.who.history.iter().filter(|past| past.at <= start).collect();
    serde_json::json!({
        "name": name,
        "start": start,
        "customer": trial.who.customer,
        "segments": trial.who.segments,
        "history": before,
        "force": trial.force,
        "given": given,
        "until": after(played.report.now, start),
        "expect": expectations(trial, &played.report),
    })
}

fn expectations(trial: &Trial, report: &Report) -> Json {
    let messages: Vec<Json> = report
        .messages
        .iter()
        .map(|sent| (sent.at, sent.about()))
        .map(|(at, about)| serde_json::json!({"at": after(at, trial.start), "to": about.recipient, "subject": about.title}))
        .collect();
    let mut expect = serde_json::json!({"runs": report.runs.len(), "messages": messages});
    if let Some(run) = report.runs.first() {
        let steps: Vec<String> = run.path().into_iter().map(|(place, _)| place).collect();
        expect["steps"] = serde_json::json!(steps);
        expect["outcome"] = serde_json::json!(run.outcome());
    } else if let Some(refusal) = report.refusals.last() {
        expect["refused"] = serde_json::json!(refusal.reason);
    }
    expect
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_core::simulate;

    fn graph() -> Graph {
        let node = |id: &str, kind: &str, config: Json| serde_json::json!({"id": id, "kind": kind, "config": config});
        let graph = serde_json::json!({
            "nodes": [
                node("start", "trigger.event", serde_json::json!({"events": ["Checkout Started"]})),
                node("wait", "wait.event", serde_json::json!({"events": ["Order Completed"], "timeout": "1h"})),
                node("mail", "email.send", serde_json::json!({"subject": "Hello {{customer.first_name}}", "html": "<p>Come back</p>"})),
            ],
            "edges": [
                {"from": "start", "port": "next", "to": "wait"},
                {"from": "wait", "port": "timeout", "to": "mail"},
            ],
        });
        serde_json::from_value(graph).unwrap()
    }

    fn trial(given: Vec<Happening>) -> Trial {
        let start = Timestamp::parse("2026-03-02T10:00:00Z").unwrap();
        Trial { who: made_up("ada@example.com", "Ada", "en", true), start, given, force: BTreeMap::new() }
    }

    fn checkout(trial: &Trial) -> Happening {
        Happening { at: trial.start, what: What::Event { name: "Checkout Started".into(), properties: JsonMap::new() } }
    }

    #[test]
    fn time_is_skipped_to_the_next_thing_and_the_mail_is_as_it_would_be_sent() {
        let (graph, registry) = (graph(), Registry::builtin());
        let mut trial = trial(Vec::new());
        trial.given.push(checkout(&trial));
        let waits = play("a", &graph, &registry, &trial).unwrap();
        assert_eq!(waits.next, Timestamp::parse("2026-03-02T11:00:00Z"));
        assert!(!waits.is_over() && waits.report.messages.is_empty());
        trial.given.push(Happening { at: waits.next.unwrap(), what: What::Time });
        let over = play("a", &graph, &registry, &trial).unwrap();
        assert!(over.is_over());
        assert_eq!(over.report.messages[0].about().title, "Hello Ada");
    }

    #[test]
    fn the_end_is_where_time_brings_nothing_more() {
        let (graph, registry) = (graph(), Registry::builtin());
        let mut trial = trial(Vec::new());
        assert_eq!(end("a", &graph, &registry, &trial).unwrap(), trial.start);
        trial.given.push(checkout(&trial));
        assert_eq!(Some(end("a", &graph, &registry, &trial).unwrap()), Timestamp::parse("2026-03-02T11:00:00Z"));
    }

    #[test]
    fn what_is_waited_for_is_offered_first() {
        let (graph, registry) = (graph(), Registry::builtin());
        let mut trial = trial(Vec::new());
        let event = |name: &str, wanted| Offer::Event { name: name.into(), wanted };
        assert_eq!(offers(&graph, &registry, None), [event("Checkout Started", true), event("Order Completed", false)]);
        trial.given.push(checkout(&trial));
        let played = play("a", &graph, &registry, &trial).unwrap();
        assert_eq!(offers(&graph, &registry, Some(&played)), [event("Order Completed", true), event("Checkout Started", false)]);
    }

    #[test]
    fn a_trial_kept_as_a_scenario_passes_and_fails_once_the_journey_does_other_things() {
        let (mut graph, registry) = (graph(), Registry::builtin());
        let mut trial = trial(Vec::new());
        trial.given.push(checkout(&trial));
        trial.given.push(Happening { at: trial.start.plus(Duration::from_hours(2)), what: What::Time });
        let played = play("a", &graph, &registry, &trial).unwrap();
        let text = scenario("Nobody comes back", &trial, &played).to_string();
        let kept = simulate::Scenario::parse(&text).unwrap();
        assert_eq!(simulate::play("a", &graph, &registry, &kept).unwrap().failures, Vec::<String>::new());
        graph.edges.pop();
        assert_ne!(simulate::play("a", &graph, &registry, &kept).unwrap().failures, Vec::<String>::new());
    }

    #[test]
    fn a_graph_that_cannot_run_says_why() {
        let graph: Graph = serde_json::from_value(serde_json::json!({"nodes": [{"id": "a", "kind": "no.such"}], "edges": []})).unwrap();
        let problem = play("a", &graph, &Registry::builtin(), &trial(Vec::new())).unwrap_err();
        assert!(problem.message.contains("no.such"), "{problem}");
    }
}
