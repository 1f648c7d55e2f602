//! One stream: what its watcher was told, and what is new since.

use super::board::Place;
use super::watch::Counted;
use crate::http::AppState;
use crate::http::problem::ApiResult;
use crate::http::wired;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream;
use serde::Serialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration as StdDuration;
use tokio::time::MissedTickBehavior;
use tradewind_commerce::events::{self, Arrived};
use tradewind_nodes::id::WorkspaceId;
use tradewind_wire::counts::{Counts, WatchedCounts};
use tradewind_wire::events::EventBurst;
use tradewind_wire::status::Status;

/// How often a stream looks.
const BEAT: StdDuration = StdDuration::from_secs(1);
/// How often something is sent although nothing is new, so that proxies keep the connection.
const HEARTBEAT: StdDuration = StdDuration::from_secs(15);
/// How long a browser waits before it comes again.
const RETRY: StdDuration = StdDuration::from_secs(2);
/// Events shown a second at most.
const SHOWN: i64 = 50;

/// What a watcher asks for.
pub(super) struct Wanted {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The counts of a journey.
    pub counts: Option<Counted>,
    /// The counts of several, each under what it was asked by.
    pub watched: Vec<(String, Option<Counted>)>,
    /// The events that come in.
    pub events: bool,
}

/// One of several journeys that are watched.
struct Watched {
    watch: String,
    counted: Option<Counted>,
    /// What was told last.
    told: Option<Option<Arc<Counts>>>,
}

struct Watcher {
    state: AppState,
    wanted: Wanted,
    beat: tokio::time::Interval,
    status: Option<Arc<Status>>,
    counts: Option<Arc<Counts>>,
    watched: Vec<Watched>,
    arrived: Option<Arrived>,
    ready: VecDeque<Event>,
    ended: bool,
    _place: Place,
}

/// The stream as an answer.
pub(super) fn answer(state: AppState, mut wanted: Wanted, place: Place) -> impl IntoResponse {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let arrived = wanted.events.then(|| Arrived::since(state.env.now()));
    let watched = std::mem::take(&mut wanted.watched).into_iter().map(|(watch, counted)| Watched { watch, counted, told: None }).collect();
    let watcher =
        Watcher { state, wanted, beat, status: None, counts: None, watched, arrived, ready: VecDeque::new(), ended: false, _place: place };
    let headers = [(http::header::CACHE_CONTROL, "no-store"), (http::HeaderName::from_static("x-accel-buffering"), "no")];
    (headers, Sse::new(told(watcher)).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("beat")))
}

fn told(watcher: Watcher) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watcher, |mut watcher| async move { watcher.next().await.map(|event| (Ok(event), watcher)) })
}

impl Watcher {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            let mut stopping = self.state.stopping.clone();
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => {
                    self.ended = true;
                    return Some(Event::default().event("bye").data("{}"));
                }
                _ = self.beat.tick() => {}
            }
            // A database that does not answer now may do so at the next beat; the watcher keeps what he was told.
            if let Err(error) = self.look().await {
                tracing::debug!(detail = error.detail(), "a live stream could not be told what is new");
            }
        }
    }

    async fn look(&mut self) -> ApiResult<()> {
        let status = self.state.live.status(&self.state, self.wanted.workspace).await?;
        if self.status.as_ref().is_none_or(|known| known.differs(&status)) {
            self.tell("status", &*status);
            self.status = Some(status);
        }
        if let Some((journey, period)) = self.wanted.counts {
            let counts = self.state.live.counts(&self.state, journey, period).await?;
            if self.counts.as_ref() != Some(&counts) {
                self.tell("counts", &*counts);
                self.counts = Some(counts);
            }
        }
        self.look_at_watched().await?;
        if let Some(arrived) = &mut self.arrived {
            let (events, skipped) = events::arrived(&self.state.db, self.wanted.workspace, arrived, SHOWN, self.state.env.now()).await?;
            if !events.is_empty() {
                self.tell("events", &EventBurst { events: wired::all(events)?, skipped });
            }
        }
        Ok(())
    }

    async fn look_at_watched(&mut self) -> ApiResult<()> {
        for watched in &mut self.watched {
            let now = match watched.counted {
                Some((journey, period)) => Some(self.state.live.counts(&self.state, journey, period).await?),
                None => None,
            };
            if watched.told.as_ref() != Some(&now) {
                let told = WatchedCounts { watch: watched.watch.clone(), counts: now.as_deref().cloned() };
                self.ready.extend(event("watched", &told));
                watched.told = Some(now);
            }
        }
        Ok(())
    }

    fn tell(&mut self, name: &str, data: &impl Serialize) {
        self.ready.extend(event(name, data));
    }
}

fn event(name: &str, data: &impl Serialize) -> Option<Event> {
    Some(Event::default().event(name).retry(RETRY).data(serde_json::to_string(data).ok()?))
}
