//! The dry run: a journey tried on somebody, here in the browser, by the code that runs it in earnest.

mod given;
mod panel;
mod person;
pub mod session;
pub mod suite;
mod tests_tab;
mod told;

pub use panel::DryRun;

use super::counts::Path;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::NodeId;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::time::Timestamp;

use crate::browser;
use session::{Happening, Played, Trial, What};

/// The journey that is tried, and where its way is painted.
#[derive(Clone, Copy)]
pub struct Tried {
    /// Its slug.
    pub slug: StoredValue<String>,
    /// The draft as it is drawn now.
    pub graph: Signal<Arc<Graph>>,
    /// The kinds.
    pub registry: StoredValue<Registry>,
    /// Where the way is painted.
    pub path: RwSignal<Path>,
    /// The card that is chosen.
    pub chosen: RwSignal<Option<NodeId>>,
}

/// What the parts of the panel share.
#[derive(Clone, Copy)]
struct Desk {
    tried: Tried,
    trial: RwSignal<Trial>,
    played: Memo<Result<Arc<Played>, String>>,
}

/// The moment by the user's clock.
fn now() -> Timestamp {
    // Milliseconds since 1970 are whole numbers far below where a browser's lose digits.
    #[allow(clippy::cast_possible_truncation)]
    Timestamp::from_micros(browser::now() as i64 * 1_000)
}

impl Desk {
    fn new(tried: Tried) -> Self {
        let who = session::made_up("ada@example.com", "Ada", "en", true);
        let trial = RwSignal::new(Trial { who, start: now(), given: Vec::new(), force: BTreeMap::new() });
        let played = Memo::new(move |_| {
            let graph = tried.graph.get();
            tried.slug.with_value(|slug| {
                tried.registry.with_value(|registry| {
                    trial.with(|trial| session::play(slug, &graph, registry, trial)).map(Arc::new).map_err(|problem| problem.message)
                })
            })
        });
        Self { tried, trial, played }
    }

    fn now(self) -> Timestamp {
        self.played.with_untracked(|played| {
            played.as_ref().map_or_else(|_| self.trial.with_untracked(|trial| trial.start), |played| played.report.now)
        })
    }

    /// Lets something happen now.
    fn happen(self, what: What) {
        let at = self.now();
        self.trial.update(|trial| trial.given.push(Happening { at, what }));
    }

    /// Lets time pass until the next thing, if time brings one.
    fn step(self) {
        let next = self.played.with_untracked(|played| played.as_ref().ok().and_then(|played| played.next));
        if let Some(at) = next {
            self.trial.update(|trial| trial.given.push(Happening { at, what: What::Time }));
        }
    }

    /// Lets time pass until nobody is on his way any more.
    fn finish(self) {
        let graph = self.tried.graph.get_untracked();
        let at = self.tried.slug.with_value(|slug| {
            self.tried.registry.with_value(|registry| self.trial.with_untracked(|trial| session::end(slug, &graph, registry, trial)))
        });
        if let Ok(at) = at {
            self.trial.update(|trial| trial.given.push(Happening { at, what: What::Time }));
        }
    }

    /// Takes the last thing back.
    fn back(self) {
        self.trial.update(|trial| drop(trial.given.pop()));
    }
}
