//! Effects (to do outside, through the outbox) and commands (to do inside, in the same commit).

use crate::fact::ConsentScope;
use crate::predicate::Predicate;
use crate::time::{Duration, Timestamp};
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// What an effect does. Rendered when the step ran, so it is known what was meant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Payload {
    /// A mail.
    Email(Email),
    /// An HTTP request.
    Http(HttpRequest),
}

impl Payload {
    /// `email` or `http`: the channel, as frequency caps and deliveries name it.
    #[must_use]
    pub fn channel(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Http(_) => "http",
        }
    }
}

/// A mail, rendered.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Email {
    /// One address, checked when the step ran.
    pub to: String,
    /// `Name <address>`; the workspace's sender when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where answers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The subject line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part; made from the HTML when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Whether the recipient may unsubscribe from it in one click (RFC 8058): every mail that is not transactional.
    #[serde(default)]
    pub unsubscribe: bool,
    /// The language of the mail, BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// An HTTP request, rendered.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HttpRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// An absolute http or https address.
    pub url: String,
    /// Headers, names in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, empty when none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Whether it is signed by Standard Webhooks with the workspace's secret.
    #[serde(default)]
    pub sign: bool,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How many times it is tried in all.
    pub attempts: u32,
    /// How many bytes of the answer are read at most.
    pub max_response: u32,
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

/// Something to do inside, in the commit of the step.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Sets traits and tags of the customer. A null trait is removed.
    SetAttributes {
        /// Traits to set; null removes.
        traits: JsonMap,
        /// Tags to add.
        add_tags: Vec<String>,
        /// Tags to take away.
        remove_tags: Vec<String>,
    },
    /// Records an event about the customer; it may start and wake journeys as any other.
    RecordEvent {
        /// The event's name.
        name: String,
        /// Its properties.
        properties: JsonMap,
    },
    /// Starts another journey.
    StartJourney {
        /// The journey's slug.
        journey: String,
        /// The user id of the subject; the run's own customer when None.
        user_id: Option<String>,
        /// Becomes `event.properties` there.
        data: JsonMap,
    },
    /// Notes that the goal was reached.
    ReachGoal {
        /// The goal's name.
        goal: String,
    },
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
        problem: crate::issue::Problem,
    },
    /// A guard stopped it at the moment of sending.
    Suppressed {
        /// Which and why.
        why: crate::why::Why,
    },
}
