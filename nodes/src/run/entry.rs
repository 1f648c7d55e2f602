//! Who may enter: triggers, run keys and the re-entry rule.

use super::program::Program;
use super::state::Subject;
use crate::fact::{Event, Facts, NO_OUTPUTS};
use crate::id::{CustomerId, RunId};
use crate::kind::Trigger;
use crate::settings::Reentry;
use crate::time::Timestamp;
use crate::why::Why;
use crate::{predicate, template};
use serde::{Deserialize, Serialize};

/// Why an entry was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The trigger's filter did not hold.
    Filter,
    /// The re-entry rule.
    Reentry,
    /// The journey is paused.
    Paused,
    /// The run key could not be made.
    Key,
    /// A limit dropped it: a rate, or how many journeys an event may come of.
    Rate,
}

impl RefusalReason {
    /// The name stored in the `reason` column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Reentry => "reentry",
            Self::Paused => "paused",
            Self::Key => "key",
            Self::Rate => "rate",
        }
    }
}

/// What a trigger said to an event.
#[derive(Clone, PartialEq, Debug)]
pub enum Entry {
    /// Come in at this node (an index into the program).
    Open {
        /// The trigger's node.
        node: usize,
        /// The run key before the re-entry rule; None when any number may run.
        key: Option<String>,
    },
    /// Stay out.
    Refused {
        /// Which rule.
        reason: RefusalReason,
        /// In words.
        why: Why,
    },
}

/// Asks the event triggers of `program` about `event`. None when none listens to it; the first that opens wins, else the
/// last refusal is told.
#[must_use]
pub fn enter(program: &Program, event: &Event, subject: &Subject<'_>, now: Timestamp) -> Option<Entry> {
    let facts = Facts {
        customer: subject.customer.as_deref(),
        history: subject.history,
        segments: subject.segments,
        event: Some(event),
        outputs: &NO_OUTPUTS,
        run: None,
        now,
    };
    let mut refused = None;
    for (node, trigger) in &program.triggers {
        let Trigger::Event { names, filter } = trigger else { continue };
        if !names.contains(&event.name) {
            continue;
        }
        let verdict = predicate::evaluate(filter, &facts);
        if !verdict.holds {
            refused = Some(Entry::Refused { reason: RefusalReason::Filter, why: verdict.why });
            continue;
        }
        return Some(match run_key(program, &facts) {
            Ok(key) => Entry::Open { node: *node, key },
            Err(why) => Entry::Refused { reason: RefusalReason::Key, why },
        });
    }
    refused
}

/// The key of a new run: what the journey's settings say, else the customer; None when any number may run at once.
///
/// # Errors
/// Why no key could be made: the template asks for a value that is not there.
pub fn run_key(program: &Program, facts: &Facts<'_>) -> Result<Option<String>, Why> {
    if matches!(program.settings.reentry, Reentry::Always) {
        return Ok(None);
    }
    let customer = facts.customer.map(|c| c.id);
    let Some(source) = &program.settings.run_key else {
        return Ok(customer.map(|id: CustomerId| id.to_string()));
    };
    let made = if source.contains("{{") {
        template::render(source, false, facts).map_err(|problem| Why::said(format!("no run key: {problem}")))?
    } else {
        let value = facts.get(source).ok_or_else(|| Why::said(format!("no run key: {source} has no value")))?;
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    };
    let made = made.trim();
    if made.is_empty() || made.len() > 256 {
        return Err(Why::said("no run key: it is empty or longer than 256 bytes"));
    }
    // A key is a matter between one customer and the journey: two people with the same cart id never meet.
    Ok(Some(customer.map_or_else(|| made.to_owned(), |id| format!("{id}/{made}"))))
}

/// The run that holds a key now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holder {
    /// The run.
    pub run: RunId,
    /// When it began.
    pub entered_at: Timestamp,
    /// Whether it is over.
    pub ended: bool,
}

/// Whether a new run may take a key.
#[derive(Clone, PartialEq, Debug)]
pub enum Admission {
    /// It is free.
    Free,
    /// The run that held it lets go.
    From(RunId),
    /// It may not.
    Refused(Why),
}

/// The re-entry rule.
#[must_use]
pub fn admit(rule: &Reentry, holder: Option<Holder>, now: Timestamp) -> Admission {
    let Some(holder) = holder else { return Admission::Free };
    let refused = |words: String| Admission::Refused(Why::said(words).with("run", holder.run.to_string()));
    match rule {
        Reentry::Always => Admission::From(holder.run),
        Reentry::Once => refused(format!("entered already at {}: this journey is entered once", holder.entered_at)),
        Reentry::OncePer { period } if now < holder.entered_at.plus(*period) => {
            refused(format!("entered at {}: this journey is entered once in {period}", holder.entered_at))
        }
        Reentry::NotWhileInside if !holder.ended => refused(format!("still inside since {}", holder.entered_at)),
        Reentry::OncePer { .. } | Reentry::NotWhileInside => Admission::From(holder.run),
    }
}
