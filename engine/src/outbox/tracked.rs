//! A message as it leaves: with what is its reader's own.

use crate::delivery::OutboxRow;
use crate::handle::Shared;
use std::borrow::Cow;
use tradewind_nodes::effect::{Payload, Personal};
use tradewind_nodes::kinds;

/// The payload as it is sent: with its reader's own address for unsubscribing, and the one by which it is known to be opened. One that
/// does not read as a message of its channel goes as it is; its connector says what is wrong.
pub(super) fn as_sent<'a>(shared: &Shared, row: &'a OutboxRow) -> Cow<'a, Payload> {
    let payload = &row.effect.payload;
    let channel = kinds::channel(&payload.channel).filter(|channel| channel.to_person);
    let (Some(channel), Some(customer)) = (channel, row.customer) else { return Cow::Borrowed(payload) };
    let unsubscribe = shared.settings.unsubscribe.as_ref().map(|make| make(customer));
    let opened = shared.settings.opened.as_ref().map(|make| make(&row.key, customer));
    if unsubscribe.is_none() && opened.is_none() {
        return Cow::Borrowed(payload);
    }
    let personal = Personal { unsubscribe: unsubscribe.as_deref(), opened: opened.as_deref() };
    (channel.personalise)(payload, &personal).map_or(Cow::Borrowed(payload), Cow::Owned)
}
