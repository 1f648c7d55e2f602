//! The step ledger of a run.

use super::names::Labels;
use super::words::Reason;
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::answer::{Called, StepTaken};
use tradewind_nodes::id::{NodeId, RunId, WorkspaceId};
use tradewind_nodes::run::{Step, StepOutcome};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::Db;

/// One step.
#[derive(Clone, PartialEq, Debug)]
pub struct StepView {
    /// The transition it was part of.
    pub seq: i64,
    /// Where.
    pub node: NodeId,
    /// What people call the node.
    pub label: String,
    /// The same as data: a text where the name is its own, kind and label where it is called by its kind.
    pub called: Called,
    /// Which visit, from 1.
    pub visit: u32,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: StepOutcome,
    /// Why: the rule that decided and the values it saw.
    pub why: Reason,
    /// All of it in an English sentence.
    pub summary: String,
}

// The run's workspace is checked here: the ledger's rows have none of their own.
pub(super) const OF_RUN: &str = "SELECT s.run_id, s.seq, s.body FROM steps s JOIN runs r ON r.id = s.run_id \
    WHERE s.run_id = $1 AND r.workspace_id = $2 AND s.seq > $3 ORDER BY s.seq LIMIT $4";
pub(super) const LAST: &str = "SELECT s.run_id, s.seq, s.body FROM steps s JOIN runs r ON r.id = s.run_id \
    WHERE s.run_id = $1 AND r.workspace_id = $2 ORDER BY s.seq DESC LIMIT 1";

record! {
    struct Taken of "steps" key [run_id, seq] {
        run_id: uuid => RunId,
        seq: int,
        body: json => Vec<Step>,
    }
}

/// The steps of up to `limit` transitions after `after`, the first first.
pub async fn of_run(
    db: &Db,
    workspace: WorkspaceId,
    run: RunId,
    labels: &Labels,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<StepView>, ReadError> {
    let args = vec![run.0.into(), workspace.0.into(), after.unwrap_or(i64::MIN).into(), limit.into()];
    let mut steps = Vec::new();
    for Taken { seq, body, .. } in db.query(OF_RUN, args).await?.read()? {
        steps.extend(body.into_iter().map(|step| view(labels, seq, step)));
    }
    Ok(steps)
}

/// Keeps the steps of the first `shown` transitions; gives the last of them when there were more.
pub fn cut(steps: &mut Vec<StepView>, shown: i64) -> Option<i64> {
    let (mut transitions, mut last) = (0, None);
    for (index, step) in steps.iter().enumerate() {
        if last != Some(step.seq) {
            if transitions == shown {
                steps.truncate(index);
                return last;
            }
            transitions += 1;
            last = Some(step.seq);
        }
    }
    None
}

/// The last step a run took, and when.
pub(super) async fn last(
    db: &Db,
    workspace: WorkspaceId,
    run: RunId,
    labels: &Labels,
) -> Result<Option<(Timestamp, StepTaken)>, ReadError> {
    let rows = db.query(LAST, vec![run.0.into(), workspace.0.into()]).await?;
    let Some(Taken { body, .. }) = rows.first_as()? else { return Ok(None) };
    Ok(body.last().map(|step| (step.at, StepTaken::of(step, labels.called(step.node.as_str())))))
}

fn view(labels: &Labels, seq: i64, step: Step) -> StepView {
    let called = labels.called(step.node.as_str());
    StepView {
        seq,
        label: called.to_string(),
        summary: StepTaken::of(&step, called.clone()).to_string(),
        called,
        node: step.node,
        visit: step.visit,
        at: step.at,
        outcome: step.outcome,
        why: step.why.into(),
    }
}
