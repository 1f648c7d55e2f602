//! `loyalty.award`: the run's customer earns or spends points.

use super::lots::{LotRow, Lots};
use crate::commands::{Giver, Run};
use crate::records::Kept;
use crate::state::State;
use tradewind_nodes::JsonMap;
use tradewind_nodes::id::{CustomerId, derived};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::AwardPoints;
use tradewind_nodes::points::Points;
use tradewind_nodes::time::Timestamp;

impl Run for AwardPoints {
    const NEEDS: &'static [Kept] = &[Kept::of::<LotRow>()];

    fn run(self, state: &mut State, giver: &Giver<'_>) -> Result<JsonMap, Problem> {
        let Some(customer) = giver.customer else {
            return Err(Problem::new("customer.none", "points are a customer's and this run has none: start the journey with one"));
        };
        let now = state.now;
        let rows = state.rows::<LotRow>(customer)?;
        let source = self.once_for().map_or_else(|| giver.key(), str::to_owned);
        let spends = matches!(self, Self::Spend { .. });
        let done: Vec<Points> = rows.iter().filter(|row| row.source == source && row.is_debit() == spends).map(|row| row.points).collect();
        // The same step done again answers the same; that another did it for the same thing is told.
        let repeated = !done.is_empty() && self.once_for().is_some();
        let (points, new) = if !done.is_empty() {
            let sum: Points = done.into_iter().sum();
            (if spends { -sum } else { sum }, Vec::new())
        } else {
            let entry = Entry { customer, giver, source, now };
            match &self {
                Self::Earn { points, pending, lifetime, .. } => {
                    let ends = lifetime.map(|length| now.plus(length));
                    (*points, entry.earned(*points, now.plus(*pending), ends))
                }
                Self::Spend { points, .. } => (*points, entry.spent(*points, &Lots::of(rows, now))?),
            }
        };
        new.into_iter().for_each(|row| state.add_row(row));
        let lots = Lots::of(state.rows::<LotRow>(customer)?, now);
        let mut answer = JsonMap::new();
        answer.insert("points".into(), points.get().into());
        answer.insert("balance".into(), lots.balance().get().into());
        answer.insert("pending".into(), lots.pending().get().into());
        answer.insert("repeated".into(), repeated.into());
        Ok(answer)
    }
}

/// What the rows of one award have in common.
struct Entry<'a> {
    customer: CustomerId,
    giver: &'a Giver<'a>,
    source: String,
    now: Timestamp,
}

impl Entry<'_> {
    /// The row that opens a lot; none for no points.
    fn earned(self, points: Points, available_at: Timestamp, expires_at: Option<Timestamp>) -> Vec<LotRow> {
        if points == Points::ZERO {
            return Vec::new();
        }
        let id = self.id("earn", 0);
        vec![LotRow {
            customer_id: self.customer,
            id,
            workspace_id: self.giver.workspace,
            lot: id,
            points,
            available_at,
            expires_at,
            source: self.source,
            at: self.now,
        }]
    }

    /// A row for each lot that points are taken from.
    fn spent(self, points: Points, lots: &Lots) -> Result<Vec<LotRow>, Problem> {
        let Some(taken) = lots.take(points) else {
            let words = format!(
                "{points} points are to be spent and the customer has {}: spend no more, or join failed to what happens then",
                lots.balance()
            );
            return Err(Problem::new("loyalty.balance", words));
        };
        let row = |(place, (lot, part)): (usize, (_, Points))| LotRow {
            customer_id: self.customer,
            id: self.id("spend", place),
            workspace_id: self.giver.workspace,
            lot,
            points: -part,
            available_at: self.now,
            expires_at: None,
            source: self.source.clone(),
            at: self.now,
        };
        Ok(taken.into_iter().enumerate().map(row).collect())
    }

    /// The id of a row, the same whenever the step is repeated.
    fn id(&self, what: &str, place: usize) -> tradewind_schema::Uuid {
        derived(self.giver.workspace, &["loyalty", &self.customer.to_string(), what, &place.to_string(), &self.source])
    }
}

#[cfg(test)]
mod tests {
    use crate::simulate::{Journey, Outcome, Simulation};
    use serde_json::json;
    use std::sync::Arc;
    use tradewind_nodes::Json;
    use tradewind_nodes::id::CustomerId;
    use tradewind_nodes::kinds::Registry;
    use tradewind_nodes::run::{Program, RunState};
    use tradewind_nodes::time::Timestamp;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    /// Points for `A` that expire after 30 days and for `B` after 58, from 1 January on.
    fn shop() -> (Simulation, CustomerId) {
        let on = |id: &str, event: &str| json!({"id": id, "kind": "trigger.event", "config": {"events": [event]}});
        let award = |id: &str, config: Json| json!({"id": id, "kind": "loyalty.award", "config": config});
        let to = |from: &str, to: &str| json!({"from": from, "port": "next", "to": to});
        let points = "{{event.properties.points}}";
        let graph = json!({
            "settings": {"reentry": {"rule": "always"}},
            "nodes": [
                on("a", "A"), award("earn-a", json!({"points": points, "lifetime": "30d", "once_for": "{{event.properties.order}}"})),
                on("b", "B"), award("earn-b", json!({"points": points, "lifetime": "58d", "once_for": "{{event.properties.order}}"})),
                on("r", "Redeem"), award("spend", json!({"change": "spend", "points": points})),
                on("l", "Look"), award("look", json!({"points": "0"})),
            ],
            "edges": [to("a", "earn-a"), to("b", "earn-b"), to("r", "spend"), to("l", "look")],
        });
        let graph = serde_json::from_value(graph).unwrap();
        let program = Program::compile(&graph, &Registry::builtin()).unwrap_or_else(|issues| panic!("{issues:?}"));
        let journey = Journey { slug: "points".into(), program: Arc::new(program) };
        let mut simulation = Simulation::new(vec![journey], at("2026-01-01T00:00:00Z"));
        let ada = simulation.customer("ada");
        (simulation, ada)
    }

    /// What the step put out that an event leads to.
    fn answer(simulation: &mut Simulation, customer: CustomerId, event: &str, properties: Json) -> Json {
        simulation.event(customer, event, properties.as_object().unwrap().clone()).unwrap();
        let mut report = simulation.report();
        let run = report.runs.pop().unwrap();
        assert_eq!(run.outcome(), Outcome::Completed, "{run:?}");
        run.outputs.values().next().unwrap().clone()
    }

    fn balance(simulation: &mut Simulation, customer: CustomerId, day: &str) -> i64 {
        simulation.advance_to(at(day)).unwrap();
        answer(simulation, customer, "Look", json!({}))["balance"].as_i64().unwrap()
    }

    /// facts/money-and-discounts §7, the first half.
    #[test]
    fn spent_points_stay_in_the_lot_that_expires() {
        let (mut shop, ada) = shop();
        answer(&mut shop, ada, "A", json!({"points": 100, "order": "1"}));
        assert_eq!(answer(&mut shop, ada, "B", json!({"points": 50, "order": "2"}))["balance"], 150);
        assert_eq!(balance(&mut shop, ada, "2026-01-10T00:00:00Z"), 150);
        let spent = answer(&mut shop, ada, "Redeem", json!({"points": 80}));
        assert_eq!((spent["points"].as_i64(), spent["balance"].as_i64()), (Some(80), Some(70)));
        assert_eq!(balance(&mut shop, ada, "2026-01-30T23:59:59Z"), 70);
        assert_eq!(balance(&mut shop, ada, "2026-02-01T00:00:00Z"), 50);
        assert_eq!(balance(&mut shop, ada, "2026-02-28T00:00:00Z"), 0);
    }

    #[test]
    fn an_order_earns_once_and_says_that_it_did() {
        let (mut shop, ada) = shop();
        let first = answer(&mut shop, ada, "A", json!({"points": 30, "order": "1"}));
        let second = answer(&mut shop, ada, "A", json!({"points": 30, "order": "1"}));
        assert_eq!(first, json!({"points": 30, "balance": 30, "pending": 0, "repeated": false}));
        assert_eq!(second, json!({"points": 30, "balance": 30, "pending": 0, "repeated": true}));
    }

    #[test]
    fn what_cannot_be_spent_is_an_incident_with_the_reason() {
        let (mut shop, ada) = shop();
        answer(&mut shop, ada, "A", json!({"points": 30, "order": "1"}));
        shop.event(ada, "Redeem", json!({"points": 31}).as_object().unwrap().clone()).unwrap();
        let run = shop.report().runs.pop().unwrap();
        let RunState::Held { problem, .. } = &run.state else { panic!("{run:?}") };
        assert_eq!(problem.code, "loyalty.balance");
        assert!(problem.message.starts_with("31 points are to be spent and the customer has 30"), "{problem}");
        assert_eq!(balance(&mut shop, ada, "2026-01-02T00:00:00Z"), 30);
    }
}
