//! The built-in mailbox: every mail a journey sent while no real server was configured.

use tradewind_commerce::reading::{ReadError, below};
use tradewind_nodes::Json;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::record;
use tradewind_store::{Db, Value};
use uuid::Uuid;

record! {
    /// A mail in a list.
    #[derive(PartialEq)]
    pub struct MailSummary of "mails" key [id] {
        /// The delivery's id.
        id: uuid => Uuid,
        /// To whom.
        recipient: text,
        /// From whom.
        sender: text,
        /// The subject line.
        subject: text,
        /// When it was caught.
        at: int => Timestamp,
    }
}

record! {
    struct Whole of "mails" key [id] {
        id: uuid => Uuid,
        recipient: text,
        sender: text,
        subject: text,
        at: int => Timestamp,
        html: text,
        text: text,
        headers: json => Json,
    }
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
    Ok(db.query(sql, args).await?.read()?)
}

/// One mail.
pub async fn get(db: &Db, workspace: WorkspaceId, id: Uuid) -> Result<Option<Mail>, ReadError> {
    let rows = db.query(ONE, vec![workspace.0.into(), id.into()]).await?;
    Ok(rows.first_as()?.map(|Whole { id, recipient, sender, subject, at, html, text, headers }| {
        let summary = MailSummary { id, recipient, sender, subject, at };
        Mail { summary, html, text, headers }
    }))
}
