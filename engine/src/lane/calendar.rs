//! What happens by the calendar: schedules that are due, segments that time changes, rows that were forgotten.

use super::Lane;
use crate::EngineError;
use crate::catalog::{Catalog, LiveJourney};
use crate::handle::Shared;
use crate::inbox::{self, Pending};
use crate::incoming::Incoming;
use std::sync::Arc;
use tradewind_nodes::id::{CustomerId, JourneyId, WorkspaceId, derived};
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::kinds::next_tick;
use tradewind_nodes::time::{Duration, Timestamp, Zone};
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
        let mut answers = self.shared.db.read(queries).await?.into_iter();
        let (due, members, forgotten) =
            (answers.next().unwrap_or_default(), answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
        for row in &forgotten {
            match Pending::read(row) {
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
            let (journey, node, subject) = (JourneyId(row.uuid(0)?), row.text(1)?.to_owned(), row.uuid(2)?);
            let (workspace, at) = (WorkspaceId(row.uuid(3)?), Timestamp::from_micros(row.int(4)?));
            let key = || vec![Value::from(journey.0), node.as_str().into(), subject.into()];
            match trigger_of(&catalog, workspace, journey, &node) {
                Some((Trigger::Schedule { cron, zone, audience }, fallback)) => {
                    let zone = zone.or(fallback).unwrap_or(Zone::UTC);
                    // A version may have changed the cron since this tick was planned.
                    let still = next_tick(&cron, &zone, Timestamp::from_micros(at.micros() - 1)) == Some(at);
                    if still {
                        rows.push(tick(workspace, journey, &node, audience.is_some(), at, now));
                    }
                    match next_tick(&cron, &zone, now) {
                        Some(next) => drop(batch.execute(MOVE_ON, [key(), vec![next.micros().into()]].concat(), Expect::Any)),
                        None => gone.push(key()),
                    }
                }
                Some((Trigger::Anniversary { .. }, _)) if subject != journey.0 => {
                    let incoming = Incoming::Tick { journey, node: node.clone(), customer: Some(CustomerId(subject)), at };
                    let id = derived(workspace, &["tick", &journey.to_string(), &node, &at.to_string(), &subject.to_string()]);
                    rows.push(Pending { id: Some(id), workspace, incoming, received_at: now });
                    gone.push(key());
                }
                _ => gone.push(key()),
            }
        }
        batch.delete(&GONE, gone);
        batch.insert(&inbox::ADD, rows.iter().map(Pending::values));
        self.shared.commit(batch).await?;
        self.backlog.extend(rows);
        Ok(())
    }
}

fn tick(workspace: WorkspaceId, journey: JourneyId, node: &str, audience: bool, at: Timestamp, now: Timestamp) -> Pending {
    let id = derived(workspace, &["tick", &journey.to_string(), node, &at.to_string()]);
    let incoming = if audience {
        Incoming::FanOut { journey, node: node.to_owned(), at, after: None }
    } else {
        Incoming::Tick { journey, node: node.to_owned(), customer: None, at }
    };
    Pending { id: Some(id), workspace, incoming, received_at: now }
}

fn trigger_of(catalog: &Catalog, workspace: WorkspaceId, journey: JourneyId, node: &str) -> Option<(Trigger, Option<Zone>)> {
    let live = catalog.workspaces.get(&workspace)?.journeys.get(&journey)?;
    let (_, trigger) = live.program.triggers.iter().find(|(index, _)| live.program.nodes[*index].id.as_str() == node)?;
    Some((trigger.clone(), live.program.settings.timezone.clone()))
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
    let mut lives: Vec<(WorkspaceId, Arc<LiveJourney>)> = Vec::new();
    for (id, workspace) in &catalog.workspaces {
        lives.extend(workspace.journeys.values().map(|live| (*id, live.clone())));
    }
    for (workspace, live) in lives {
        for (index, trigger) in &live.program.triggers {
            let node = live.program.nodes[*index].id.as_str();
            let row = |node: &str, due: Timestamp| {
                vec![live.id.0.into(), node.into(), live.id.0.into(), workspace.0.into(), due.micros().into(), now.micros().into()]
            };
            match trigger {
                Trigger::Schedule { cron, zone, .. } => {
                    let zone = zone.clone().or_else(|| live.program.settings.timezone.clone()).unwrap_or(Zone::UTC);
                    if let Some(next) = next_tick(cron, &zone, now) {
                        batch.execute(PLAN, row(node, next), Expect::Any);
                    }
                }
                Trigger::Anniversary { .. } => {
                    // A mark of its own says that this version's days were planned for everybody.
                    let mark = format!("{node}@{}", live.version);
                    if shared.db.query(PLANNED, vec![live.id.0.into(), mark.as_str().into()]).await?.is_empty() {
                        batch.execute(PLAN, row(&mark, Timestamp::from_micros(i64::MAX / 2)), Expect::Any);
                        let incoming = Incoming::FanOut { journey: live.id, node: node.to_owned(), at: now, after: None };
                        fan_outs.push(Pending { id: Some(shared.env.id()), workspace, incoming, received_at: now });
                    }
                }
                _ => {}
            }
        }
    }
    batch.insert(&inbox::ADD, fan_outs.iter().map(Pending::values));
    if batch.rows() > 0 {
        shared.commit(batch).await?;
    }
    Ok(fan_outs)
}
