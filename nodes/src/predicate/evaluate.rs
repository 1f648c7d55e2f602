//! Whether a predicate holds, until when, and why.

use super::ast::{Predicate, Verdict};
use super::{collection, compare, explain};
use crate::fact::{ConsentStatus, Event, Facts};
use crate::time::Timestamp;

/// Decides `p` for these facts, with the reason and the next instant at which time alone may change the answer.
#[must_use]
pub fn evaluate(p: &Predicate, facts: &Facts<'_>) -> Verdict {
    let found = truth(p, facts);
    Verdict { holds: found.holds, why: explain::explain(p, facts), changes_at: found.until }
}

/// [`evaluate`], where `event.…` is `event`.
#[must_use]
pub fn evaluate_on(p: &Predicate, facts: &Facts<'_>, event: &Event) -> Verdict {
    evaluate(p, &Facts { event: Some(event), ..*facts })
}

/// Whether `p` holds, without the reason: for places that ask often and keep only the answer.
#[must_use]
pub fn holds(p: &Predicate, facts: &Facts<'_>) -> bool {
    truth(p, facts).holds
}

/// [`holds`], where `event.…` is `event`.
#[must_use]
pub fn holds_on(p: &Predicate, facts: &Facts<'_>, event: &Event) -> bool {
    holds(p, &Facts { event: Some(event), ..*facts })
}

/// An answer that stays the same at every instant before `until`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Truth {
    pub holds: bool,
    /// None when time alone never changes it.
    pub until: Option<Timestamp>,
}

impl Truth {
    /// An answer that time does not change.
    pub const fn fixed(holds: bool) -> Self {
        Self { holds, until: None }
    }
}

/// The answer, built without allocating unless events leave a window.
pub(super) fn truth(p: &Predicate, facts: &Facts<'_>) -> Truth {
    match p {
        Predicate::All { all } => join(all, facts, true),
        Predicate::Any { any } => join(any, facts, false),
        Predicate::Not { not } => {
            let inner = truth(not, facts);
            Truth { holds: !inner.holds, until: inner.until }
        }
        Predicate::Fact(test) => compare::truth(test, facts),
        Predicate::Collection(test) => collection::truth(test, facts),
        Predicate::Consent { consent } => Truth::fixed(facts.customer.and_then(|c| c.consents(consent)) == Some(ConsentStatus::Granted)),
        Predicate::Segment { segment } => Truth::fixed(facts.segments.contains(segment)),
    }
}

/// `all` when `unit` is true, `any` when it is false: the answer is `unit` unless some part says otherwise.
fn join(parts: &[Predicate], facts: &Facts<'_>, unit: bool) -> Truth {
    let mut soonest: Option<Timestamp> = None;
    let mut latest: Option<Timestamp> = None;
    for part in parts {
        let found = truth(part, facts);
        match (found.holds == unit, found.until) {
            (true, Some(at)) => soonest = Some(soonest.map_or(at, |s| s.min(at))),
            (true, None) => {}
            // A part that decides and never changes settles the whole for good: nothing else needs a look.
            (false, None) => return Truth::fixed(!unit),
            // While any one deciding part stands, so does the answer: the last of them to change counts.
            (false, Some(at)) => latest = latest.max(Some(at)),
        }
    }
    match latest {
        Some(at) => Truth { holds: !unit, until: Some(at) },
        None => Truth { holds: unit, until: soonest },
    }
}
