//! What the dry run asks the worker.

use super::session::{Offer, Played, Trial, end, offers, play};
use crate::worker::Ask;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::time::Timestamp;

/// What comes of a trial?
#[derive(Serialize, Deserialize)]
pub struct Playing {
    /// The journey's slug.
    pub slug: String,
    /// The journey.
    pub graph: Arc<Graph>,
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
        let played = play(&self.slug, &self.graph, kinds, &self.trial);
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
    /// The trial.
    pub trial: Trial,
}

impl Ask for Ending {
    /// None when the journey cannot be tried.
    type Answer = Option<Timestamp>;
    fn answer(self, kinds: &Registry) -> Option<Timestamp> {
        end(&self.slug, &self.graph, kinds, &self.trial).ok()
    }
}
