//! Erasures: carried out by the lane between two batches, a page at a time, so that no step is under way meanwhile and others go on.

use super::Lane;
use crate::EngineError;
use crate::incoming::Incoming;
use crate::personal;
use tradewind_store::StoreError;
use uuid::Uuid;

impl Lane {
    /// Takes up what was asked for and is not done.
    pub(super) async fn note_erasures(&mut self) -> Result<(), EngineError> {
        let (erasures, people) = personal::open(&self.shared.db).await?;
        self.shared.note_erased(people.into_iter());
        for erasure in erasures {
            if !self.erasures.contains(&erasure) {
                self.erasures.push_back(erasure);
            }
        }
        Ok(())
    }

    /// A page of the first erasure that can go on. Gives whether there was one.
    pub(super) async fn erase(&mut self) -> Result<bool, EngineError> {
        for _ in 0..self.erasures.len() {
            let Some(erasure) = self.erasures.pop_front() else { break };
            match self.erase_page(erasure).await {
                Ok(Some(done)) => {
                    if !done {
                        self.erasures.push_back(erasure);
                    }
                    return Ok(true);
                }
                Ok(None) => self.erasures.push_back(erasure),
                Err(EngineError::Store(error @ (StoreError::Unavailable { .. } | StoreError::Closed))) => {
                    self.erasures.push_back(erasure);
                    return Err(error.into());
                }
                // Found again in a second.
                Err(error) => tracing::error!(%erasure, %error, "an erasure cannot go on: it is tried again until it can"),
            }
        }
        Ok(false)
    }

    /// Gives whether it was the last; None when others have to do something first.
    async fn erase_page(&mut self, erasure: Uuid) -> Result<Option<bool>, EngineError> {
        let shared = self.shared.clone();
        let backlog = &self.backlog;
        let merging = |ids: &[Uuid]| {
            let is_merge = |incoming: &Incoming| matches!(incoming, Incoming::Merge { into, .. } if ids.contains(&into.0));
            backlog.iter().any(|pending| is_merge(&pending.incoming))
        };
        let means = personal::Means { db: &shared.db, env: &shared.env, hash: shared.settings.address_hash.as_ref(), merging: &merging };
        let Some(page) = personal::page(&means, erasure).await? else { return Ok(None) };
        if !page.batch.is_empty() {
            shared.commit(page.batch).await?;
        }
        shared.note_erased(page.erased.into_iter());
        if !page.dropped.is_empty() {
            self.backlog.retain(|pending| pending.id.is_none_or(|id| !page.dropped.contains(&id)));
        }
        self.backlog.extend(page.orders);
        if page.hurried {
            self.outbox.look();
        }
        Ok(Some(page.done))
    }
}
