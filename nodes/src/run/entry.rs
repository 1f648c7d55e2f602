//! Who may enter: triggers, run keys and the re-entry rule.

use super::program::Program;
use crate::fact::{Event, Facts};
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
    /// The one of this name; what no version knows is a limit.
    #[must_use]
    pub fn named(name: &str) -> Self {
        [Self::Filter, Self::Reentry, Self::Paused, Self::Key].into_iter().find(|reason| reason.name() == name).unwrap_or(Self::Rate)
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

/// Asks the event triggers of `program` about `event`, which is the one in `facts`. None when none listens to it; the first that
/// opens wins, else the last refusal is told.
#[must_use]
pub fn enter(program: &Program, event: &Event, facts: &Facts<'_>) -> Option<Entry> {
    let mut refused = None;
    for (node, trigger) in &program.triggers {
        let Trigger::Event { names, filter } = trigger else { continue };
        if !names.contains(&event.name) {
            continue;
        }
        let verdict = predicate::evaluate(filter, facts);
        if !verdict.holds {
            refused = Some(Entry::Refused { reason: RefusalReason::Filter, why: verdict.why.into() });
            continue;
        }
        return Some(match run_key(program, facts) {
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
        template::render(source, false, facts).map_err(|problem| Why::KeyTemplate(problem.to_string()))?
    } else {
        let value = facts.get(source).ok_or_else(|| Why::KeyFact(source.clone()))?;
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    };
    let made = made.trim();
    if made.is_empty() || made.len() > 256 {
        return Err(Why::KeyLength);
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
    let Holder { run, entered_at: at, .. } = holder;
    match rule {
        Reentry::Always => Admission::From(holder.run),
        Reentry::Once => Admission::Refused(Why::EnteredOnce { at, run }),
        Reentry::OncePer { period } if now < holder.entered_at.plus(*period) => {
            Admission::Refused(Why::EnteredRecently { at, period: *period, run })
        }
        Reentry::NotWhileInside if !holder.ended => Admission::Refused(Why::StillInside { since: at, run }),
        Reentry::OncePer { .. } | Reentry::NotWhileInside => Admission::From(holder.run),
    }
}

/// The key of a run as it is made for `customer`, when it was made for somebody who turned out to be he. Keys of people begin with
/// their id.
#[must_use]
pub fn key_for(key: &str, customer: CustomerId) -> String {
    format!("{customer}{}", key.find('/').map_or("", |at| &key[at..]))
}

/// Runs that hold one key since two people turned out to be one.
#[derive(Clone, PartialEq, Debug)]
pub struct Joined {
    /// The run that holds the key from now on; the others lose it.
    pub holder: RunId,
    /// Runs that the re-entry rule forbids: those of them that are not over have to end.
    pub refused: Vec<(RunId, Why)>,
}

/// The re-entry rule, asked as if the two had been one person from the beginning: run after run in the order of their entry. So the
/// run entered first goes on and a later one that it would have kept out ends. A run that is over keeps nobody out of a journey
/// that is not entered while inside: nobody is inside twice then. None when there is no run.
#[must_use]
pub fn join(rule: &Reentry, mut runs: Vec<Holder>) -> Option<Joined> {
    runs.sort_by_key(|run| (run.entered_at, run.run));
    let mut runs = runs.into_iter();
    let mut holder = runs.next()?;
    let mut refused = Vec::new();
    for run in runs {
        match admit(rule, Some(holder), run.entered_at) {
            Admission::Refused(why) => refused.push((run.run, why)),
            Admission::Free | Admission::From(_) => holder = run,
        }
    }
    Some(Joined { holder: holder.run, refused })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;
    use uuid::Uuid;

    fn run(n: i64, ended: bool) -> Holder {
        Holder { run: RunId(Uuid::from_u128(n.unsigned_abs().into())), entered_at: Timestamp::from_micros(n * 3_600_000_000), ended }
    }

    /// Who holds the key in the end, and who is refused, of runs entered at these hours.
    fn joined(rule: &Reentry, runs: &[Holder]) -> (u128, Vec<u128>) {
        let joined = join(rule, runs.to_vec()).unwrap();
        (joined.holder.0.as_u128(), joined.refused.iter().map(|(run, _)| run.0.as_u128()).collect())
    }

    #[test]
    fn of_two_runs_that_turn_out_to_be_one_persons_the_first_goes_on() {
        let inside = Reentry::NotWhileInside;
        assert_eq!(joined(&inside, &[run(2, false), run(1, false)]), (1, vec![2]));
        assert_eq!(joined(&inside, &[run(1, true), run(2, false)]), (2, vec![]), "one of them is over");
        assert_eq!(joined(&inside, &[run(1, false), run(2, true)]), (1, vec![2]), "the one inside holds the key");
        assert_eq!(joined(&inside, &[run(1, true), run(2, false), run(3, false)]), (2, vec![3]));
        assert_eq!(joined(&Reentry::Once, &[run(1, true), run(2, false)]), (1, vec![2]));
        assert_eq!(joined(&Reentry::Always, &[run(1, false), run(2, false)]), (2, vec![]));
        let daily = Reentry::OncePer { period: Duration::from_hours(24) };
        assert_eq!(joined(&daily, &[run(1, false), run(20, false), run(26, false)]), (26, vec![20]));
        assert_eq!(join(&inside, Vec::new()), None);
    }

    #[test]
    fn a_key_changes_hands_whatever_follows_the_id() {
        let (old, new) = (CustomerId(Uuid::from_u128(1)), CustomerId(Uuid::from_u128(2)));
        assert_eq!(key_for(&old.to_string(), new), new.to_string());
        assert_eq!(key_for(&format!("{old}/cart/7"), new), format!("{new}/cart/7"));
    }
}
