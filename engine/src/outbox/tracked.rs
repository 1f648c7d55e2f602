//! A mail as it leaves: with the picture by which its reader's program says that it was opened.

use crate::delivery::OutboxRow;
use crate::handle::Shared;
use std::borrow::Cow;
use tradewind_nodes::effect::Payload;

/// The payload as it is sent. Mail programs that fetch pictures by themselves open everything: a journey should not decide by
/// opens alone.
pub(super) fn as_sent<'a>(shared: &Shared, row: &'a OutboxRow) -> Cow<'a, Payload> {
    let payload = &row.effect.payload;
    let (Payload::Email(mail), Some(make), Some(customer)) = (payload, &shared.settings.opened, row.customer) else {
        return Cow::Borrowed(payload);
    };
    if mail.html.is_empty() {
        return Cow::Borrowed(payload);
    }
    let mut mail = mail.clone();
    let picture = format!("<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:none\">", make(&row.key, customer));
    let end = mail.html.rfind("</body>").unwrap_or(mail.html.len());
    mail.html.insert_str(end, &picture);
    Cow::Owned(Payload::Email(mail))
}
