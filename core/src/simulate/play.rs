//! Playing a scenario.

use super::cover::Reached;
use super::expect;
use super::forced::force;
use super::report::Report;
use super::scenario::{Given, Scenario};
use super::simulation::{Journey, Simulation};
use std::sync::Arc;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::Program;

/// A scenario that was played.
pub struct Played {
    /// Where what came differs from what was expected, in words; none when all is as expected.
    pub failures: Vec<String>,
    /// Everything that happened.
    pub report: Report,
}

impl Played {
    /// What its runs came to.
    #[must_use]
    pub fn reached(&self) -> &[Reached] {
        &self.report.reached
    }
}

/// Plays `scenario` with the journey `slug` of `graph`.
///
/// # Errors
/// When the graph cannot run or the scenario asks for what the journey does not have.
pub fn play(slug: &str, graph: &Graph, registry: &Registry, scenario: &Scenario) -> Result<Played, Problem> {
    let mut program = Program::compile(graph, registry).map_err(|issues| {
        let words: Vec<String> = issues.iter().map(|issue| issue.message.clone()).collect();
        Problem::new("scenario.graph", format!("the journey cannot run: {}", words.join("; ")))
    })?;
    for (node, port) in &scenario.force {
        force(&mut program, node, port)?;
    }
    let journey = Journey { slug: slug.to_owned(), program: Arc::new(program) };
    let mut simulation = Simulation::new(vec![journey], scenario.start);
    for (name, predicate) in &scenario.segments {
        simulation.segment(name, predicate.clone());
    }
    let someone = &scenario.customer;
    let customer = match someone.id {
        Some(id) => simulation.somebody(id, &someone.user_id),
        None => simulation.customer(&someone.user_id),
    };
    simulation.past(customer, someone.created_at, &scenario.history);
    simulation.known(customer, &someone.traits, &someone.consent, &someone.tags);
    for (i, given) in scenario.given.iter().enumerate() {
        simulation.advance_to(given.at.instant(scenario.start))?;
        happen(&mut simulation, slug, customer, given).map_err(|mut problem| {
            problem.message = format!("/given/{i}: {}", problem.message);
            problem
        })?;
    }
    let end = scenario.until.map_or(simulation.now(), |until| until.instant(scenario.start));
    simulation.advance_to(end)?;
    let report = simulation.report();
    Ok(Played { failures: expect::compare(scenario, customer, &report), report })
}

fn happen(simulation: &mut Simulation, slug: &str, customer: tradewind_nodes::id::CustomerId, given: &Given) -> Result<(), Problem> {
    let nothing = tradewind_nodes::JsonMap::new();
    if let Some(name) = &given.event {
        simulation.event(customer, name, given.properties.clone())?;
    }
    if given.set.is_some() || given.consent.is_some() {
        simulation.change(customer, given.set.as_ref().unwrap_or(&nothing), &given.consent.clone().unwrap_or_default())?;
    }
    if let Some(data) = &given.start {
        simulation.start(slug, Some(customer), data.clone())?;
    }
    if let Some(answer) = &given.answer {
        simulation.answer(&answer.node, &answer.answer)?;
    }
    if let Some(fail) = &given.fail {
        simulation.fail(&fail.node, Some(Problem::new("scenario.fail", fail.problem.clone())));
    }
    if let Some(reply) = &given.reply {
        simulation.reply(&reply.node, serde_json::json!({"status": reply.status, "body": reply.body}));
    }
    Ok(())
}
