//! The settings of a journey, published with its graph.

use crate::predicate::Predicate;
use crate::time::{Duration, LocalTime, Zone};
use serde::{Deserialize, Serialize};

/// Who may enter again, and when.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Reentry {
    /// Every matching trigger starts a run.
    Always,
    /// One run for each key, ever.
    Once,
    /// One run for each key in each period, counted from the entry of the last.
    OncePer {
        /// The period.
        period: Duration,
    },
    /// One run for each key at a time.
    #[default]
    NotWhileInside,
}

/// Hours in which no message leaves; it waits for their end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// When they begin, on the person's clock.
    pub from: LocalTime,
    /// When they end; before `from` means the next morning.
    pub to: LocalTime,
}

/// At most so many messages of a channel to a person within a period, over all journeys.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrequencyCap {
    /// How many.
    pub max: u32,
    /// Within how long.
    pub per: Duration,
}

/// At most so many entries within a period; further ones wait their turn.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// How many.
    pub max: u32,
    /// Within how long.
    pub per: Duration,
}

/// What becomes of a step that fell due while the engine was down.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outage {
    /// It runs as soon as it can.
    #[default]
    Run,
    /// It is skipped (the run goes on by `next`, an effect is not sent) when it is later than this.
    SkipAfter {
        /// How late is too late.
        late: Duration,
    },
    /// It waits for the same time of the next day when it is later than this.
    NextWindow {
        /// How late is too late.
        late: Duration,
    },
}

/// The settings of a journey.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Who may enter again.
    pub reentry: Reentry,
    /// What makes a run unique: a fact path or template, `{{event.properties.cart_id}}`; the customer when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_key: Option<String>,
    /// Reached: the run ends as a success the moment an event makes it hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<Predicate>,
    /// The run ends the moment an event makes it hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<Predicate>,
    /// The zone of people who have none of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Zone>,
    /// Hours in which no message leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// Messages to a person, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_cap: Option<FrequencyCap>,
    /// Runs at a time, at most; further ones wait their turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Entries within a period, at most; further ones wait their turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// What an outage does to a due step.
    pub outage: Outage,
}

/// What a workspace says once for all its journeys, as far as it changes what they do. Other members of its settings are passed over.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Inherited {
    /// Who mail comes from when its step names nobody.
    pub sender: Option<Sender>,
    /// Where answers go when the step says nothing.
    pub reply_to: Option<String>,
    /// The zone of people who have none of their own.
    pub timezone: Option<Zone>,
    /// Hours in which no message leaves, for journeys that name none.
    pub quiet_hours: Option<QuietHours>,
    /// Messages to a person, at most, for journeys that name no cap.
    pub frequency_cap: Option<FrequencyCap>,
}

/// Who mail comes from.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Sender {
    /// What the reader sees; may be empty.
    #[serde(default)]
    pub name: String,
    /// The address.
    pub email: String,
}

impl Sender {
    /// `Name <address>`, or the address alone.
    #[must_use]
    pub fn written(&self) -> String {
        if self.name.is_empty() { self.email.clone() } else { format!("{} <{}>", self.name, self.email) }
    }
}

impl Inherited {
    /// Fills in what a journey's settings leave to its workspace; for its nodes, too, see [`Graph::inherit`](crate::graph::Graph::inherit).
    pub(crate) fn fill(&self, own: &mut Settings) {
        own.timezone = own.timezone.take().or_else(|| self.timezone.clone());
        own.quiet_hours = own.quiet_hours.take().or_else(|| self.quiet_hours.clone());
        own.frequency_cap = own.frequency_cap.take().or_else(|| self.frequency_cap.clone());
    }
}
