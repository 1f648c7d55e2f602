//! The dry run: a journey tried on somebody, here in the browser, by the code that runs it in earnest.

mod given;
mod panel;
mod person;
mod questions;
pub mod session;
pub mod suite;
mod tests_tab;
mod told;

pub use panel::DryRun;

use super::model::counts::Path;
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_nodes::Json;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::NodeId;
use tradewind_nodes::time::Timestamp;

use crate::api::Call;
use crate::browser;
use crate::worker::{ask, asked};
pub use questions::{Ending, Outcome, Playing};
use session::{Happening, Offer, Played, Trial, What};
pub use suite::Testing;

/// The journey that is tried, and where its way is painted.
#[derive(Clone, Copy)]
pub struct Tried {
    /// Its slug.
    pub slug: StoredValue<String>,
    /// The draft as it is drawn now.
    pub graph: Signal<Arc<Graph>>,
    /// Where the way is painted.
    pub path: RwSignal<Path>,
    /// The card that is chosen.
    pub chosen: RwSignal<Option<NodeId>>,
}

/// What is known of a trial.
#[derive(Clone, PartialEq)]
enum Standing {
    /// It has begun, and nothing has come of it yet.
    Begun,
    /// The journey cannot be tried: why.
    Cannot(String),
    /// What came of it.
    Played(Arc<Played>),
}

impl Standing {
    fn get(&self) -> Option<&Arc<Played>> {
        match self {
            Self::Played(played) => Some(played),
            Self::Begun | Self::Cannot(_) => None,
        }
    }
}

/// What the parts of the panel share.
#[derive(Clone, Copy)]
struct Desk {
    tried: Tried,
    /// The settings of the workspace, which hold where the journey says nothing.
    house: RwSignal<Json>,
    trial: RwSignal<Trial>,
    played: Memo<Standing>,
    offers: Memo<Vec<Offer>>,
}

/// The moment by the user's clock.
fn now() -> Timestamp {
    // Milliseconds since 1970 are whole numbers far below where a browser's lose digits.
    Timestamp::from_micros(browser::now() as i64 * 1_000)
}

impl Desk {
    fn new(tried: Tried) -> Self {
        let who = session::made_up("ada@example.com", "Ada", "en", true);
        let trial = RwSignal::new(Trial { who, start: now(), given: Vec::new(), force: BTreeMap::new() });
        let house = RwSignal::new(Json::Null);
        leptos::task::spawn_local(async move {
            // Without them it is tried as if the workspace said nothing.
            if let Ok(settings) = Call::get("/api/v1/settings").send().await {
                house.try_set(settings);
            }
        });
        let asks = move || Playing { slug: tried.slug.get_value(), graph: tried.graph.get(), house: house.get(), trial: trial.get() };
        let answer = asked(move || Some(asks()));
        let played = Memo::new(move |_| {
            answer.with(|answer| match answer.as_deref() {
                None => Standing::Begun,
                Some(Outcome { played: Ok(played), .. }) => Standing::Played(Arc::clone(played)),
                Some(Outcome { played: Err(problem), .. }) => Standing::Cannot(problem.clone()),
            })
        });
        let offers = Memo::new(move |_| answer.with(|answer| answer.as_ref().map(|answer| answer.offers.clone()).unwrap_or_default()));
        Self { tried, house, trial, played, offers }
    }

    fn now(self) -> Timestamp {
        self.played.with_untracked(|played| {
            played.get().map_or_else(|| self.trial.with_untracked(|trial| trial.start), |played| played.report.now)
        })
    }

    /// Lets something happen now.
    fn happen(self, what: What) {
        let at = self.now();
        self.trial.update(|trial| trial.given.push(Happening { at, what }));
    }

    /// Lets time pass until the next thing, if time brings one.
    fn step(self) {
        let next = self.played.with_untracked(|played| played.get().and_then(|played| played.next));
        if let Some(at) = next {
            self.trial.update(|trial| trial.given.push(Happening { at, what: What::Time }));
        }
    }

    /// Lets time pass until nobody is on his way any more.
    fn finish(self) {
        let trial = self.trial.get_untracked();
        let question = Ending {
            slug: self.tried.slug.get_value(),
            graph: self.tried.graph.get_untracked(),
            house: self.house.get_untracked(),
            trial: trial.clone(),
        };
        leptos::task::spawn_local(async move {
            // Meanwhile something else may have happened, which this answer knows nothing of.
            if let Some(Some(at)) = ask(question).await
                && self.trial.try_with_untracked(|now| *now == trial) == Some(true)
            {
                self.trial.update(|trial| trial.given.push(Happening { at, what: What::Time }));
            }
        });
    }

    /// Takes the last thing back.
    fn back(self) {
        self.trial.update(|trial| drop(trial.given.pop()));
    }
}
