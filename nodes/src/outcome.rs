//! What a step decides: the closed list of ways on.

use crate::JsonMap;
use crate::command::{Args, Command};
use crate::effect::Effect;
use crate::id::PortName;
use crate::issue::Problem;
use crate::predicate::Predicate;
use crate::time::{Duration, Timestamp};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// What a step decided. Every outcome says why.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Outcome {
    /// Go on by `port` now.
    Go {
        /// The way.
        port: PortName,
        /// Becomes `steps.<node>.…`.
        output: Option<JsonMap>,
        /// Why.
        why: Why,
    },
    /// Come back at `until` with [`Resume::Woke`]. An instant that has passed comes back at once.
    Sleep {
        /// When.
        until: Timestamp,
        /// Why.
        why: Why,
    },
    /// Come back with [`Resume::Event`] on the first event that matches, or with [`Resume::TimedOut`].
    Await {
        /// What to wait for.
        event: EventMatch,
        /// Until when; for ever when None.
        deadline: Option<Timestamp>,
        /// Why.
        why: Why,
    },
    /// Come back with [`Resume::Changed`] when an event or time may have changed the answer, or with [`Resume::TimedOut`].
    AwaitChange {
        /// The next instant at which time alone could change it.
        check_at: Option<Timestamp>,
        /// Until when.
        deadline: Option<Timestamp>,
        /// Why.
        why: Why,
    },
    /// Put an effect into the outbox.
    Effect {
        /// What.
        effect: Box<Effect>,
        /// Then.
        then: Then,
        /// Why.
        why: Why,
    },
    /// Do commands in this commit and go on by `port`. The first that fails fails the step: what those before it did stays done, and
    /// each knows itself again when the step is tried once more.
    Command {
        /// What, in order.
        commands: Vec<Command>,
        /// The way on.
        port: PortName,
        /// Becomes `steps.<node>.…`, together with what the commands answer.
        output: Option<JsonMap>,
        /// Why; what the commands answered when None.
        why: Option<Why>,
    },
    /// Ask a person, and come back with [`Resume::Answer`] or [`Resume::TimedOut`].
    Ask {
        /// What to ask.
        question: Question,
        /// Until when.
        deadline: Option<Timestamp>,
        /// Why.
        why: Why,
    },
    /// The run ends here.
    Exit {
        /// How.
        end: End,
        /// Commands to do on the way out.
        commands: Vec<Command>,
        /// Why.
        why: Why,
    },
    /// The step cannot be done: by the `failed` port when it is wired, else an incident.
    Fail {
        /// What went wrong.
        problem: Problem,
    },
}

impl Outcome {
    /// Do one command and go on by `next`.
    #[must_use]
    pub fn command<A: Args>(args: &A, why: Option<Why>) -> Self {
        match Command::of(args) {
            Ok(command) => Self::Command { commands: vec![command], port: PortName::NEXT, output: None, why },
            Err(problem) => Self::Fail { problem },
        }
    }
}

/// How a run goes on after its effect is in the outbox.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Then {
    /// At once, by this port.
    Go(PortName),
    /// When the effect's outcome is known, with [`Resume::Receipt`].
    AwaitReceipt,
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// It came to a port with nothing behind it.
    Completed,
    /// It reached an `exit` node or the journey's exit predicate held.
    Exited {
        /// Why, in words.
        reason: String,
    },
    /// It reached its goal.
    Goal {
        /// The goal.
        goal: String,
    },
    /// A person or the API ended it.
    Cancelled {
        /// Why, in words.
        reason: String,
    },
}

/// Which event ends a wait.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EventMatch {
    /// Any of these names.
    pub names: Vec<String>,
    /// Must hold; `event.…` is the event that came, `run`, `steps` and `customer` are the run's. For the event that started the run see `same`.
    #[serde(default)]
    pub filter: Predicate,
    /// Paths (below `properties`) that must be equal in the event that came and in the one that started the run, as `cart_id`.
    #[serde(default)]
    pub same: Vec<String>,
    /// An event this long before the wait began counts too.
    #[serde(default)]
    pub look_back: Duration,
}

/// A question to a person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// One line.
    pub title: String,
    /// What there is to know.
    pub body: String,
    /// Who should answer; anybody when None.
    pub assignee: Option<String>,
    /// The answers to choose from, each also a port.
    pub answers: Vec<String>,
}
