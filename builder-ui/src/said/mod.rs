//! What the engine says of its decisions, in the user's language: reasons, what predicates found, answers, what runs do now. The
//! engine gives data; here each of it gets its sentence out of `messages/<language>/said.toml`.

mod answer;
mod finding;
mod step;
mod value;

pub use answer::{answer, called, happened, standing};
pub use finding::finding;
pub use step::{outcome, step};

use crate::i18n::{format, isolated as own};
use crate::t;
use crate::words::fact::fact_words;
use crate::words::field::{answer_label, option_words};
use crate::words::step::kind_label;
use crate::words::time::length_words;
use tradewind_nodes::JsonMap;
use tradewind_nodes::kind::SegmentChange;
use tradewind_nodes::time::{Duration, LocalTime, Zone};
use tradewind_nodes::why::{Change, ConsentFound, ConsentState, DateFound, DateRead, Why};
use value::{clock, either, port, scalar, scope, when};

/// Whether a reason is somebody else's words, in whatever language those are.
#[must_use]
pub fn foreign(why: &Why) -> bool {
    match why {
        Why::Words { .. } => true,
        Why::NotSent(why) | Why::OnePerson(why) => foreign(why),
        _ => false,
    }
}

/// A reason.
#[must_use]
#[allow(clippy::too_many_lines, reason = "one arm a reason, and the compiler counts them")]
pub fn why(why: &Why) -> String {
    match why {
        Why::StartedByApi => t!(said.start.api),
        Why::StartedByJourney => t!(said.start.journey),
        Why::Came(event) => t!(said.start.came, event = own(event)),
        Why::PutIn(names) => t!(said.start.put_in, events = either(names)),
        Why::CameRound(cron) => t!(said.start.schedule, cron = own(cron)),
        Why::Crossed { segment, change: SegmentChange::Entered } => t!(said.start.entered, segment = own(segment)),
        Why::Crossed { segment, change: SegmentChange::Left } => t!(said.start.left, segment = own(segment)),
        Why::Anniversary { fact, date, days } => anniversary(&fact_of(fact), &own(date), *days),
        Why::Passed(length) => t!(said.wait.passed, time = length_words(*length)),
        Why::Sleeps { length, until } => t!(said.wait.sleeps, time = length_words(*length), when = when(*until)),
        Why::TimeOfDay { at, zone } => at_clock(*at, zone, |time, zone| t!(said.wait.time_of_day, time = time, zone = zone)),
        Why::SleepsUntilTime { at, zone, until } => {
            at_clock(*at, zone, |time, zone| t!(said.wait.until_time, time = time, zone = zone, when = when(*until)))
        }
        Why::NoSuchTime { at, zone } => at_clock(*at, zone, |time, zone| t!(said.wait.no_such_time, time = time, zone = zone)),
        Why::DateCame(fact) => t!(said.wait.date_came, fact = fact_of(fact)),
        Why::NoFact(fact) => t!(said.wait.no_fact, fact = fact_of(fact)),
        Why::Date(read) => date(read),
        Why::EventCame { event, at, finding: None } => t!(said.wait.event_came, event = own(event), when = when(*at)),
        Why::EventCame { event, at, finding: Some(found) } => {
            format!("{}{}{}", t!(said.wait.event_came, event = own(event), when = when(*at)), t!(said.between), finding(found))
        }
        Why::NoneCame { names, within } => t!(said.wait.none_came, events = either(names), time = length_words(*within)),
        Why::WaitsFor { names, until } => t!(said.wait.waits_for, events = either(names), when = when(*until)),
        Why::NotYet(found) => t!(said.wait.not_yet, what = finding(found)),
        Why::StillNot { after, finding: found } => t!(said.wait.still_not, time = length_words(*after), what = finding(found)),
        Why::NextWindow(late) => t!(said.wait.next_window, time = length_words(*late)),
        Why::Stale(late) => t!(said.wait.stale, time = length_words(*late)),
        Why::Drew { draw, port: way } => t!(said.did.drew, share = format::percent(*draw), port = port(way)),
        Why::Case { name, finding: found } => t!(said.did.labelled, name = own(name), what = finding(found)),
        Why::NoCase(cases) => {
            let said = cases.iter().map(|(name, found)| t!(said.did.labelled, name = own(name), what = finding(found)));
            t!(said.did.no_case, what = said.collect::<Vec<_>>().join(&t!(said.between)))
        }
        Why::ConsentFor(found) => consent(found),
        Why::SendsMail { subject, to } => t!(said.did.sends, subject = own(subject), to = own(to)),
        Why::MailSent => t!(said.did.mail_sent),
        Why::Requests { method, url } => t!(said.did.requests, url = own(&format!("{method} {url}"))),
        Why::Responded { status, without } => lacking(t!(said.did.responded, status = scalar(status)), without),
        Why::NotSent(inner) => t!(said.did.not_sent, why = self::why(inner)),
        Why::Changed(changes) if changes.is_empty() => t!(said.did.nothing),
        Why::Changed(changes) => changes.iter().map(change).collect::<Vec<_>>().join(&t!(said.between)),
        Why::Recorded { event, without } => lacking(t!(said.did.recorded, event = own(event)), without),
        Why::Started { journey, user: None } => t!(said.did.started, journey = own(journey)),
        Why::Started { journey, user: Some(user) } => t!(said.did.started_for, journey = own(journey), user = own(user)),
        Why::Did { command, answer } => did(command, answer),
        Why::Goal(goal) => t!(said.did.goal, goal = own(goal)),
        Why::Asks { whom: None, question } => t!(said.did.asks_anybody, question = own(question)),
        Why::Asks { whom: Some(whom), question } => t!(said.did.asks, whom = own(whom), question = own(question)),
        Why::Answered(answer) => t!(said.did.answered, answer = own(&option_words(answer))),
        Why::NoAnswer(length) => t!(said.did.no_answer, time = length_words(*length)),
        Why::EndsFor(reason) => t!(said.did.ends_for, reason = own(reason)),
        Why::EndsAt(_) => t!(said.did.ends_at),
        Why::ScriptWent(way) => t!(said.did.script_went, port = port(way)),
        Why::ScriptSleeps(length) => t!(said.did.script_sleeps, time = length_words(*length)),
        Why::ScriptEnded(reason) => t!(said.did.script_ended, reason = own(reason)),
        Why::SentOn => t!(said.did.sent_on),
        Why::Forced(way) => t!(said.did.forced, port = port(way)),
        Why::Cancelled(reason) => t!(said.did.cancelled, reason = own(reason)),
        Why::NodeGone(node) => t!(said.did.node_gone, node = own(node.as_str())),
        Why::TooLate(end) => t!(said.guard.too_late, when = when(*end)),
        Why::NoConsent(found) => t!(said.consent.at_sending, what = consent(found)),
        Why::CancelledBefore => t!(said.guard.cancelled),
        Why::NoLonger(found) => t!(said.guard.no_longer, what = finding(found)),
        Why::GoalBefore(found) => t!(said.guard.goal, what = finding(found)),
        Why::LeftBefore(found) => t!(said.guard.left, what = finding(found)),
        Why::QuietHours { from, to, zone } => {
            t!(said.guard.quiet, from = clock(*from), to = clock(*to), zone = own(&zone.to_string()))
        }
        Why::Capped { messages, channel, per, most } => {
            let channel = crate::words::delivery::channel(channel);
            t!(said.guard.capped, n = *messages, channel = own(&channel), time = length_words(*per), most = *most)
        }
        Why::Paused => t!(said.door.paused),
        Why::Stopped => t!(said.door.stopped),
        Why::NoDoor => t!(said.door.no_trigger),
        Why::KeyTemplate(problem) => t!(said.door.key_template, problem = own(problem)),
        Why::KeyFact(fact) => t!(said.door.key_fact, fact = fact_of(fact)),
        Why::KeyLength => t!(said.door.key_length),
        Why::EnteredOnce { at, .. } => t!(said.door.once, when = when(*at)),
        Why::EnteredRecently { at, period, .. } => t!(said.door.recently, when = when(*at), time = length_words(*period)),
        Why::StillInside { since, .. } => t!(said.door.inside, when = when(*since)),
        Why::OnePerson(inner) => t!(said.door.one_person, why = self::why(inner)),
        Why::Fed { event, depth } => t!(said.door.fed, event = own(event), n = *depth, most = tradewind_nodes::fact::MAX_DEPTH),
        Why::Found(found) => finding(found),
        // Rows from before have their instants as the engine wrote them.
        Why::Words { rule, .. } => own(&value::readable(rule.trim())),
    }
}

/// What people call a fact.
fn fact_of(path: &str) -> String {
    own(&fact_words(path))
}

fn anniversary(fact: &str, date: &str, days: i64) -> String {
    let time = length_words(Duration::from_days(days.abs()));
    match days {
        0 => t!(said.start.today, fact = fact, date = date),
        1.. => t!(said.start.after, time = time, fact = fact, date = date),
        _ => t!(said.start.before, time = time, fact = fact, date = date),
    }
}

fn at_clock(at: LocalTime, zone: &Zone, say: impl FnOnce(String, String) -> String) -> String {
    say(clock(at), own(&zone.to_string()))
}

fn date(read: &DateRead) -> String {
    let fact = fact_of(&read.fact);
    match read.found {
        DateFound::NoDate => t!(said.wait.no_date, fact = fact, value = scalar(&read.value)),
        DateFound::Passed(at) => t!(said.wait.date_passed, when = when(at), fact = fact),
        DateFound::TooFar(at) => t!(said.wait.too_far, when = when(at), fact = fact),
        DateFound::Ahead(at) => t!(said.wait.until_date, when = when(at), fact = fact),
    }
}

fn lacking(what: String, without: &[String]) -> String {
    if without.is_empty() {
        return what;
    }
    t!(said.did.without, what = what, names = format::list(&without.iter().map(|name| own(name)).collect::<Vec<_>>()))
}

/// What a command did, by the name of the kind that gives it, and what it answered.
fn did(command: &str, answer: &JsonMap) -> String {
    let name = kind_label(command, command);
    if answer.is_empty() {
        return name;
    }
    let told = answer.iter().map(|(name, value)| t!(said.did.labelled, name = own(&answer_label(name)), what = scalar(value)));
    t!(said.did.labelled, name = own(&name), what = told.collect::<Vec<_>>().join(&t!(said.between)))
}

fn change(change: &Change) -> String {
    match change {
        Change::Set(name, to) => t!(said.did.set, name = own(name), value = scalar(to)),
        Change::Removed(name) => t!(said.did.removed, name = own(name)),
        Change::Kept(name) => t!(said.did.kept, name = own(name)),
        Change::TagAdded(tag) => t!(said.did.tag_added, tag = own(tag)),
        Change::TagTaken(tag) => t!(said.did.tag_taken, tag = own(tag)),
    }
}

fn consent(found: &ConsentFound) -> String {
    let scope = scope(found);
    match found.state {
        ConsentState::Granted => t!(said.consent.granted, scope = scope),
        ConsentState::Denied => t!(said.consent.denied, scope = scope),
        ConsentState::Withdrawn => t!(said.consent.withdrawn, scope = scope),
        ConsentState::NeverAsked => t!(said.consent.never_asked, scope = scope),
        ConsentState::Nobody => t!(said.consent.nobody, scope = scope),
    }
}

#[cfg(test)]
mod tests;
