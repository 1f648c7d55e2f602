//! Reasons in English: what the API and the log say, and what the builder's words are translations of.

use super::{Change, ConsentState, DateFound, DateRead, Why};
use crate::fact::MAX_DEPTH;
use crate::kind::SegmentChange;
use std::fmt::{self, Display, Formatter};

impl Display for Why {
    #[allow(clippy::too_many_lines, reason = "one arm a reason, and the compiler counts them")]
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartedByApi => f.write_str("a call of the API started it"),
            Self::StartedByJourney => f.write_str("another journey started it"),
            Self::Came(event) => write!(f, "{event} came"),
            Self::PutIn(names) => write!(f, "entered where {} would start it", names.join(" or ")),
            Self::CameRound(cron) => write!(f, "the schedule {cron} came round"),
            Self::Crossed { segment, change: SegmentChange::Entered } => write!(f, "the customer entered the segment {segment}"),
            Self::Crossed { segment, change: SegmentChange::Left } => write!(f, "the customer left the segment {segment}"),
            Self::Anniversary { fact, date, days: 0 } => write!(f, "today is the day of {fact} ({date})"),
            Self::Anniversary { fact, date, days } => {
                let side = if *days > 0 { "after" } else { "before" };
                write!(f, "{} days {side} the day of {fact} ({date})", days.unsigned_abs())
            }
            Self::Passed(length) => write!(f, "{length} passed"),
            Self::Sleeps { length, until } => write!(f, "waits {length} until {until}"),
            Self::TimeOfDay { at, zone } => write!(f, "it is {at} in {zone}"),
            Self::SleepsUntilTime { at, zone, until } => write!(f, "waits until {at} in {zone}, which is {until}"),
            Self::NoSuchTime { at, zone } => write!(f, "{at} never comes again in {zone}"),
            Self::DateCame(fact) => write!(f, "the date in {fact} has come"),
            Self::NoFact(fact) => write!(f, "{fact} is missing"),
            Self::Date(read) => read.fmt(f),
            Self::EventCame { event, at, finding: None } => write!(f, "{event} came at {at}"),
            Self::EventCame { event, at, finding: Some(finding) } => write!(f, "{event} came at {at}; {finding}"),
            Self::NoneCame { names, within } => write!(f, "no {} came within {within}", names.join(" or ")),
            Self::WaitsFor { names, until } => write!(f, "waits for {} until {until}", names.join(" or ")),
            Self::NotYet(finding) => write!(f, "waits, for now {finding}"),
            Self::StillNot { after, finding } => write!(f, "still not after {after}: {finding}"),
            Self::NextWindow(late) => write!(f, "woke {late} late; the journey takes the same hour of the next day"),
            Self::Stale(late) => write!(f, "not done: the engine came back {late} late and the journey skips what is older"),
            Self::Drew { draw, port } => write!(f, "drew {draw:.4} of 1: {port}"),
            Self::Case { name, finding } => write!(f, "{name}: {finding}"),
            Self::NoCase(cases) => {
                f.write_str("no case holds")?;
                cases.iter().try_for_each(|(port, finding)| write!(f, "; {port}: {finding}"))
            }
            Self::ConsentFor(found) => {
                let scope = found.scope();
                match found.state {
                    ConsentState::Granted => write!(f, "consent for {scope} is granted"),
                    ConsentState::Denied => write!(f, "no consent for {scope}: it was denied"),
                    ConsentState::Withdrawn => write!(f, "no consent for {scope}: it was withdrawn"),
                    ConsentState::NeverAsked => write!(f, "no consent for {scope}: never asked"),
                    ConsentState::Nobody => write!(f, "no consent for {scope}: the run is about no person"),
                }
            }
            Self::SendsMail { subject, to } => write!(f, "sends {subject:?} to {to}"),
            Self::MailSent => f.write_str("the mail was sent"),
            Self::Requests { method, url } => write!(f, "asks {method} {url}"),
            Self::Responded { status, without } if without.is_empty() => write!(f, "the answer was {status}"),
            Self::Responded { status, without } => write!(f, "the answer was {status}, without {}", without.join(", ")),
            Self::NotSent(why) => write!(f, "not sent: {why}"),
            Self::Changed(changes) => {
                let said: Vec<String> = changes.iter().map(ToString::to_string).collect();
                f.write_str(&said.join("; "))
            }
            Self::Recorded { event, without } if without.is_empty() => write!(f, "recorded {event}"),
            Self::Recorded { event, without } => write!(f, "recorded {event}, without {} whose facts are missing", without.join(", ")),
            Self::Did { command, answer } => {
                write!(f, "did {command}")?;
                let mut between = ": ";
                answer.iter().try_for_each(|(name, value)| {
                    write!(f, "{between}{name} {value}")?;
                    between = ", ";
                    Ok(())
                })
            }
            Self::Started { journey, user: None } => write!(f, "started the journey {journey}"),
            Self::Started { journey, user: Some(user) } => write!(f, "started the journey {journey} for {user}"),
            Self::Goal(goal) => write!(f, "reached the goal {goal}"),
            Self::Asks { whom, question } => write!(f, "asks {}: {question}", whom.as_deref().unwrap_or("anybody")),
            Self::Answered(answer) => write!(f, "the answer was {answer}"),
            Self::NoAnswer(length) => write!(f, "nobody answered within {length}"),
            Self::EndsFor(reason) => write!(f, "the run ends here: {reason}"),
            Self::EndsAt(node) => write!(f, "the run ends here: came to {node}"),
            Self::ScriptWent(port) => write!(f, "the script went on by {port}"),
            Self::ScriptSleeps(length) => write!(f, "the script sleeps for {length}"),
            Self::ScriptEnded(reason) => write!(f, "the script ended the run: {reason}"),
            Self::SentOn => f.write_str("a person sent the run on"),
            Self::Forced(port) => write!(f, "the scenario sends it by {port}"),
            Self::Cancelled(reason) => write!(f, "cancelled: {reason}"),
            Self::NodeGone(node) => write!(f, "node {node} is not in this version of the journey"),
            Self::TooLate(end) => write!(f, "too late: it was of use until {end}"),
            Self::NoConsent(found) => write!(f, "no consent for {} at the moment of sending: {}", found.scope(), found.state.name()),
            Self::CancelledBefore => f.write_str("the run was cancelled before it was sent"),
            Self::NoLonger(finding) => write!(f, "no longer so: {finding}"),
            Self::GoalBefore(finding) => write!(f, "the goal was reached before it was sent: {finding}"),
            Self::LeftBefore(finding) => write!(f, "the journey was left before it was sent: {finding}"),
            Self::QuietHours { from, to, zone } => write!(f, "quiet hours from {from} to {to} in {zone}: it waits"),
            Self::Capped { messages, channel, per, most } => {
                write!(f, "had {messages} messages by {channel} within {per}: the cap is {most}")
            }
            Self::Paused => f.write_str("the journey was paused"),
            Self::Stopped => f.write_str("the journey was stopped"),
            Self::NoDoor => f.write_str("the journey has no trigger for a start by the API or another journey"),
            Self::KeyTemplate(problem) => write!(f, "no run key: {problem}"),
            Self::KeyFact(fact) => write!(f, "no run key: {fact} has no value"),
            Self::KeyLength => f.write_str("no run key: it is empty or longer than 256 bytes"),
            Self::EnteredOnce { at, .. } => write!(f, "entered already at {at}: this journey is entered once"),
            Self::EnteredRecently { at, period, .. } => write!(f, "entered at {at}: this journey is entered once in {period}"),
            Self::StillInside { since, .. } => write!(f, "still inside since {since}"),
            Self::OnePerson(why) => write!(f, "two customers turned out to be one person: {why}"),
            Self::Fed { event, depth } => write!(
                f,
                "{event} came of {depth} journeys one after the other and {MAX_DEPTH} are allowed: a journey would feed itself for ever"
            ),
            Self::Found(finding) => finding.fmt(f),
            Self::Words { rule, .. } => f.write_str(rule),
        }
    }
}

impl Display for DateRead {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { fact, value, found } = self;
        match found {
            DateFound::NoDate => write!(f, "{fact} is {value}, which is no date"),
            DateFound::Passed(until) => write!(f, "{until}, by {fact} {value}, has passed"),
            DateFound::TooFar(until) => write!(f, "{until}, by {fact} {value}, is more than 5 years away"),
            DateFound::Ahead(until) => write!(f, "waits until {until}, by {fact} {value}"),
        }
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(name, value) => write!(f, "set {name} to {value}"),
            Self::Removed(name) => write!(f, "removed {name}"),
            Self::Kept(name) => write!(f, "left {name} as it was, its fact is missing"),
            Self::TagAdded(tag) => write!(f, "added the tag {tag}"),
            Self::TagTaken(tag) => write!(f, "took away the tag {tag}"),
        }
    }
}
