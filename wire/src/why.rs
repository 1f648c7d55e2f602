//! Why something was decided, and `/api/v1/journeys/{slug}/why`: why a person did, or did not, get what a journey sends.

use serde::{Deserialize, Serialize};
use tradewind_nodes::JsonMap;
use tradewind_nodes::answer::{Answered, Happened};
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// Why something was decided.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// The rule that decided, in English: `event.properties.value is 62, at least 50`.
    pub rule: String,
    /// The same as data, for those who say it in words of their own: one tag with what it saw, as
    /// `{"is":{"path":"event.properties.value","value":62,"against":{"at_least":50}}}`; a tag alone where there is nothing more to say,
    /// as `"paused"`; `{"rule":…}` where the words are somebody else's, as a mail server's.
    pub said: Why,
    /// The values seen, by the path of the fact.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub seen: JsonMap,
}

impl From<Why> for Reason {
    fn from(why: Why) -> Self {
        Self { rule: why.to_string(), seen: why.seen(), said: why }
    }
}

words! {
    /// What became of a person in a journey, in one word.
    Verdict {
        /// Something was sent to them.
        Received = "received",
        /// They are inside, or something is about to be sent.
        Waiting = "waiting",
        /// They were not let in.
        Refused = "refused",
        /// A guard stopped what was to be sent.
        Suppressed = "suppressed",
        /// Something went wrong.
        Failed = "failed",
        /// Nothing happened that would let them in.
        NeverTriggered = "never_triggered",
        /// They left by an exit.
        Exited = "exited",
        /// They reached the goal.
        Goal = "goal",
        /// They went through to the end.
        Completed = "completed",
        /// A person or the API ended their run.
        Cancelled = "cancelled",
    }
}

/// One recorded fact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordedFact {
    /// When.
    pub at: Timestamp,
    /// What happened, in English.
    pub what: String,
    /// The same as data: one tag with what belongs to it, as `{"entered":3}`.
    pub said: Happened,
    /// Why: the rule that decided and the values it saw.
    pub why: Option<Reason>,
}

/// The answer to "why did they, or did they not".
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// Who.
    pub customer: CustomerId,
    /// The journey's slug.
    pub journey: String,
    /// In one word.
    pub verdict: Verdict,
    /// In one English sentence.
    pub answer: String,
    /// The same as data: `answer`, one tag with what belongs to it, as `{"sent":{"title":…,"recipient":…,"at":…,"count":1}}`, and
    /// `refused_since` when another entry was refused after that.
    pub said: Answered,
    /// What it rests on, the first first.
    pub facts: Vec<RecordedFact>,
}
