//! The built-in catcher: takes mail exactly as [`smtp`](crate::smtp) would and sends it nowhere. The engine keeps the mail,
//! as [`rendered`] describes it, in the commit that records the receipt.

use crate::attempt::{Attempt, Connector, Envelope};
use crate::mail::{Sender, rendered};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use tradewind_nodes::effect::Message;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::Email;

/// Catches mail.
#[derive(Clone, Debug)]
pub struct Mailbox {
    sender: Sender,
}

impl Mailbox {
    /// A catcher whose mail comes from `sender` when the effect names none.
    #[must_use]
    pub fn new(sender: Sender) -> Self {
        Self { sender }
    }
    /// Who mail comes from when the effect names none; give it to [`rendered`] to get the mail that was taken.
    #[must_use]
    pub fn sender(&self) -> &Sender {
        &self.sender
    }
}

impl Connector for Mailbox {
    fn name(&self) -> &'static str {
        "mailbox"
    }

    fn channels(&self) -> &'static [&'static str] {
        &[Email::CHANNEL]
    }

    /// Done with `{"message_id", "mailbox": true}`, or rejected for what [`rendered`] refuses.
    fn perform<'a>(&'a self, envelope: Envelope<'a>) -> BoxFuture<'a, Attempt> {
        async move {
            match rendered(&envelope, &self.sender) {
                Ok(mail) => Attempt::Done { output: json!({ "message_id": mail.message_id, "mailbox": true }) },
                Err(problem) => problem.into(),
            }
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        async { Ok(()) }.boxed()
    }

    fn concurrency(&self) -> usize {
        1024
    }
}
