//! What a node kind is: declared fields, ports, a check and one pure step.

pub use crate::outcome::{End, EventMatch, Outcome, Question, Then};

use crate::description::{Draft, Output, Preview, Summary};
use crate::effect::{Channel, Receipt};
use crate::fact::{FactScope, Facts, Needs};
use crate::field::Field;
use crate::id::{NodeId, PortName, RunId};
use crate::issue::FieldIssue;
use crate::predicate::Predicate;
use crate::settings::{Inherited, Settings};
use crate::time::{LocalTime, Span, Timestamp, Zone};
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a kind is for; the builder colours by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Family {
    Trigger,
    Condition,
    Delay,
    Action,
}

/// A way out of a node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Port {
    /// Its name.
    pub name: PortName,
    /// Whether the graph is wrong without an edge from it. A port that need not be wired ends the run (or, for `failed`, opens an incident).
    pub required: bool,
}

impl Port {
    /// A port that must be wired.
    #[must_use]
    pub fn required(name: PortName) -> Self {
        Self { name, required: true }
    }
    /// A port that may be left open.
    #[must_use]
    pub fn optional(name: PortName) -> Self {
        Self { name, required: false }
    }
}

/// A kind of node. Its type *is* its configuration: what deserializes is well formed.
pub trait Kind: Serialize + for<'de> Deserialize<'de> + Send + Sync + 'static {
    /// The stable, dotted name; never deleted or reused.
    const NAME: &'static str;
    /// What it is for.
    const FAMILY: Family;
    /// What it does, in a few English words; the builder translates by the name.
    const LABEL: &'static str;
    /// Its picture: what stands inside an SVG of 24 by 24 units, drawn in lines two units wide.
    const ICON: &'static str;
    /// Whether it reaches somebody outside, so that people want to know how long after the trigger that is.
    const REACHES_OUT: bool = false;
    /// The channel of its effects.
    const CHANNEL: Option<Channel> = None;
    /// What the builder shows of a node besides its form.
    const PREVIEW: Option<Preview> = None;
    /// The declared fields, in the order of the form.
    fn fields() -> Vec<Field>;
    /// The line on the card of a node.
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::shortest(draft)
    }
    /// What a node puts out for the nodes after it.
    fn outputs(_draft: Draft<'_>) -> Vec<Output> {
        Vec::new()
    }
    /// The names of events that a node starts runs or goes on by.
    fn listens(_draft: Draft<'_>) -> Vec<String> {
        Vec::new()
    }
    /// Fills in what a node leaves to its workspace.
    fn inherit(_config: &mut JsonMap, _from: &Inherited) {}
    /// The ways out, in order.
    fn ports(&self) -> Vec<Port>;
    /// Everything wrong with the configuration that its types cannot say.
    fn check(&self, _scope: &FactScope) -> Vec<FieldIssue> {
        Vec::new()
    }
    /// What must be loaded before [`step`](Kind::step).
    fn needs(&self, _needs: &mut Needs) {}
    /// What starts runs, for triggers.
    fn trigger(&self) -> Option<Trigger> {
        None
    }
    /// Whether a way through this node takes time, so that a loop through it is legal.
    fn delays(&self) -> bool {
        matches!(Self::FAMILY, Family::Delay)
    }
    /// How long a run stays before it leaves by `port`, as far as the configuration alone tells.
    fn takes(&self, _port: &PortName) -> Span {
        Span::ZERO
    }
    /// Decides. Called on entering the node and again whenever what it asked for has come ([`Resume`]).
    fn step(&self, cx: &StepCx<'_>) -> Outcome;
}

/// What starts runs of a journey.
#[derive(Clone, PartialEq, Debug)]
pub enum Trigger {
    /// An event with one of these names for which the filter holds.
    Event {
        /// Exact names.
        names: Vec<String>,
        /// Must hold; `event.…` is the event itself.
        filter: Predicate,
    },
    /// A cron expression in a zone, for every customer of the audience (or once with no customer when there is none).
    Schedule {
        /// Five fields.
        cron: String,
        /// Whose clock; the journey's, then UTC, when None.
        zone: Option<Zone>,
        /// For whom.
        audience: Option<Predicate>,
    },
    /// Once a year, on the day of a date trait.
    Anniversary {
        /// The fact with the date.
        fact: String,
        /// Days after (or, negative, before) the day.
        offset_days: i64,
        /// On the person's clock.
        at: LocalTime,
        /// What a 29 February becomes in a common year.
        leap_day: LeapDay,
        /// For whom.
        audience: Option<Predicate>,
    },
    /// A customer entered or left a segment.
    Segment {
        /// The segment's name.
        segment: String,
        /// Which way.
        change: SegmentChange,
    },
    /// A call of the API.
    Api,
    /// The action `journey.start` of another journey.
    Journey,
}

/// What the 29th of February becomes in a common year.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeapDay {
    /// 28 February.
    #[default]
    Feb28,
    /// 1 March.
    Mar1,
}

/// Which way a customer crossed a segment's edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum SegmentChange {
    Entered,
    Left,
}

/// Why a node is being stepped.
#[derive(Clone, Copy, Debug)]
pub enum Resume<'a> {
    /// The run has just come in.
    Enter,
    /// The instant it slept until has come.
    Woke,
    /// An awaited event came.
    Event(&'a crate::fact::Event),
    /// The deadline of a wait passed.
    TimedOut,
    /// Something the awaited predicate reads may have changed.
    Changed,
    /// The effect it waits for has an outcome.
    Receipt(&'a Receipt),
    /// The person asked has answered.
    Answer(&'a Json),
}

/// All that a step may look at.
pub struct StepCx<'a> {
    /// The instant of the step; never read a clock.
    pub now: Timestamp,
    /// What is known about the subject.
    pub facts: Facts<'a>,
    /// The journey's settings.
    pub settings: &'a Settings,
    /// Tells the journey from others, in every version; empty where it has no id.
    pub journey: &'a str,
    /// The run.
    pub run: RunId,
    /// The node being stepped.
    pub node: &'a NodeId,
    /// How many times the run has entered it, from 1.
    pub visit: u32,
    /// When this visit began.
    pub since: Timestamp,
    /// Why it is stepped.
    pub resume: Resume<'a>,
    /// Ports of this node that have an edge.
    pub wired: &'a BTreeSet<PortName>,
}

impl StepCx<'_> {
    /// Whether something is joined to `port`.
    #[must_use]
    pub fn wired(&self, port: &PortName) -> bool {
        self.wired.contains(port)
    }
    /// The person's zone; else the journey's; else UTC.
    #[must_use]
    pub fn zone(&self) -> Zone {
        let own = self.facts.customer.and_then(crate::fact::Customer::zone);
        own.or_else(|| self.settings.timezone.clone()).unwrap_or(Zone::UTC)
    }
    /// A number in `0.0..1.0`, the same whenever this visit is replayed.
    #[must_use]
    pub fn random(&self) -> f64 {
        unit(&[self.run.0.as_bytes(), self.node.as_str().as_bytes(), &self.visit.to_le_bytes()])
    }
    /// A number in `0.0..1.0`, the same for this person and `salt` in every run and version: for splits that must stick.
    /// Runs about no person fall back to the run.
    #[must_use]
    pub fn sticky(&self, salt: &str) -> f64 {
        let subject = self.facts.customer.map_or(self.run.0, |c| c.id.0);
        unit(&[subject.as_bytes(), salt.as_bytes()])
    }
}

/// SHA-256 of the parts, its first 53 bits as a fraction: uniform, and the same on every machine.
fn unit(parts: &[&[u8]]) -> f64 {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut first = [0u8; 8];
    first.copy_from_slice(&digest[..8]);
    (u64::from_le_bytes(first) >> 11) as f64 / (1u64 << 53) as f64
}

/// A kind with its configuration, its type forgotten.
pub trait AnyKind: Send + Sync {
    /// [`Kind::NAME`].
    fn name(&self) -> &str;
    /// [`Kind::FAMILY`].
    fn family(&self) -> Family;
    /// [`Kind::ports`].
    fn ports(&self) -> Vec<Port>;
    /// [`Kind::check`].
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue>;
    /// [`Kind::needs`].
    fn needs(&self, needs: &mut Needs);
    /// [`Kind::trigger`].
    fn trigger(&self) -> Option<Trigger>;
    /// [`Kind::delays`].
    fn delays(&self) -> bool;
    /// [`Kind::takes`].
    fn takes(&self, port: &PortName) -> Span;
    /// [`Kind::step`].
    fn step(&self, cx: &StepCx<'_>) -> Outcome;
}

impl<K: Kind> AnyKind for K {
    fn name(&self) -> &str {
        K::NAME
    }
    fn family(&self) -> Family {
        K::FAMILY
    }
    fn ports(&self) -> Vec<Port> {
        Kind::ports(self)
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        Kind::check(self, scope)
    }
    fn needs(&self, needs: &mut Needs) {
        Kind::needs(self, needs);
    }
    fn trigger(&self) -> Option<Trigger> {
        Kind::trigger(self)
    }
    fn delays(&self) -> bool {
        Kind::delays(self)
    }
    fn takes(&self, port: &PortName) -> Span {
        Kind::takes(self, port)
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        Kind::step(self, cx)
    }
}

/// A kind as palettes and forms see it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindSpec {
    /// The stable name.
    pub name: String,
    /// What it is for.
    pub family: Family,
    /// What it does, in a few words.
    pub label: String,
    /// The declared fields.
    pub fields: Vec<Field>,
}

/// A kind as a canvas sees it: its form and the ways out of a new node. Those of a workspace's own kinds are always the same.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindOutline {
    /// Its form.
    #[serde(flatten)]
    pub spec: KindSpec,
    /// The ways out.
    pub ports: Vec<Port>,
}
