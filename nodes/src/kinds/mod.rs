//! The kinds of nodes, one file each, and the registry that finds them by name.
//!
//! A new kind is its file and one line in `builtin!`. A name once stored is never deleted or reused.

mod action_customer_set;
mod action_email_send;
mod action_event_record;
mod action_exit;
mod action_goal;
mod action_http_request;
mod action_journey_start;
mod action_loyalty_award;
mod action_script_run;
mod action_task_ask;
mod address;
mod condition_consent;
mod condition_if;
mod condition_split;
mod condition_switch;
mod delay_for;
mod delay_until_date;
mod delay_until_time;
mod headers;
mod nearest;
mod outlines;
mod ports;
mod receipt;
mod rendered;
mod shape;
#[cfg(test)]
mod stage;
mod trigger_anniversary;
mod trigger_api;
mod trigger_event;
mod trigger_journey;
mod trigger_schedule;
mod trigger_segment;
mod wait_event;
mod wait_until;

pub use action_customer_set::CustomerSet;
pub use action_email_send::{Email, EmailSend, Purpose};
pub use action_event_record::EventRecord;
pub use action_exit::Exit;
pub use action_goal::{Goal, ReachGoal};
pub use action_http_request::{HttpRequest, HttpSend, Method};
pub use action_journey_start::{JourneyStart, StartJourney};
pub use action_loyalty_award::{AwardPoints, LoyaltyAward, PointsChange};
pub use action_script_run::ScriptRun;
pub use action_task_ask::TaskAsk;
pub use condition_consent::Consent;
pub use condition_if::If;
pub use condition_split::{Split, Way};
pub use condition_switch::{Case, Switch};
pub use delay_for::DelayFor;
pub use delay_until_date::UntilDate;
pub use delay_until_time::{UntilTime, next_local};
pub(crate) use outlines::inherit;
use outlines::{Outline, outline};
pub use outlines::{Outlines, about, channel, channel_icon, channels, icon, to_person};
pub use trigger_anniversary::{OnAnniversary, day_of, next_anniversary};
pub use trigger_api::OnApi;
pub use trigger_event::OnEvent;
pub use trigger_journey::OnJourney;
pub use trigger_schedule::{OnSchedule, next_tick};
pub use trigger_segment::OnSegment;
pub use wait_event::WaitEvent;
pub use wait_until::WaitUntil;

use crate::JsonMap;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{AnyKind, Kind};
use crate::script::ScriptKind;
use std::sync::Arc;

/// The longest a node may sleep or wait: five years.
pub(crate) const LONGEST: crate::time::Duration = crate::time::Duration::from_days(5 * 366);

type Parsed = Result<Arc<dyn AnyKind>, Vec<FieldIssue>>;

/// Every built-in kind, in the order of the palette, each put through a function: a list a program does not name is not in it.
macro_rules! builtin {
    ($each:ident) => {
        [
            $each::<OnEvent>(),
            $each::<OnSchedule>(),
            $each::<OnAnniversary>(),
            $each::<OnSegment>(),
            $each::<OnApi>(),
            $each::<OnJourney>(),
            $each::<If>(),
            $each::<Switch>(),
            $each::<Split>(),
            $each::<Consent>(),
            $each::<DelayFor>(),
            $each::<UntilTime>(),
            $each::<UntilDate>(),
            $each::<WaitEvent>(),
            $each::<WaitUntil>(),
            $each::<EmailSend>(),
            $each::<HttpSend>(),
            $each::<CustomerSet>(),
            $each::<EventRecord>(),
            $each::<JourneyStart>(),
            $each::<LoyaltyAward>(),
            $each::<ScriptRun>(),
            $each::<TaskAsk>(),
            $each::<Exit>(),
            $each::<Goal>(),
        ]
    };
}

/// What a built-in kind does, once it has a configuration.
struct Entry {
    name: &'static str,
    parse: fn(&JsonMap) -> Parsed,
    #[cfg(test)]
    read_back: fn(&JsonMap) -> Result<JsonMap, Vec<FieldIssue>>,
}

const fn entry<K: Kind>() -> Entry {
    Entry {
        name: K::NAME,
        parse: |config| typed::<K>(config).map(|kind| Arc::new(kind) as Arc<dyn AnyKind>),
        #[cfg(test)]
        read_back: |config| match serde_json::to_value(typed::<K>(config)?) {
            Ok(crate::Json::Object(map)) => Ok(map),
            other => Err(vec![FieldIssue::new("", IssueCode::Invalid, format!("{other:?} is not an object"))]),
        },
    }
}

static BUILTIN: &[Entry] = &builtin!(entry);
static OUTLINES: &[Outline] = &builtin!(outline);

/// A kind's configuration from its JSON form, or everything wrong with that form, each at its own field.
fn typed<K: Kind>(config: &JsonMap) -> Result<K, Vec<FieldIssue>> {
    let issues = shape::check(K::NAME, &K::fields(), config);
    if !issues.is_empty() {
        return Err(issues);
    }
    let config = crate::Json::Object(shape::filled(config));
    serde_json::from_value(config).map_err(|e| vec![FieldIssue::new("", IssueCode::Invalid, format!("{}: {e}", K::NAME))])
}

/// The kinds a workspace knows: the built-in ones and its own, written in Rhai. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    scripts: Arc<[Arc<ScriptKind>]>,
    outlines: Outlines,
}

impl Registry {
    /// The built-in kinds alone.
    #[must_use]
    pub fn builtin() -> Self {
        Self { scripts: Arc::from([]), outlines: Outlines::builtin() }
    }

    /// The built-in kinds and `scripts`.
    ///
    /// # Errors
    /// When a script has the name of another kind.
    pub fn with_scripts(scripts: Vec<Arc<ScriptKind>>) -> Result<Self, FieldIssue> {
        let mut taken: Vec<String> = BUILTIN.iter().map(|e| e.name.to_owned()).collect();
        for script in &scripts {
            let name = script.spec().name;
            if taken.contains(&name) {
                let message = format!("the kind {name} exists already: give the script kind another name");
                return Err(FieldIssue::new("/name", IssueCode::Invalid, message));
            }
            taken.push(name);
        }
        let outlines = Outlines::with_own(scripts.iter().map(|script| script.outline()).collect());
        Ok(Self { scripts: scripts.into(), outlines })
    }

    /// The kind called `kind` with the configuration `config`.
    ///
    /// # Errors
    /// When no kind has that name, or everything wrong with the fields: each issue points at its field.
    pub fn parse(&self, kind: &str, config: &JsonMap) -> Parsed {
        if let Some(entry) = BUILTIN.iter().find(|e| e.name == kind) {
            return (entry.parse)(config);
        }
        for script in self.scripts.iter() {
            let spec = script.spec();
            if spec.name == kind {
                let issues = shape::check(kind, &spec.fields, config);
                return if issues.is_empty() { script.configure(&shape::filled(config)) } else { Err(issues) };
            }
        }
        let specs = self.outlines.specs();
        let remedy = match nearest::nearest(kind, specs.iter().map(|s| s.name.as_str())) {
            Some(name) => format!("did you mean {name}?"),
            None => "take one of the palette, or install the script kind first".to_owned(),
        };
        Err(vec![FieldIssue::new("", IssueCode::UnknownKind, format!("no kind is called {kind:?}: {remedy}"))])
    }

    /// The same kinds as palettes, forms and canvases see them.
    #[must_use]
    pub fn outlines(&self) -> &Outlines {
        &self.outlines
    }
}

#[cfg(test)]
mod registry_tests;
