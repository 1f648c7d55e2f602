//! When a batch falls apart: its parts one by one, and what fails alone is put aside.

use super::{DUE_IDS, Lane, MOST_TIMERS, STILL_THERE, Work, dead_letter};
use crate::EngineError;
use crate::incoming::Pending;
use crate::run::hold_rows;
use tradewind_nodes::id::RunId;
use tradewind_store::{StoreError, Value};

/// How often one thing is tried before it is put aside.
const TRIES: u32 = 3;

impl Lane {
    pub(super) async fn one_by_one(&mut self, arrivals: Vec<Pending>, due: Option<i64>) -> Result<(), EngineError> {
        let mut arrivals = arrivals.into_iter();
        while let Some(arrival) = arrivals.next() {
            if let Err(error) = self.arrival_alone(&arrival).await {
                self.put_back(std::iter::once(arrival).chain(arrivals).collect());
                return Err(error);
            }
        }
        if due.is_some() {
            let now = self.shared.env.now();
            let rows = self.shared.db.query(DUE_IDS, vec![now.micros().into(), Value::Int(MOST_TIMERS)]).await?;
            for row in rows {
                self.run_alone(RunId(row.uuid(0)?)).await?;
            }
            self.next_due = None;
        }
        Ok(())
    }

    async fn arrival_alone(&mut self, arrival: &Pending) -> Result<(), EngineError> {
        let mut last = None;
        for _ in 0..TRIES {
            let work = Work { arrivals: std::slice::from_ref(arrival), due: None, run: None, admit: Vec::new() };
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
            let work = Work { arrivals: &[], due: None, run: Some(run), admit: Vec::new() };
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
