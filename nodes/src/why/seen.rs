//! The values that a decision saw, by the path of the fact.

use super::Why;
use crate::{Json, JsonMap};

fn one(path: impl Into<String>, value: impl Into<Json>) -> JsonMap {
    [(path.into(), value.into())].into_iter().collect()
}

impl Why {
    /// The values that were seen, by the path of the fact.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "one arm a reason, and the compiler counts them")]
    pub fn seen(&self) -> JsonMap {
        match self {
            Self::Came(event) => one("event.name", event.as_str()),
            Self::CameRound(cron) => one("cron", cron.as_str()),
            Self::Crossed { segment, .. } => one("segment", segment.as_str()),
            Self::Anniversary { fact, date, .. } => one(fact, date.as_str()),
            Self::TimeOfDay { zone, .. } | Self::SleepsUntilTime { zone, .. } | Self::NoSuchTime { zone, .. } => {
                one("zone", zone.to_string())
            }
            Self::NoFact(fact) => one(fact, Json::Null),
            Self::Date(read) => one(&read.fact, read.value.clone()),
            Self::EventCame { event, finding, .. } => {
                let mut seen = one("event.name", event.as_str());
                if let Some(finding) = finding {
                    finding.see(&mut seen);
                }
                seen
            }
            Self::StillNot { finding, .. } | Self::Case { finding, .. } => finding.seen(),
            Self::NotYet(finding)
            | Self::NoLonger(finding)
            | Self::GoalBefore(finding)
            | Self::LeftBefore(finding)
            | Self::Found(finding) => finding.seen(),
            Self::NoCase(cases) => {
                let mut seen = JsonMap::new();
                cases.iter().for_each(|(_, finding)| finding.see(&mut seen));
                seen
            }
            Self::Drew { draw, .. } => one("draw", *draw),
            Self::ConsentFor(found) => one(format!("consent.{}", found.scope()), found.state.name()),
            Self::NoConsent(found) => one("consent", found.state.name()),
            Self::SendsMail { to, .. } => one("to", to.as_str()),
            Self::Requests { url, .. } => one("url", url.as_str()),
            Self::Responded { status, .. } => one("status", status.clone()),
            Self::NotSent(why) | Self::OnePerson(why) => why.seen(),
            Self::Answered(answer) => one("answer", answer.as_str()),
            Self::NextWindow(late) | Self::Stale(late) => one("late", late.to_string()),
            Self::TooLate(end) => one("not_after", end.to_string()),
            Self::Capped { messages, most, .. } => {
                let mut seen = one("messages", *messages as u64);
                seen.insert("cap".to_owned(), (*most).into());
                seen
            }
            Self::EnteredOnce { run, .. } | Self::EnteredRecently { run, .. } | Self::StillInside { run, .. } => {
                one("run", run.to_string())
            }
            Self::Fed { depth, .. } => one("depth", *depth),
            Self::Did { answer, .. } => answer.clone(),
            Self::Words { seen, .. } => seen.clone(),
            Self::StartedByApi
            | Self::StartedByJourney
            | Self::PutIn(_)
            | Self::Passed(_)
            | Self::Sleeps { .. }
            | Self::DateCame(_)
            | Self::NoneCame { .. }
            | Self::WaitsFor { .. }
            | Self::MailSent
            | Self::Changed(_)
            | Self::Recorded { .. }
            | Self::Started { .. }
            | Self::Goal(_)
            | Self::Asks { .. }
            | Self::NoAnswer(_)
            | Self::EndsFor(_)
            | Self::EndsAt(_)
            | Self::ScriptWent(_)
            | Self::ScriptSleeps(_)
            | Self::ScriptEnded(_)
            | Self::SentOn
            | Self::Forced(_)
            | Self::Cancelled(_)
            | Self::NodeGone(_)
            | Self::CancelledBefore
            | Self::QuietHours { .. }
            | Self::Paused
            | Self::Stopped
            | Self::NoDoor
            | Self::KeyTemplate(_)
            | Self::KeyFact(_)
            | Self::KeyLength => JsonMap::new(),
        }
    }
}
