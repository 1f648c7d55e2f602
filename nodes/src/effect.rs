//! Effects: what a step asks for outside, through the outbox.

use crate::fact::ConsentScope;
use crate::id::NodeId;
use crate::issue::Problem;
use crate::predicate::Predicate;
use crate::time::Timestamp;
use crate::{Json, JsonMap};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What `{{unsubscribe_url}}` becomes in a mail until it is sent: whose own address it is, is known to the sender alone.
pub const UNSUBSCRIBE_URL: &str = "https://unsubscribe.invalid/";

/// Something to do outside.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Effect {
    /// What.
    pub payload: Payload,
    /// What must still hold at the moment of sending.
    #[serde(default)]
    pub guards: Guards,
    /// How often it may happen when a crash falls between doing and recording.
    #[serde(default)]
    pub delivery: DeliveryMode,
}

/// How often an effect may happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// Tried until it is known to be done; only a crash between doing and recording can repeat it, under the same key.
    #[default]
    AtLeastOnce,
    /// Marked before it is tried and never tried again.
    AtMostOnce,
}

/// What an effect sends, by which channel. Rendered when the step ran, so it is known what was meant. The kind that makes it and the
/// connector that sends it know its type ([`Message`]); to everybody between them it is data.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Payload {
    /// The channel, as frequency caps, deliveries and connectors name it: `email`.
    #[serde(rename = "type")]
    pub channel: String,
    /// The message.
    #[serde(flatten)]
    pub message: JsonMap,
}

impl Payload {
    /// The payload that carries `message`.
    ///
    /// # Errors
    /// `effect.message` when the message has no JSON form.
    pub fn of<M: Message>(message: &M) -> Result<Self, Problem> {
        match serde_json::to_value(message) {
            Ok(Json::Object(message)) => Ok(Self { channel: M::CHANNEL.to_owned(), message }),
            _ => Err(Problem::new("effect.message", format!("the message for {} cannot be written down: report it", M::CHANNEL))),
        }
    }

    /// The message it carries.
    ///
    /// # Errors
    /// `connector.payload` when it is of another channel or does not read as its messages do.
    pub fn read<M: Message>(&self) -> Result<M, Problem> {
        if self.channel != M::CHANNEL {
            let words = format!("an effect of channel {:?} was given to {}: choose a connector of its channel", self.channel, M::CHANNEL);
            return Err(Problem::new("connector.payload", words));
        }
        M::deserialize(Json::Object(self.message.clone())).map_err(|error| {
            let words = format!("the effect does not read as a message of {}: {error}", M::CHANNEL);
            Problem::new("connector.payload", words)
        })
    }
}

/// What a channel sends. It is declared beside the kind that makes it, which names the channel ([`Kind::CHANNEL`](crate::kind::Kind::CHANNEL));
/// the connector of the channel reads it.
pub trait Message: Serialize + DeserializeOwned {
    /// The channel.
    const CHANNEL: &'static str;
    /// Whether it speaks to a person, as a mail does and a request to a server does not. Only such messages count for caps, and are not
    /// sent once the run was cancelled or has reached what it was for.
    const TO_PERSON: bool = true;
    /// What everybody may know of it.
    fn about(&self) -> About;
    /// Makes it its reader's own, just before it is sent.
    fn personalise(&mut self, _with: &Personal<'_>) {}
    /// What the outside world answers in a dry run; `reply` is what a scenario lets it answer.
    ///
    /// # Errors
    /// When that answer is a failure.
    fn simulated(node: &NodeId, _reply: Option<&Json>) -> Result<Json, Problem> {
        Ok(serde_json::json!({ "message_id": format!("<{node}@simulation>") }))
    }
}

/// What everybody may know of a message.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// Whom or what it goes to: an address.
    pub recipient: String,
    /// A line that tells it from others: a subject.
    pub title: String,
    /// Its text; empty when it is in `html` alone.
    pub text: String,
    /// The same as HTML; empty when it has none.
    pub html: String,
    /// Its language, BCP 47.
    pub locale: Option<String>,
    /// How many times it is tried in all.
    pub attempts: u32,
    /// Whether its reader may unsubscribe from it in one click.
    pub unsubscribe: bool,
}

/// What is known of the reader alone, and only when a message is sent.
#[derive(Clone, Copy)]
pub struct Personal<'a> {
    /// Their own address for unsubscribing; stands for [`UNSUBSCRIBE_URL`].
    pub unsubscribe: Option<&'a str>,
    /// An address that is fetched when the message is opened.
    pub opened: Option<&'a str>,
}

/// A channel, as the kinds declare it.
#[derive(Clone, Copy)]
pub struct Channel {
    /// Its name.
    pub name: &'static str,
    /// [`Message::TO_PERSON`].
    pub to_person: bool,
    /// [`Message::about`].
    pub about: fn(&Payload) -> Result<About, Problem>,
    /// [`Message::personalise`].
    pub personalise: fn(&Payload, &Personal<'_>) -> Result<Payload, Problem>,
    /// [`Message::simulated`].
    pub simulated: fn(&NodeId, Option<&Json>) -> Result<Json, Problem>,
}

impl Channel {
    /// The channel of these messages.
    #[must_use]
    pub const fn of<M: Message>() -> Self {
        Self {
            name: M::CHANNEL,
            to_person: M::TO_PERSON,
            about: |payload| Ok(payload.read::<M>()?.about()),
            personalise: |payload, with| {
                let mut message = payload.read::<M>()?;
                message.personalise(with);
                Payload::of(&message)
            },
            simulated: M::simulated,
        }
    }
}

/// What must still hold when an effect is about to happen; otherwise it is suppressed, with the reason.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Guards {
    /// Consent that must be granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentScope>,
    /// A predicate that must still hold ("the cart is still open").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still: Option<Predicate>,
    /// Whether frequency caps count and stop it.
    #[serde(default)]
    pub capped: bool,
    /// Whether it waits out quiet hours.
    #[serde(default)]
    pub quiet: bool,
    /// After this instant it is of no use and is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
}

/// What became of an effect, told to the run that waits for it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Receipt {
    /// Done. `output` holds what the connector learnt: `status`, `headers` and `body` of an answer, `message_id` of a mail.
    Done {
        /// What the connector learnt.
        output: Json,
    },
    /// Not done, and it will not be tried again.
    Failed {
        /// What went wrong.
        problem: Problem,
    },
    /// A guard stopped it at the moment of sending.
    Suppressed {
        /// Which and why.
        why: crate::why::Why,
    },
}
