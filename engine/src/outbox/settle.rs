//! Writing down what became of effects.

use crate::Environment;
use crate::delivery::OutboxRow;
use crate::handle::Shared;
use crate::inbox;
use crate::incident::{self, NewIncident};
use crate::incoming::Incoming;
use crate::incoming::Pending;
use crate::tables::deliveries::DELIVERIES;
use crate::tables::mails::{MAILS, MailRow};
use tradewind_connectors::{Attempt, Envelope, backoff, rendered};
use tradewind_nodes::Json;
use tradewind_nodes::effect::Receipt;
use tradewind_nodes::id::EffectKey;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::why::Why;
use tradewind_schema::{insert, update};
use tradewind_store::{Batch, Conflict, Insert, Update, Value};
use uuid::Uuid;

static OUTCOMES: Update = update!(DELIVERIES, key [run_id, node, visit], set [state, attempts, due_at, result, settled_at]);
static KEEP_MAILS: Insert = insert!(MAILS: MailRow).on_conflict(Conflict::Ignore);

/// How long a connector whose credentials are wrong is left alone.
const REAUTHORISE_AFTER: Duration = Duration::from_secs(60);

/// An effect and what became of it.
pub(super) enum Settled {
    Sent { row: OutboxRow, output: Json },
    Again { row: OutboxRow, attempts: u32, at: Timestamp, problem: Problem },
    Failed { row: OutboxRow, attempts: u32, problem: Problem },
    Suppressed { row: OutboxRow, why: Why },
    Postponed { row: OutboxRow, until: Timestamp, why: Why },
}

impl Settled {
    pub fn from_attempt(row: OutboxRow, attempt: Attempt, env: &Environment) -> Self {
        let attempts = row.attempts + 1;
        let most = |row: &OutboxRow| kinds::about(&row.effect.payload).attempts;
        let once = row.effect.delivery == tradewind_nodes::effect::DeliveryMode::AtMostOnce;
        match attempt {
            Attempt::Done { output } => Self::Sent { row, output },
            Attempt::Reject { problem } => Self::Failed { row, attempts, problem },
            Attempt::Retry { problem, .. } if once || attempts >= most(&row) => Self::Failed { row, attempts, problem },
            Attempt::Retry { after, problem } => {
                let wait = after.unwrap_or_else(|| backoff(attempts, env.fraction()));
                Self::Again { row, attempts, at: env.now().plus(wait), problem }
            }
            Attempt::Reauthorise { problem } => {
                tracing::error!(code = problem.code, "a connector's credentials are refused: correct them in the settings");
                metrics::counter!("tradewind_connector_refused_total").increment(1);
                let attempts = row.attempts;
                Self::Again { row, attempts, at: env.now().plus(REAUTHORISE_AFTER), problem }
            }
        }
    }

    pub fn row(&self) -> &OutboxRow {
        match self {
            Self::Sent { row, .. }
            | Self::Again { row, .. }
            | Self::Failed { row, .. }
            | Self::Suppressed { row, .. }
            | Self::Postponed { row, .. } => row,
        }
    }

    pub fn key(&self) -> &EffectKey {
        &self.row().key
    }

    /// The outcome for the run, when it is final.
    fn receipt(&self) -> Option<Receipt> {
        match self {
            Self::Sent { output, .. } => Some(Receipt::Done { output: output.clone() }),
            Self::Failed { problem, .. } => Some(Receipt::Failed { problem: problem.clone() }),
            Self::Suppressed { why, .. } => Some(Receipt::Suppressed { why: why.clone() }),
            Self::Again { .. } | Self::Postponed { .. } => None,
        }
    }

    fn outcome(&self, now: Timestamp) -> Vec<Value> {
        let key = self.key();
        let (state, attempts, due) = match self {
            Self::Sent { row, .. } => ("sent", row.attempts + 1, None),
            Self::Again { attempts, at, .. } => ("pending", *attempts, Some(*at)),
            Self::Failed { attempts, .. } => ("failed", *attempts, None),
            Self::Suppressed { row, .. } => ("suppressed", row.attempts, None),
            Self::Postponed { row, until, .. } => ("pending", row.attempts, Some(*until)),
        };
        let result = match self {
            Self::Again { problem, .. } => serde_json::json!({ "problem": problem }),
            Self::Postponed { why, until, .. } => serde_json::json!({ "postponed_until": until, "why": why }),
            other => other.receipt().and_then(|receipt| serde_json::to_value(receipt).ok()).unwrap_or_default(),
        };
        let settled_at = if due.is_none() { Value::from(now.micros()) } else { Value::Null };
        vec![
            key.run.0.into(),
            key.node.as_str().into(),
            key.visit.into(),
            state.into(),
            attempts.into(),
            due.map(Timestamp::micros).into(),
            result.to_string().into(),
            settled_at,
        ]
    }
}

/// The rows of a commit, and what it puts into the inbox.
pub(super) fn rows(shared: &Shared, settled: &[(Uuid, Settled)]) -> (Batch, Vec<Pending>) {
    let now = shared.env.now();
    let mut batch = Batch::new();
    batch.update(&OUTCOMES, settled.iter().map(|(_, one)| one.outcome(now)));
    let mails: Vec<Vec<Value>> = settled.iter().filter_map(|(_, one)| kept_mail(shared, one, now)).collect();
    batch.insert(&KEEP_MAILS, mails);
    let mut pending = Vec::new();
    let mut incidents = Vec::new();
    for (id, one) in settled {
        count(one);
        let row = one.row();
        if let Some(receipt) = one.receipt().filter(|_| row.awaited) {
            let incoming = Incoming::Receipt { effect: row.key.clone(), receipt };
            pending.push(Pending { id: Some(*id), workspace: row.workspace, incoming, received_at: now });
        } else if let Settled::Failed { problem, .. } = one {
            incidents.push(opened(*id, row, problem, now));
        }
    }
    batch.insert(&incident::ADD, incidents);
    batch.insert(&inbox::ADD, pending.iter().map(inbox::values));
    (batch, pending)
}

fn count(settled: &Settled) {
    let name = match settled {
        Settled::Sent { .. } => "sent",
        Settled::Again { .. } => "retried",
        Settled::Failed { .. } => "failed",
        Settled::Suppressed { .. } => "suppressed",
        Settled::Postponed { .. } => "postponed",
    };
    metrics::counter!("tradewind_deliveries_total", "outcome" => name, "channel" => settled.row().effect.payload.channel.clone())
        .increment(1);
}

fn opened(id: Uuid, row: &OutboxRow, problem: &Problem, now: Timestamp) -> Vec<Value> {
    let new = NewIncident {
        id,
        workspace: row.workspace,
        journey: row.journey,
        version: row.version,
        run: row.key.run,
        node: &row.key.node,
        visit: row.key.visit,
        delivery: true,
        problem,
    };
    new.values(now)
}

/// The mail the built-in mailbox took, as it would have been sent.
fn kept_mail(shared: &Shared, settled: &Settled, now: Timestamp) -> Option<Vec<Value>> {
    let Settled::Sent { row, output } = settled else { return None };
    if output.get("mailbox") != Some(&Json::Bool(true)) {
        return None;
    }
    let unsubscribe = row.customer.zip(shared.settings.unsubscribe.as_ref()).map(|(customer, make)| make(customer));
    let payload = super::tracked::as_sent(shared, row);
    let envelope = Envelope { key: &row.key, attempt: row.attempts + 1, payload: &payload, unsubscribe_url: unsubscribe.as_deref(), now };
    let mail = rendered(&envelope, &shared.connectors.sender).ok()?;
    let text = |text: &str| Value::from(text.replace('\0', "\u{fffd}"));
    Some(vec![
        row.id.into(),
        row.workspace.0.into(),
        text(&mail.to),
        text(&mail.from),
        text(&mail.subject),
        text(&mail.html),
        text(&mail.text),
        Value::json(&mail.headers),
        now.micros().into(),
    ])
}
