//! Why something was decided: a closed list of what can be said, each with what it saw inside. English is its `Display`; the builder
//! has words for it in every language.
//!
//! Stored as `{"passed":"1h"}`, `"paused"`, `{"is":{"path":…,"value":62,"against":{"at_least":50}}}`: no sentence is kept beside its
//! data, and [`Why::seen`] is made when it is asked for. Tags are never renamed or reused: ledgers are full of them.

mod consent;
mod english;
mod seen;

pub use consent::{ConsentFound, ConsentState};

use crate::id::{NodeId, PortName, RunId};
use crate::kind::SegmentChange;
use crate::predicate::Finding;
use crate::time::{Duration, LocalTime, Timestamp, Zone};
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};

/// Why something was decided. Nothing here may hold more than the decision read: it is kept in the step ledger.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A call of the API started the run.
    StartedByApi,
    /// Another journey started it.
    StartedByJourney,
    /// This event started it.
    Came(String),
    /// It was put in where one of these events would have started it.
    PutIn(Vec<String>),
    /// The schedule, a cron expression, came round.
    CameRound(String),
    /// The customer crossed a segment's edge.
    Crossed {
        /// The segment.
        segment: String,
        /// Which way.
        change: SegmentChange,
    },
    /// The yearly day of a date.
    Anniversary {
        /// The fact with the date.
        fact: String,
        /// The date as it is written.
        date: String,
        /// Days after it; negative: before.
        days: i64,
    },

    /// So long passed.
    Passed(Duration),
    /// Sleeps so long.
    Sleeps {
        /// How long.
        length: Duration,
        /// Until when.
        until: Timestamp,
    },
    /// The time of day has come.
    TimeOfDay {
        /// The time.
        at: LocalTime,
        /// Whose clock.
        zone: Zone,
    },
    /// Sleeps until a time of day.
    SleepsUntilTime {
        /// The time.
        at: LocalTime,
        /// Whose clock.
        zone: Zone,
        /// Which instant that is.
        until: Timestamp,
    },
    /// The time of day never comes again.
    NoSuchTime {
        /// The time.
        at: LocalTime,
        /// Whose clock.
        zone: Zone,
    },
    /// The date in this fact has come.
    DateCame(String),
    /// The fact that should hold a date is missing.
    NoFact(String),
    /// A date was looked at.
    Date(Box<DateRead>),
    /// The event waited for came.
    EventCame {
        /// Which.
        event: String,
        /// When.
        at: Timestamp,
        /// What its filter found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<Box<Finding>>,
    },
    /// None of these events came.
    NoneCame {
        /// The events.
        names: Vec<String>,
        /// Within so long.
        within: Duration,
    },
    /// Waits for one of these events.
    WaitsFor {
        /// The events.
        names: Vec<String>,
        /// Until when.
        until: Timestamp,
    },
    /// Waits until something holds; this is how things are now.
    NotYet(Finding),
    /// It did not hold in time.
    StillNot {
        /// After so long.
        after: Duration,
        /// How things are.
        finding: Box<Finding>,
    },

    /// A number was drawn.
    Drew {
        /// In `0.0..1.0`.
        draw: f64,
        /// The way it leads.
        port: PortName,
    },
    /// A case held.
    Case {
        /// What people call it.
        name: String,
        /// What it found.
        finding: Box<Finding>,
    },
    /// No case held: each by its port, with what it found.
    NoCase(Vec<(String, Finding)>),
    /// Consent was looked at.
    ConsentFor(ConsentFound),

    /// Hands a mail over.
    SendsMail {
        /// The subject line.
        subject: String,
        /// The address.
        to: String,
    },
    /// The mail was sent.
    MailSent,
    /// Hands a request over.
    Requests {
        /// The method.
        method: String,
        /// The address.
        url: String,
    },
    /// A request was answered.
    Responded {
        /// The status.
        status: Json,
        /// Outputs that were not in the answer, each `name (path)`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<String>,
    },
    /// The effect did not happen.
    NotSent(Box<Why>),
    /// Changed the customer.
    Changed(Vec<Change>),
    /// Recorded an event.
    Recorded {
        /// Its name.
        event: String,
        /// Properties left out because their facts are missing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<String>,
    },
    /// Started another journey.
    Started {
        /// Its slug.
        journey: String,
        /// The user id of its subject, when that is another's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
    /// Did what a command is for; this is what it answered.
    Did {
        /// The command, which is called as the kind that gives it.
        command: String,
        /// Its answer.
        #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
        answer: JsonMap,
    },
    /// Reached this goal.
    Goal(String),
    /// Asks a person.
    Asks {
        /// Whom; anybody when None.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        whom: Option<String>,
        /// What.
        question: String,
    },
    /// A person answered.
    Answered(String),
    /// Nobody answered within so long.
    NoAnswer(Duration),
    /// The run ends here, for the reason the journey's author wrote.
    EndsFor(String),
    /// The run came to the node where it ends.
    EndsAt(NodeId),
    /// A script went on by this port.
    ScriptWent(PortName),
    /// A script sleeps so long.
    ScriptSleeps(Duration),
    /// A script ended the run, with its own reason.
    ScriptEnded(String),

    /// A person sent the run on.
    SentOn,
    /// The scenario sends it by this port.
    Forced(PortName),
    /// A person or the API ended the run, with these words.
    Cancelled(String),
    /// The node is not in this version of the journey.
    NodeGone(NodeId),
    /// Woke so late that the journey takes the same hour of the next day.
    NextWindow(Duration),
    /// Woke so late that the journey skips it.
    Stale(Duration),

    /// It was of use until then.
    TooLate(Timestamp),
    /// Consent was not there at the moment of sending.
    NoConsent(ConsentFound),
    /// The run was cancelled before the effect happened.
    CancelledBefore,
    /// What must still hold does not.
    NoLonger(Finding),
    /// The goal was reached before the effect happened.
    GoalBefore(Finding),
    /// The journey was left before the effect happened.
    LeftBefore(Finding),
    /// It waits for the end of the quiet hours.
    QuietHours {
        /// Their beginning.
        from: LocalTime,
        /// Their end.
        to: LocalTime,
        /// Whose clock.
        zone: Zone,
    },
    /// The frequency cap.
    Capped {
        /// Messages that count.
        messages: usize,
        /// Their channel.
        channel: String,
        /// Within so long.
        per: Duration,
        /// So many are allowed.
        most: u32,
    },

    /// The journey was paused.
    Paused,
    /// The journey was stopped.
    Stopped,
    /// The journey has no trigger for a start by the API or another journey.
    NoDoor,
    /// The template of the run key could not be rendered, in the problem's words.
    KeyTemplate(String),
    /// The fact of the run key has no value.
    KeyFact(String),
    /// The run key came out empty or too long.
    KeyLength,
    /// The journey is entered once.
    EnteredOnce {
        /// When it was.
        at: Timestamp,
        /// The run.
        run: RunId,
    },
    /// The journey is entered once in a period.
    EnteredRecently {
        /// When it was.
        at: Timestamp,
        /// The period.
        period: Duration,
        /// The run.
        run: RunId,
    },
    /// The run before is not over.
    StillInside {
        /// Since when.
        since: Timestamp,
        /// The run.
        run: RunId,
    },
    /// Two customers turned out to be one person, and then this.
    OnePerson(Box<Why>),
    /// An event that would make journeys feed themselves.
    Fed {
        /// The event.
        event: String,
        /// Journeys it came of, one after the other.
        depth: u32,
    },

    /// What a predicate found.
    #[serde(untagged)]
    Found(Finding),
    /// Somebody else's words: a problem's message, or a row from before reasons had a structure. JSON form: `{"rule": …, "seen": {…}}`.
    #[serde(untagged)]
    Words {
        /// The words.
        rule: String,
        /// The values seen, by the path of the fact.
        #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
        seen: JsonMap,
    },
}

/// A date that was read out of a fact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DateRead {
    /// The fact.
    pub fact: String,
    /// What it holds.
    pub value: Json,
    /// What that means.
    pub found: DateFound,
}

/// What a date means for a run that wants to sleep until then.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateFound {
    /// It is no date.
    NoDate,
    /// It has passed.
    Passed(Timestamp),
    /// It is further away than anybody sleeps.
    TooFar(Timestamp),
    /// It is to come.
    Ahead(Timestamp),
}

/// One change of a customer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A trait was set.
    Set(String, Json),
    /// A trait was removed.
    Removed(String),
    /// A trait was left as it was: its fact is missing.
    Kept(String),
    /// A tag was added.
    TagAdded(String),
    /// A tag was taken away.
    TagTaken(String),
}

impl Why {
    /// Somebody else's words.
    #[must_use]
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words { rule: words.into(), seen: JsonMap::new() }
    }
}

impl From<Finding> for Why {
    fn from(finding: Finding) -> Self {
        Self::Found(finding)
    }
}

#[cfg(test)]
mod tests;
