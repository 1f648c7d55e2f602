//! When a batch falls apart: its parts in halves, and what fails alone is put aside.

use super::{DUE_IDS, Lane, MOST_TIMERS, STILL_THERE, Work, dead_letter};
use crate::EngineError;
use crate::incoming::Pending;
use crate::run::hold_rows;
use tradewind_nodes::id::RunId;
use tradewind_store::{StoreError, Value};

/// How often one thing is tried before it is put aside.
const TRIES: u32 = 3;

/// Work of which some part cannot be done, in the order in which it is tried: a part that fails is divided.
struct Halves<T>(Vec<Vec<T>>);

impl<T> Halves<T> {
    fn of(all: Vec<T>) -> Self {
        Self(vec![all])
    }

    /// What is tried next.
    fn next(&mut self) -> Option<Vec<T>> {
        std::iter::from_fn(|| self.0.pop()).find(|part| !part.is_empty())
    }

    /// A part that could not be done together comes back as two.
    fn divide(&mut self, mut part: Vec<T>) {
        let second = part.split_off(part.len() / 2);
        self.0.extend([second, part]);
    }

    /// What was not tried, in its order.
    fn rest(self) -> impl Iterator<Item = T> {
        self.0.into_iter().rev().flatten()
    }
}

impl Lane {
    /// Does in halves what could not be done together, and what fails of those in halves again: of a thousand parts one that cannot be
    /// done costs itself and some ten commits more, not a commit for each.
    pub(super) async fn in_halves(&mut self, arrivals: Vec<Pending>, due: Option<i64>) -> Result<(), EngineError> {
        let mut parts = Halves::of(arrivals);
        while let Some(part) = parts.next() {
            let done = match part.as_slice() {
                [one] => self.arrival_alone(one).await.map(|()| true),
                several => self.together(several, &[]).await,
            };
            match done {
                Ok(true) => {}
                Ok(false) => parts.divide(part),
                Err(error) => {
                    self.put_back(part.into_iter().chain(parts.rest()).collect());
                    return Err(error);
                }
            }
        }
        if due.is_some() {
            let now = self.shared.env.now();
            let rows = self.shared.db.query(DUE_IDS, vec![now.micros().into(), Value::Int(MOST_TIMERS)]).await?;
            let runs = rows.iter().map(|row| row.uuid(0).map(RunId)).collect::<Result<Vec<_>, _>>()?;
            let mut parts = Halves::of(runs);
            while let Some(part) = parts.next() {
                let done = match part.as_slice() {
                    [one] => self.run_alone(*one).await.map(|()| true),
                    several => self.together(&[], several).await,
                };
                if !done? {
                    parts.divide(part);
                }
            }
            self.next_due = None;
        }
        Ok(())
    }

    /// Does several parts in one batch. False when that cannot be done.
    async fn together(&mut self, arrivals: &[Pending], runs: &[RunId]) -> Result<bool, EngineError> {
        let work = Work { arrivals, due: None, runs, admit: Vec::new() };
        match self.attempt(&work).await {
            Ok(summary) => self.after(summary, false).await.map(|_| true),
            Err(EngineError::Store(error @ (StoreError::Unavailable { .. } | StoreError::Closed))) => Err(error.into()),
            Err(_) => Ok(false),
        }
    }

    async fn arrival_alone(&mut self, arrival: &Pending) -> Result<(), EngineError> {
        let mut last = None;
        for _ in 0..TRIES {
            let work = Work { arrivals: std::slice::from_ref(arrival), due: None, runs: &[], admit: Vec::new() };
            match self.attempt(&work).await {
                Ok(summary) => return self.after(summary, false).await.map(drop),
                Err(EngineError::Store(error @ (StoreError::Unavailable { .. } | StoreError::Closed))) => return Err(error.into()),
                Err(error) => last = Some(error),
            }
            if let Some(id) = arrival.id
                && self.shared.db.query(STILL_THERE, vec![id.into()]).await?.is_empty()
            {
                return Ok(());
            }
        }
        let problem = last.map(|error| error.to_string()).unwrap_or_default();
        tracing::error!(kind = arrival.incoming.kind(), problem, "a row cannot be routed: it is put aside as a dead letter");
        metrics::counter!("tradewind_dead_letters_total").increment(1);
        dead_letter(&self.shared, arrival, &problem).await
    }

    async fn run_alone(&mut self, run: RunId) -> Result<(), EngineError> {
        for _ in 0..TRIES {
            let work = Work { arrivals: &[], due: None, runs: &[run], admit: Vec::new() };
            match self.attempt(&work).await {
                Ok(summary) => return self.after(summary, false).await.map(drop),
                Err(EngineError::Store(error @ (StoreError::Unavailable { .. } | StoreError::Closed))) => return Err(error.into()),
                Err(error) => tracing::error!(%run, %error, "a run cannot be stepped"),
            }
        }
        self.hold(run).await
    }

    /// Takes a run that cannot be committed off its timer and makes it an incident.
    async fn hold(&mut self, run: RunId) -> Result<(), EngineError> {
        metrics::counter!("tradewind_incidents_total").increment(1);
        let mut batch = tradewind_store::Batch::new();
        let problem = tradewind_nodes::issue::Problem::new(
            "engine.commit",
            "the run's next step cannot be stored: look at the server's log, then retry",
        );
        hold_rows(&mut batch, &self.shared.env, run, &problem);
        self.shared.commit(batch).await?;
        Ok(())
    }
}
