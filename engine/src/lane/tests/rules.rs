//! Rules that hold whatever the code decides, checked on what a story came to. They are written from the promises and know nothing of
//! the code: graph, settings and messages in, what must not have happened out.

use super::stage::HERE;
use super::story::Story;
use crate::incoming::Incoming;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_core::simulate::{Outcome, Report, RunReport};
use tradewind_nodes::fact::{ConsentStatus, Event, Facts, NO_OUTPUTS};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{CustomerId, NodeId};
use tradewind_nodes::predicate;
use tradewind_nodes::run::{RunState, StepOutcome};
use tradewind_nodes::settings::Reentry;
use tradewind_nodes::time::{Duration, Timestamp, Zone};

/// What breaks a rule, in words.
type Rule = fn(&Told<'_>) -> Vec<String>;

/// Every broken rule, by name and with what broke it.
pub(super) fn broken(story: &Story, report: &Report) -> Vec<(&'static str, String)> {
    let rules: [(&str, Rule); 13] = [
        ("re-entry", reentry),
        ("concurrency", concurrency),
        ("early timer", early),
        ("edge", edges),
        ("visits", visits),
        ("order of time", order),
        ("reason", reasons),
        ("effect without step", effects),
        ("message after exit", after_exit),
        ("consent", consent),
        ("quiet hours", quiet_hours),
        ("membership", membership),
        ("frequency cap", cap),
    ];
    let told = Told { story, report };
    rules.into_iter().flat_map(|(name, rule)| rule(&told).into_iter().map(move |what| (name, what))).collect()
}

struct Told<'a> {
    story: &'a Story,
    report: &'a Report,
}

impl<'a> Told<'a> {
    fn graph(&self, run: &RunReport) -> &'a Graph {
        let nth: usize = run.journey.rsplit('-').next().unwrap().parse().unwrap();
        &self.story.graphs[nth]
    }

    /// The runs of each journey, with their graph.
    fn by_journey(&self) -> BTreeMap<&'a str, (&'a Graph, Vec<&'a RunReport>)> {
        let mut journeys: BTreeMap<&str, (&Graph, Vec<&RunReport>)> = BTreeMap::new();
        for run in &self.report.runs {
            journeys.entry(&run.journey).or_insert_with(|| (self.graph(run), Vec::new())).1.push(run);
        }
        journeys
    }
}

fn ended(run: &RunReport) -> Option<Timestamp> {
    match run.state {
        RunState::Done { at, .. } => Some(at),
        _ => None,
    }
}

/// A run per key as the rule says; a person where the journey names no key.
fn reentry(told: &Told<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (slug, (graph, runs)) in told.by_journey() {
        let yearly = graph.nodes[0].kind == "trigger.anniversary";
        let mut entries: BTreeMap<String, Vec<&RunReport>> = BTreeMap::new();
        for run in runs {
            let Some(customer) = run.customer else { continue };
            let group = match (&graph.settings.run_key, &run.key) {
                (None, _) => customer.to_string(),
                // A key that was let go is no longer told.
                (Some(_), Some(key)) => key.clone(),
                (Some(_), None) => continue,
            };
            let group = if yearly { format!("{group} {}", run.entered_at.in_zone(&Zone::UTC.0).year()) } else { group };
            entries.entry(group).or_default().push(run);
        }
        for (group, runs) in entries {
            let twice = runs.windows(2).any(|two| match &graph.settings.reentry {
                _ if yearly => true,
                Reentry::Always => false,
                Reentry::Once => true,
                Reentry::OncePer { period } => two[1].entered_at.since(two[0].entered_at) < *period,
                Reentry::NotWhileInside => ended(two[0]).is_none_or(|at| at > two[1].entered_at),
            });
            if twice {
                wrong.push(format!("{slug}: {group} entered {} times", runs.len()));
            }
        }
    }
    wrong
}

/// Never more people past the entrance than there are places.
fn concurrency(told: &Told<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (slug, (graph, runs)) in told.by_journey() {
        let Some(places) = graph.settings.concurrency else { continue };
        let stays: Vec<(Timestamp, Option<Timestamp>)> = runs.iter().filter_map(|run| Some((run.steps.first()?.at, ended(run)))).collect();
        for (from, _) in &stays {
            let inside = stays.iter().filter(|(came, left)| came <= from && left.is_none_or(|left| left > *from)).count();
            if inside > places as usize {
                wrong.push(format!("{slug}: {inside} inside at {from}, {places} allowed"));
            }
        }
    }
    wrong
}

/// No sleep ends and no wait times out before its time, and a delay lasts as long as it says.
fn early(told: &Told<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for run in &told.report.runs {
        let mut due: HashMap<(&NodeId, u32), Timestamp> = HashMap::new();
        for step in &run.steps {
            match &step.outcome {
                StepOutcome::Sleeps(until) | StepOutcome::Waits(Some(until)) => {
                    let node = told.graph(run).nodes.iter().find(|node| node.id == step.node).unwrap();
                    let length = node.config.get("duration").and_then(|length| Duration::parse(length.as_str()?));
                    if node.kind == "delay.for" && length.is_some_and(|length| step.at.plus(length) != *until) {
                        wrong.push(format!("{}: {} sleeps until {until} from {}", run.journey, step.node, step.at));
                    }
                    due.insert((&step.node, step.visit), *until);
                }
                StepOutcome::Went(port)
                    if !matches!(port.as_str(), "event" | "yes")
                        && due.remove(&(&step.node, step.visit)).is_some_and(|until| step.at < until) =>
                {
                    wrong.push(format!("{}: {} went on at {}", run.journey, step.node, step.at));
                }
                _ => {}
            }
        }
    }
    wrong
}

/// Each step is taken where the edge of the step before leads.
fn edges(told: &Told<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for run in &told.report.runs {
        let graph = told.graph(run);
        for two in run.steps.windows(2) {
            let StepOutcome::Went(port) = &two[0].outcome else { continue };
            // A goal or an exit ends a run wherever it is.
            let leads = graph.edges.iter().find(|edge| edge.from == two[0].node && edge.port == *port).map(|edge| &edge.to);
            // A run that takes too many steps at once is held where it began.
            if leads != Some(&two[1].node) && !matches!(two[1].outcome, StepOutcome::Ended(_) | StepOutcome::Failed(_)) {
                let (from, then) = (&two[0].node, &two[1]);
                wrong.push(format!(
                    "{}: {from}:{port} was followed by {} ({:?}), and leads to {leads:?}",
                    run.journey, then.node, then.outcome
                ));
            }
        }
    }
    wrong
}

/// Visits of a node are counted from 1, without a gap.
fn visits(told: &Told<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for run in &told.report.runs {
        let mut seen: HashMap<&NodeId, u32> = HashMap::new();
        for step in &run.steps {
            let known = seen.entry(&step.node).or_insert(0);
            if step.visit != *known && step.visit != *known + 1 {
                wrong.push(format!("{}: visit {} of {} after visit {known}", run.journey, step.visit, step.node));
            }
            *known = step.visit;
        }
    }
    wrong
}

/// Nothing happens before what it follows, nor after the end of a run.
fn order(told: &Told<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for run in &told.report.runs {
        let mut last = run.entered_at;
        for step in &run.steps {
            if step.at < last || ended(run).is_some_and(|end| step.at > end) {
                wrong.push(format!("{}: {} at {} after {last}", run.journey, step.node, step.at));
            }
            last = step.at;
        }
    }
    wrong
}

/// Every step, every refusal and every message that was stopped says why.
fn reasons(told: &Told<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for run in &told.report.runs {
        let silent = run.steps.iter().filter(|step| step.why.to_string().trim().is_empty());
        wrong.extend(silent.map(|step| format!("{}: {} does not say why", run.journey, step.node)));
        if ended(run).is_some() && run.steps.is_empty() {
            wrong.push(format!("{}: a run ended without a step", run.journey));
        }
    }
    let refusals = told.report.refusals.iter().filter(|refusal| refusal.why.to_string().trim().is_empty());
    wrong.extend(refusals.map(|refusal| format!("{}: refused without a reason", refusal.journey)));
    wrong
}

/// What was sent was asked for by a visit of its step, and once a visit.
fn effects(told: &Told<'_>) -> Vec<String> {
    let mut sent: BTreeMap<(usize, &NodeId), Vec<Timestamp>> = BTreeMap::new();
    let report = told.report;
    let all = report.messages.iter().map(|m| (m.run, &m.node, m.at)).chain(report.requests.iter().map(|r| (r.run, &r.node, r.at)));
    for (run, node, at) in all {
        sent.entry((run, node)).or_default().push(at);
    }
    let mut wrong = Vec::new();
    for ((run, node), times) in sent {
        let visits: BTreeSet<u32> = report.runs[run].steps.iter().filter(|step| step.node == *node).map(|step| step.visit).collect();
        if times.len() > visits.len() {
            wrong.push(format!("{}: {node} sent {} times in {} visits", report.runs[run].journey, times.len(), visits.len()));
        }
    }
    wrong
}

/// A message to a person is not sent once their run has reached what it was for, or has left.
fn after_exit(told: &Told<'_>) -> Vec<String> {
    let runs = &told.report.runs;
    let late = told.report.messages.iter().filter(|sent| {
        let run = &runs[sent.run];
        let left = matches!(run.outcome(), Outcome::Goal | Outcome::Cancelled)
            || (run.outcome() == Outcome::Exited && told.graph(run).settings.exit.is_some() && !ended_at_exit(told.graph(run), run));
        left && ended(run).is_some_and(|end| sent.at > end)
    });
    late.map(|sent| format!("{}: {} at {}", runs[sent.run].journey, sent.node, sent.at)).collect()
}

/// Whether a run ended at an exit drawn in the graph, which stops no message that is under way.
fn ended_at_exit(graph: &Graph, run: &RunReport) -> bool {
    let last = run.steps.last().map(|step| &step.node);
    graph.nodes.iter().any(|node| node.kind == "exit" && Some(&node.id) == last)
}

/// What a person last said about mail at each instant.
fn consents(story: &Story, customer: CustomerId) -> Vec<(Timestamp, bool)> {
    let said = story.happenings.iter().filter_map(|happening| match &happening.incoming {
        Incoming::Profile { customer: of, consent, .. } if *of == customer => {
            consent.last().map(|change| (happening.at, change.status == ConsentStatus::Granted))
        }
        _ => None,
    });
    said.collect()
}

/// No marketing leaves without consent at that moment. What was said in the same instant may come before or after.
fn consent(told: &Told<'_>) -> Vec<String> {
    let runs = &told.report.runs;
    let refused = told.report.messages.iter().filter(|sent| {
        let said = consents(told.story, runs[sent.run].customer.unwrap());
        let before = said.iter().rev().find(|(at, _)| *at < sent.at).is_some_and(|(_, granted)| *granted);
        !before && !said.iter().any(|(at, granted)| *at == sent.at && *granted)
    });
    refused.map(|sent| format!("{}: {} at {}", runs[sent.run].journey, sent.node, sent.at)).collect()
}

/// No message leaves in the quiet hours of its journey, on the clock of the person.
fn quiet_hours(told: &Told<'_>) -> Vec<String> {
    let runs = &told.report.runs;
    let mut wrong = Vec::new();
    for sent in &told.report.messages {
        let settings = &told.graph(&runs[sent.run]).settings;
        let Some(hours) = &settings.quiet_hours else { continue };
        let time = sent.at.in_zone(&settings.timezone.clone().unwrap_or(Zone::UTC).0).time();
        let (from, to) = (hours.from.0, hours.to.0);
        let inside = if to <= from { time >= from || time < to } else { time >= from && time < to };
        if inside {
            wrong.push(format!("{}: {} at {}", runs[sent.run].journey, sent.node, sent.at));
        }
    }
    wrong
}

/// No marketing leaves beyond the cap of its journey, counted over all journeys.
fn cap(told: &Told<'_>) -> Vec<String> {
    let (runs, messages) = (&told.report.runs, &told.report.messages);
    let mut wrong = Vec::new();
    for (nth, sent) in messages.iter().enumerate() {
        let run = &runs[sent.run];
        let Some(cap) = &told.graph(run).settings.frequency_cap else { continue };
        let since = sent.at.minus(cap.per);
        let before = messages[..nth].iter().filter(|other| runs[other.run].customer == run.customer && other.at > since).count();
        if before >= cap.max as usize {
            wrong.push(format!("{}: {} at {} after {before} others", run.journey, sent.node, sent.at));
        }
    }
    wrong
}

/// Who is in a segment is who its predicate holds for, asked anew from the messages alone.
fn membership(told: &Told<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for person in &told.report.people {
        let history = history(told, person.customer.id);
        let mut inside: BTreeSet<String> = BTreeSet::new();
        // As often as there are segments: by then each has seen those it is made of.
        for _ in 0..=told.story.segments.len() {
            for (name, predicate) in &told.story.segments {
                let holds = {
                    let facts = Facts {
                        customer: Some(&person.customer),
                        history: &history,
                        segments: &inside,
                        event: None,
                        item: None,
                        outputs: &NO_OUTPUTS,
                        run: None,
                        now: told.report.now,
                    };
                    predicate::evaluate(predicate, &facts).holds
                };
                if holds {
                    inside.insert(name.clone());
                } else {
                    inside.remove(name);
                }
            }
        }
        if inside != person.segments {
            wrong.push(format!("{}: in {:?}, should be in {inside:?}", person.customer.id, person.segments));
        }
    }
    wrong
}

fn history(told: &Told<'_>, customer: CustomerId) -> Vec<Event> {
    let events = told.story.happenings.iter().filter(|happening| happening.at <= told.report.now);
    let of = events.filter_map(|happening| match &happening.incoming {
        Incoming::Event(event) if event.customer(HERE) == customer => Some(Event {
            id: event.id,
            name: event.name.clone(),
            at: event.at,
            properties: event.properties.clone(),
            context: event.context.clone(),
        }),
        _ => None,
    });
    of.collect()
}
