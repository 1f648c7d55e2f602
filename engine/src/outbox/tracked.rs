//! A mail as it leaves: with its reader's own address for unsubscribing, and the picture by which his program says that it was opened.

use crate::delivery::OutboxRow;
use crate::handle::Shared;
use std::borrow::Cow;
use tradewind_nodes::effect::{Payload, UNSUBSCRIBE_URL};

/// The payload as it is sent. Mail programs that fetch pictures by themselves open everything: a journey should not decide by
/// opens alone.
pub(super) fn as_sent<'a>(shared: &Shared, row: &'a OutboxRow) -> Cow<'a, Payload> {
    let payload = &row.effect.payload;
    let (Payload::Email(mail), Some(customer)) = (payload, row.customer) else { return Cow::Borrowed(payload) };
    let mut mail = Cow::Borrowed(mail);
    if let Some(make) = &shared.settings.unsubscribe
        && (mail.html.contains(UNSUBSCRIBE_URL) || mail.text.contains(UNSUBSCRIBE_URL))
    {
        let address = make(customer);
        let mail = mail.to_mut();
        mail.html = mail.html.replace(UNSUBSCRIBE_URL, &address);
        mail.text = mail.text.replace(UNSUBSCRIBE_URL, &address);
    }
    if let Some(make) = shared.settings.opened.as_ref().filter(|_| !mail.html.is_empty()) {
        let picture = format!("<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:none\">", make(&row.key, customer));
        let end = mail.html.rfind("</body>").unwrap_or(mail.html.len());
        mail.to_mut().html.insert_str(end, &picture);
    }
    match mail {
        Cow::Borrowed(_) => Cow::Borrowed(payload),
        Cow::Owned(mail) => Cow::Owned(Payload::Email(mail)),
    }
}
