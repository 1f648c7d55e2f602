//! What the dry run asks the worker.

use super::session::{Offer, Played, Trial, end, offers, play};
use crate::worker::Ask;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_nodes::Json;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::settings::Inherited;
use tradewind_nodes::time::Timestamp;

/// The journey as it runs in earnest: with what its workspace says where it says nothing itself.
fn filled(graph: &Graph, house: &Json) -> Graph {
    let mut graph = graph.clone();
    if let Ok(inherited) = Inherited::deserialize(house) {
        graph.inherit(&inherited);
    }
    graph
}

/// What comes of a trial?
#[derive(Serialize, Deserialize)]
pub struct Playing {
    /// The journey's slug.
    pub slug: String,
    /// The journey.
    pub graph: Arc<Graph>,
    /// The settings of its workspace as the API tells them; null while they are not known.
    pub house: Json,
    /// The trial.
    pub trial: Trial,
}

/// What came of a trial, and what can happen next.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// What came of it, or why the journey cannot be tried.
    pub played: Result<Arc<Played>, String>,
    /// What can be made to happen.
    pub offers: Vec<Offer>,
}

impl Ask for Playing {
    type Answer = Outcome;
    fn answer(self, kinds: &Registry) -> Outcome {
        let played = play(&self.slug, &filled(&self.graph, &self.house), kinds, &self.trial);
        let offers = offers(&self.graph, kinds, played.as_ref().ok());
        Outcome { played: played.map(Arc::new).map_err(|problem| problem.message), offers }
    }
}

/// When does a trial end?
#[derive(Serialize, Deserialize)]
pub struct Ending {
    /// The journey's slug.
    pub slug: String,
    /// The journey.
    pub graph: Arc<Graph>,
    /// The settings of its workspace as the API tells them; null while they are not known.
    pub house: Json,
    /// The trial.
    pub trial: Trial,
}

impl Ask for Ending {
    /// None when the journey cannot be tried.
    type Answer = Option<Timestamp>;
    fn answer(self, kinds: &Registry) -> Option<Timestamp> {
        end(&self.slug, &filled(&self.graph, &self.house), kinds, &self.trial).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::session::{Happening, What, made_up};
    use super::*;
    use serde_json::json;
    use tradewind_nodes::JsonMap;

    #[test]
    fn the_quiet_hours_of_the_workspace_hold_a_mail_back() {
        let graph: Graph = serde_json::from_value(json!({
            "nodes": [
                {"id": "start", "kind": "trigger.event", "config": {"events": ["A"]}},
                {"id": "mail", "kind": "email.send", "config": {"subject": "s", "html": "h"}},
            ],
            "edges": [{"from": "start", "port": "next", "to": "mail"}],
        }))
        .unwrap();
        let start = Timestamp::parse("2026-03-02T23:00:00Z").unwrap();
        let given = vec![Happening { at: start, what: What::Event { name: "A".into(), properties: JsonMap::new() } }];
        let trial = Trial { who: made_up("a@example.com", "Ada", "en", true), start, given, force: Default::default() };
        let held = |house: Json| {
            let playing = Playing { slug: "a".into(), graph: Arc::new(graph.clone()), house, trial: trial.clone() };
            let report = playing.answer(&Registry::builtin()).played.unwrap().report.clone();
            (report.held.len(), report.messages.len())
        };
        assert_eq!(held(Json::Null), (0, 1));
        assert_eq!(held(json!({"name": "Shop", "timezone": "Europe/Berlin", "quiet_hours": {"from": "21:00", "to": "08:00"}})), (1, 0));
    }
}
