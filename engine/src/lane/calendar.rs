//! What happens by the calendar: schedules that are due, segments that time changes, rows that were forgotten.

use super::Lane;
use crate::EngineError;
use crate::handle::Shared;
use crate::inbox;
use crate::incoming::{Incoming, Pending};
use tradewind_core::schedule::Calendar;
use tradewind_nodes::id::{CustomerId, JourneyId, WorkspaceId};
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_store::{Batch, Delete, Expect, Query, Row, Ty, Value};

const DUE: &str = "SELECT journey_id, node, subject, workspace_id, due_at FROM schedules WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
const MEMBERS_DUE: &str = "SELECT DISTINCT customer_id, workspace_id FROM segment_members WHERE changes_at <= $1 LIMIT $2";
const FORGOTTEN: &str = "SELECT id, workspace_id, body, received_at FROM inbox WHERE received_at < $1 ORDER BY id LIMIT $2";
/// A schedule that is overdue keeps its tick: it is caught up once before it moves on.
const PLAN: &str = "INSERT INTO schedules (journey_id, node, subject, workspace_id, due_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (journey_id, node, subject) DO UPDATE SET due_at = excluded.due_at WHERE schedules.due_at > $6";
const MOVE_ON: &str = "UPDATE schedules SET due_at = $4 WHERE journey_id = $1 AND node = $2 AND subject = $3";
const PLANNED: &str = "SELECT node FROM schedules WHERE journey_id = $1 AND subject = $1 AND node = $2 LIMIT 1";
pub(crate) const STATEMENTS: &[&str] = &[DUE, MEMBERS_DUE, FORGOTTEN, PLAN, MOVE_ON, PLANNED];
static GONE: Delete = Delete::new("schedules", &[("journey_id", Ty::Uuid), ("node", Ty::Text), ("subject", Ty::Uuid)]);

const MOST: i64 = 500;
/// A row that has been in the inbox for so long while nobody worked on it was lost on the way from its commit to the lane.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);

impl Lane {
    /// Looks for what is due by the calendar and puts it into the backlog.
    pub(super) async fn calendar(&mut self, now: Timestamp) -> Result<(), EngineError> {
        let mut queries = vec![
            Query::new(DUE, vec![now.micros().into(), Value::Int(MOST)]),
            Query::new(MEMBERS_DUE, vec![now.micros().into(), Value::Int(MOST)]),
        ];
        let quiet = self.backlog.is_empty();
        if quiet {
            queries.push(Query::new(FORGOTTEN, vec![now.minus(FORGOTTEN_AFTER).micros().into(), Value::Int(MOST)]));
        }
        self.note_erasures().await?;
        let mut answers = self.shared.db.read(queries).await?.into_iter();
        let (due, members, forgotten) =
            (answers.next().unwrap_or_default(), answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
        for row in &forgotten {
            match inbox::read(row) {
                Ok(pending) => self.backlog.push_back(pending),
                Err(error) => tracing::error!(%error, "an inbox row cannot be read: it stays where it is"),
            }
        }
        for row in &members {
            let incoming = Incoming::Segment { customer: CustomerId(row.uuid(0)?) };
            // Looking again is idempotent: no row of the inbox is needed.
            self.backlog.push_back(Pending { id: None, workspace: WorkspaceId(row.uuid(1)?), incoming, received_at: now });
        }
        if !due.is_empty() {
            self.ticks(&due, now).await?;
        }
        Ok(())
    }

    async fn ticks(&mut self, due: &[Row], now: Timestamp) -> Result<(), EngineError> {
        let catalog = self.shared.catalogs.now();
        let mut batch = Batch::new();
        let mut rows = Vec::new();
        let mut gone = Vec::new();
        for row in due {
            let (journey, node, subject) = (JourneyId(row.uuid(0)?), row.text(1)?, row.uuid(2)?);
            let (workspace, at) = (WorkspaceId(row.uuid(3)?), Timestamp::from_micros(row.int(4)?));
            let key = vec![Value::from(journey.0), node.into(), subject.into()];
            let calendar = Calendar::find(&catalog.live, workspace, journey, node);
            rows.extend(calendar.as_ref().and_then(|calendar| calendar.due(subject, at, now)));
            match calendar.and_then(|calendar| calendar.next(now)) {
                Some(next) => drop(batch.execute(MOVE_ON, [key, vec![next.micros().into()]].concat(), Expect::Any)),
                None => gone.push(key),
            }
        }
        batch.delete(&GONE, gone);
        batch.insert(&inbox::ADD, rows.iter().map(inbox::values));
        self.shared.commit(batch).await?;
        self.backlog.extend(rows);
        Ok(())
    }
}

/// Plans the schedules of everything that is live: called whenever that changes.
///
/// # Errors
/// When the database cannot be read or written.
pub(crate) async fn plan(shared: &Shared) -> Result<Vec<Pending>, EngineError> {
    let now = shared.env.now();
    let catalog = shared.catalogs.now();
    let mut batch = Batch::new();
    let mut fan_outs = Vec::new();
    for calendar in Calendar::all(&catalog.live) {
        let journey = calendar.live.id;
        let row = |node: &str, due: Timestamp| {
            vec![journey.0.into(), node.into(), journey.0.into(), calendar.workspace.0.into(), due.micros().into(), now.micros().into()]
        };
        if let Some(next) = calendar.next(now) {
            batch.execute(PLAN, row(calendar.node.as_str(), next), Expect::Any);
        }
        if calendar.is_anniversary() {
            // A mark of its own says that this version's days were planned for everybody.
            let mark = format!("{}@{}", calendar.node, calendar.live.version);
            if shared.db.query(PLANNED, vec![journey.0.into(), mark.as_str().into()]).await?.is_empty() {
                batch.execute(PLAN, row(&mark, Timestamp::from_micros(i64::MAX / 2)), Expect::Any);
                let incoming = Incoming::FanOut { journey, node: calendar.node.to_string(), at: now, after: None };
                fan_outs.push(Pending { id: Some(shared.env.id()), workspace: calendar.workspace, incoming, received_at: now });
            }
        }
    }
    batch.insert(&inbox::ADD, fan_outs.iter().map(inbox::values));
    if batch.rows() > 0 {
        shared.commit(batch).await?;
    }
    Ok(fan_outs)
}
