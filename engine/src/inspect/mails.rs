//! The built-in mailbox: every mail a journey sent while no real server was configured.

use tradewind_commerce::reading::{ReadError, at, below, json};
use tradewind_nodes::Json;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Row, Value};
use uuid::Uuid;

/// A mail in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct MailSummary {
    /// The delivery's id.
    pub id: Uuid,
    /// To whom.
    pub recipient: String,
    /// From whom.
    pub sender: String,
    /// The subject line.
    pub subject: String,
    /// When it was caught.
    pub at: Timestamp,
}

/// One mail.
#[derive(Clone, PartialEq, Debug)]
pub struct Mail {
    /// What the list says.
    pub summary: MailSummary,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// The headers.
    pub headers: Json,
}

pub(super) const ALL: &str =
    "SELECT id, recipient, sender, subject, at FROM mails WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
pub(super) const TO: &str =
    "SELECT id, recipient, sender, subject, at FROM mails WHERE workspace_id = $1 AND recipient = $4 AND id < $2 ORDER BY id DESC LIMIT $3";
pub(super) const ONE: &str =
    "SELECT id, recipient, sender, subject, at, html, text, headers FROM mails WHERE workspace_id = $1 AND id = $2 LIMIT 1";

/// Mails, the newest first, below the id `before`; to one address when given.
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    recipient: Option<&str>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<MailSummary>, ReadError> {
    let mut args: Vec<Value> = vec![workspace.0.into(), below(before).into(), limit.into()];
    let sql = match recipient {
        Some(recipient) => {
            args.push(recipient.replace('\0', "").into());
            TO
        }
        None => ALL,
    };
    Ok(db.query(sql, args).await?.iter().map(summary).collect::<Result<_, _>>()?)
}

/// One mail.
pub async fn get(db: &Db, workspace: WorkspaceId, id: Uuid) -> Result<Option<Mail>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), id.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Mail {
        summary: summary(row)?,
        html: row.text(5)?.to_owned(),
        text: row.text(6)?.to_owned(),
        headers: json(row, 7, format_args!("the headers of mail {id}"))?,
    }))
}

fn summary(row: &Row) -> Result<MailSummary, tradewind_store::StoreError> {
    Ok(MailSummary {
        id: row.uuid(0)?,
        recipient: row.text(1)?.to_owned(),
        sender: row.text(2)?.to_owned(),
        subject: row.text(3)?.to_owned(),
        at: at(row, 4)?,
    })
}
