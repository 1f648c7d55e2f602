//! Answers in English, as the API gives them.

use super::{Answer, Answered, Called, Halted, Happened, Standing, StepTaken, Way};
use crate::kind::{End, SegmentChange};
use crate::run::{RefusalReason, StepOutcome};
use crate::time::Timestamp;
use std::fmt::{self, Display, Formatter};

/// An instant to the second: nobody reads microseconds.
fn instant(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().div_euclid(1_000_000).saturating_mul(1_000_000))
}

impl Display for Answered {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.answer.fmt(f)?;
        if let Some(refused) = &self.refused_since {
            write!(f, "; at {} another entry was refused: {}", instant(refused.at), refused.why)?;
        }
        f.write_str(".")
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let because =
            |reason: &Option<crate::why::Why>| reason.as_ref().map_or_else(|| "no reason was recorded".to_owned(), ToString::to_string);
        match self {
            Self::Sent { title, recipient, at, count, now } => {
                write!(f, "Yes: “{title}” was sent to {recipient} at {}", instant(*at))?;
                if *count > 1 {
                    write!(f, ", the last of {count}")?;
                }
                now.as_ref().map_or(Ok(()), |now| write!(f, "; the run {now}"))
            }
            Self::Trouble { node, problem } => write!(f, "No: something went wrong at “{node}” and waits for a person: {problem}"),
            Self::Suppressed { title, reason } => write!(f, "No: “{title}” was held back at the moment of sending: {}", because(reason)),
            Self::Undelivered { title, recipient, reason } => {
                write!(f, "No: “{title}” could not be sent to {recipient}: {}", because(reason))
            }
            Self::InOutbox { title, due: None } => write!(f, "Not yet: “{title}” waits in the outbox"),
            Self::InOutbox { title, due: Some(due) } => write!(f, "Not yet: “{title}” waits in the outbox, next at {}", instant(*due)),
            Self::Inside { entered, now } => {
                write!(f, "Not yet: this person entered at {}", instant(*entered))?;
                now.as_ref().map_or(Ok(()), |now| write!(f, " and {now}"))
            }
            Self::Over { entered, now, last } => {
                write!(f, "No: this person entered at {}, nothing was sent on the way", instant(*entered))?;
                if let Some(now) = now {
                    write!(f, ", and the run {now}")?;
                }
                last.as_ref().map_or(Ok(()), |step| write!(f, " (last step: {step})"))
            }
            Self::Refused { at, rule, why } => write!(f, "No: entry was refused at {}, {}: {why}", instant(*at), refused(*rule)),
            Self::NeverPublished => f.write_str("No: the journey was never published"),
            Self::NotStarted { ways, halted } => {
                let ways: Vec<String> = ways.iter().map(ToString::to_string).collect();
                let ways = if ways.is_empty() { "by nothing that is live".to_owned() } else { ways.join(", or ") };
                write!(f, "No: nothing has started it for this person; it starts {ways}")?;
                besides(f, *halted)
            }
            Self::NeverHad { names, halted } => {
                write!(f, "No: it starts on {} and this person never had one", names.join(" or "))?;
                besides(f, *halted)
            }
            Self::BeforePublished { names, at, published, halted } => {
                write!(f, "No: it starts on {} and the last, at {}, came before ", names.join(" or "), instant(*at))?;
                write!(f, "the journey was first published at {}", instant(*published))?;
                besides(f, *halted)
            }
            Self::NoTrace { event, at, halted } => {
                write!(f, "No: the last {event} at {} did not start it and no refusal is on record: ", instant(*at))?;
                f.write_str("it may still be on its way, or older than what is kept")?;
                besides(f, *halted)
            }
        }
    }
}

fn besides(f: &mut Formatter<'_>, halted: Option<Halted>) -> fmt::Result {
    f.write_str(match halted {
        Some(Halted::Paused) => "; besides, the journey is paused now",
        Some(Halted::Stopped) => "; besides, the journey is stopped now",
        Some(Halted::Archived) => "; besides, the journey is archived now",
        None => "",
    })
}

fn refused(rule: RefusalReason) -> &'static str {
    match rule {
        RefusalReason::Filter => "the trigger's filter did not hold",
        RefusalReason::Reentry => "the re-entry rule",
        RefusalReason::Paused => "the journey was paused",
        RefusalReason::Key => "no run key could be made",
        RefusalReason::Rate => "a rate limit",
    }
}

impl Display for Called {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for Way {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(names) => write!(f, "on {}", names.join(" or ")),
            Self::Schedule(cron) => write!(f, "on the schedule {cron}"),
            Self::Anniversary(fact) => write!(f, "each year by {fact}"),
            Self::Segment { segment, change: SegmentChange::Entered } => write!(f, "on entering the segment {segment}"),
            Self::Segment { segment, change: SegmentChange::Left } => write!(f, "on leaving the segment {segment}"),
            Self::Api => f.write_str("by a call of the API"),
            Self::Journey => f.write_str("from another journey"),
        }
    }
}

impl Display for Standing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let by = |deadline: &Option<Timestamp>| {
            deadline.map_or_else(|| "without a limit".to_owned(), |at| format!("until {} at the latest", instant(at)))
        };
        match self {
            Self::Ready { node, at } => write!(f, "is about to enter “{node}”, not before {}", instant(*at)),
            Self::Queued { node } => write!(f, "waits for a free place in the journey before “{node}”"),
            Self::Sleeping { node, until } => write!(f, "sleeps at “{node}” until {}", instant(*until)),
            Self::Awaiting { node, names, deadline } => write!(f, "waits at “{node}” for {} {}", names.join(" or "), by(deadline)),
            Self::AwaitingChange { node, deadline } => write!(f, "waits at “{node}” until its condition holds, {}", by(deadline)),
            Self::Calling { node } => write!(f, "waits at “{node}” for the outcome of its delivery"),
            Self::Asking { node, deadline } => write!(f, "waits at “{node}” for a person's answer {}", by(deadline)),
            Self::Held { node, problem } => write!(f, "is held at “{node}” by an incident: {problem}"),
            Self::Ended { at, end } => write!(f, "ended at {}: {}", instant(*at), ended(end)),
        }
    }
}

fn ended(end: &End) -> String {
    match end {
        End::Completed => "completed".to_owned(),
        End::Exited { reason } => format!("left early, {reason}"),
        End::Goal { goal } if goal == "goal" => "reached its goal".to_owned(),
        End::Goal { goal } => format!("reached its goal, {goal}"),
        End::Cancelled { reason } => format!("cancelled, {reason}"),
    }
}

fn outcome(outcome: &StepOutcome) -> String {
    match outcome {
        StepOutcome::Went(port) if port.as_str() == "next" => "went on".to_owned(),
        StepOutcome::Went(port) => format!("went on by {port}"),
        StepOutcome::Sleeps(until) => format!("sleeps until {}", instant(*until)),
        StepOutcome::Waits(Some(until)) => format!("waits until {} at the latest", instant(*until)),
        StepOutcome::Waits(None) => "waits without a limit".to_owned(),
        StepOutcome::Calls(channel) => format!("put its {channel} into the outbox and waits for the outcome"),
        StepOutcome::Asks(_) => "asked a person".to_owned(),
        StepOutcome::Failed(problem) => format!("failed: {}", problem.message),
        StepOutcome::Skipped(port) => format!("was skipped by a person, on by {port}"),
        StepOutcome::Ended(end) => format!("the run ended: {}", ended(end)),
    }
}

impl Display for StepTaken {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (node, done, rule) = (&self.node, outcome(&self.outcome), self.why.to_string());
        let rule = rule.trim();
        // A failure is its own reason: saying it twice would only be longer.
        if rule.is_empty() || matches!(self.outcome, StepOutcome::Failed(_)) {
            return write!(f, "{node}: {done}");
        }
        write!(f, "{node}: {rule}; {done}")
    }
}

impl Display for Happened {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(name) => write!(f, "{name} happened"),
            Self::Refused { version, rule } => write!(f, "entry into version {version} was refused, {}", refused(*rule)),
            Self::Entered(version) => write!(f, "entered version {version}"),
            Self::Left(outcome) => write!(f, "left: {}", outcome.as_deref().unwrap_or("ended")),
            Self::Delivery { channel, title, recipient, state, reason } => {
                write!(f, "{channel} “{title}” to {recipient}: {state}")?;
                reason.as_ref().map_or(Ok(()), |reason| write!(f, ", {reason}"))
            }
            Self::Step(step) => step.fmt(f),
            Self::Trouble { node, problem } => write!(f, "needs a person at “{node}”: {problem}"),
        }
    }
}
