//! The answer in words.

use super::gather::{Gathered, Newest};
use crate::inspect::deliveries::DeliverySummary;
use crate::inspect::runs::RunSummary;
use crate::inspect::words::{self, instant};
use crate::journeys::{Journey, JourneyStatus};
use serde::Serialize;
use tradewind_commerce::customers::CustomerView;
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::kind::{SegmentChange, Trigger};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use utoipa::ToSchema;

/// What became of a person in a journey, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Something was sent to him.
    Received,
    /// He is inside, or something is about to be sent.
    Waiting,
    /// He was not let in.
    Refused,
    /// A guard stopped what was to be sent.
    Suppressed,
    /// Something went wrong.
    Failed,
    /// Nothing happened that would let him in.
    NeverTriggered,
    /// He left by an exit.
    Exited,
    /// He reached the goal.
    Goal,
    /// He went through to the end.
    Completed,
    /// A person or the API ended his run.
    Cancelled,
}

/// One recorded fact.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct FactLine {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened, in words.
    pub what: String,
    /// Why: the rule that decided and the values it saw.
    #[schema(value_type = Option<Object>)]
    pub why: Option<Why>,
}

/// The answer to "why did he, or did he not".
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// Who.
    #[schema(value_type = Uuid)]
    pub customer: CustomerId,
    /// The journey's slug.
    pub journey: String,
    /// In one word.
    pub verdict: Verdict,
    /// In one sentence.
    pub answer: String,
    /// What it rests on, the first first.
    pub facts: Vec<FactLine>,
}

pub(super) fn answer(journey: &Journey, customer: &CustomerView, on_record: &Gathered) -> Explanation {
    let (verdict, mut answer) = match on_record.runs.first() {
        Some(run) => of_run(run, on_record),
        None => outside(journey, on_record),
    };
    // Whoever asks may mean the latest try, and that was refused.
    if let (Some(run), Some(refusal)) = (on_record.runs.first(), on_record.refusals.first())
        && refusal.at > run.entered_at
    {
        answer.push_str(&format!("; at {} another entry was refused: {}", instant(refusal.at), refusal.why.rule));
    }
    answer.push('.');
    Explanation { customer: customer.id, journey: journey.slug.clone(), verdict, answer, facts: facts(on_record) }
}

fn of_run(run: &RunSummary, on_record: &Gathered) -> (Verdict, String) {
    let own: Vec<&DeliverySummary> = on_record.deliveries.iter().filter(|delivery| delivery.run == run.id).collect();
    let state = on_record.newest.as_ref().map(|newest| words::state(&newest.labels, &newest.body.state)).unwrap_or_default();
    let inside = run.ended_at.is_none();
    if let Some(sent) = own.iter().find(|delivery| delivery.state == "sent") {
        let when = instant(sent.settled_at.unwrap_or(sent.created_at));
        let more = own.iter().filter(|delivery| delivery.state == "sent").count();
        let more = if more > 1 { format!(", the last of {more}") } else { String::new() };
        let now = if inside { format!("; the run {state}") } else { String::new() };
        return (Verdict::Received, format!("Yes: “{}” was sent to {} at {when}{more}{now}", sent.title, sent.recipient));
    }
    if let Some(newest) = &on_record.newest
        && let Some(incident) = newest.incidents.first()
    {
        let at = newest.labels.of(&incident.node);
        return (Verdict::Failed, format!("No: something went wrong at “{at}” and waits for a person: {}", incident.problem.message));
    }
    // Newest first: the last delivery tells how it ended.
    if let Some(last) = own.first() {
        let reason = last.reason.as_deref().unwrap_or("no reason was recorded");
        match last.state.as_str() {
            "suppressed" => return (Verdict::Suppressed, format!("No: “{}” was held back at the moment of sending: {reason}", last.title)),
            "failed" => return (Verdict::Failed, format!("No: “{}” could not be sent to {}: {reason}", last.title, last.recipient)),
            _ => {
                let when = last.due_at.map(|due| format!(", next at {}", instant(due))).unwrap_or_default();
                return (Verdict::Waiting, format!("Not yet: “{}” waits in the outbox{when}", last.title));
            }
        }
    }
    let entered = instant(run.entered_at);
    if inside {
        return (Verdict::Waiting, format!("Not yet: this person entered at {entered} and {state}"));
    }
    let verdict = match run.outcome.as_deref() {
        Some("goal") => Verdict::Goal,
        Some("exited") => Verdict::Exited,
        Some("cancelled") => Verdict::Cancelled,
        _ => Verdict::Completed,
    };
    let last = last_words(on_record.newest.as_ref());
    (verdict, format!("No: this person entered at {entered}, nothing was sent on the way, and the run {state}{last}"))
}

fn last_words(newest: Option<&Newest>) -> String {
    newest.and_then(|newest| newest.last.as_ref()).map(|step| format!(" (last step: {})", step.summary)).unwrap_or_default()
}

fn outside(journey: &Journey, on_record: &Gathered) -> (Verdict, String) {
    if let Some(refusal) = on_record.refusals.first() {
        let when = instant(refusal.at);
        return (Verdict::Refused, format!("No: entry was refused at {when}, {}: {}", refused(&refusal.reason), refusal.why.rule));
    }
    let never = |words: String| (Verdict::NeverTriggered, words);
    let Some(published) = on_record.first_published else {
        return never("No: the journey was never published".to_owned());
    };
    let halted = match journey.status {
        JourneyStatus::Paused => "; besides, the journey is paused now",
        JourneyStatus::Stopped => "; besides, the journey is stopped now",
        JourneyStatus::Archived => "; besides, the journey is archived now",
        _ => "",
    };
    let names = on_record.listens_to();
    if names.is_empty() {
        return never(format!("No: nothing has started it for this person; it starts {}{halted}", ways_in(&on_record.triggers)));
    }
    let names = names.join(" or ");
    match on_record.events.first() {
        None => never(format!("No: it starts on {names} and this person never had one{halted}")),
        Some(last) if last.received_at < published => {
            let words = format!("the last, at {}, came before the journey was first published at {}", instant(last.at), instant(published));
            never(format!("No: it starts on {names} and {words}{halted}"))
        }
        Some(last) => never(format!(
            "No: the last {} at {} did not start it and no refusal is on record: it may still be on its way, or older than what is kept{halted}",
            last.name,
            instant(last.at)
        )),
    }
}

fn refused(reason: &str) -> &'static str {
    match reason {
        "filter" => "the trigger's filter did not hold",
        "reentry" => "the re-entry rule",
        "paused" => "the journey was paused",
        "key" => "no run key could be made",
        _ => "a rate limit",
    }
}

fn ways_in(triggers: &[Trigger]) -> String {
    let ways: Vec<String> = triggers
        .iter()
        .map(|trigger| match trigger {
            Trigger::Event { names, .. } => format!("on {}", names.join(" or ")),
            Trigger::Schedule { cron, .. } => format!("on the schedule {cron}"),
            Trigger::Anniversary { fact, .. } => format!("each year by {fact}"),
            Trigger::Segment { segment, change: SegmentChange::Entered } => format!("on entering the segment {segment}"),
            Trigger::Segment { segment, change: SegmentChange::Left } => format!("on leaving the segment {segment}"),
            Trigger::Api => "by a call of the API".to_owned(),
            Trigger::Journey => "from another journey".to_owned(),
        })
        .collect();
    if ways.is_empty() { "by nothing that is live".to_owned() } else { ways.join(", or ") }
}

fn facts(on_record: &Gathered) -> Vec<FactLine> {
    let mut facts = Vec::new();
    let mut line = |at, what: String, why| facts.push(FactLine { at, what, why });
    for event in &on_record.events {
        line(event.at, format!("{} happened", event.name), None);
    }
    for refusal in &on_record.refusals {
        line(
            refusal.at,
            format!("entry into version {} was refused, {}", refusal.version, refused(&refusal.reason)),
            Some(refusal.why.clone()),
        );
    }
    for run in &on_record.runs {
        line(run.entered_at, format!("entered version {}", run.version), None);
        if let Some(ended) = run.ended_at {
            line(ended, format!("left: {}", run.outcome.as_deref().unwrap_or("ended")), None);
        }
    }
    for delivery in &on_record.deliveries {
        let reason = delivery.reason.as_ref().map(|reason| format!(", {reason}")).unwrap_or_default();
        let what = format!("{} “{}” to {}: {}{reason}", delivery.channel, delivery.title, delivery.recipient, delivery.state);
        line(delivery.settled_at.unwrap_or(delivery.created_at), what, None);
    }
    if let Some(newest) = &on_record.newest {
        if let Some(step) = &newest.last {
            line(step.at, step.summary.clone(), Some(step.why.clone()));
        }
        for incident in &newest.incidents {
            line(
                incident.opened_at,
                format!("needs a person at “{}”: {}", newest.labels.of(&incident.node), incident.problem.message),
                None,
            );
        }
    }
    facts.sort_by_key(|fact| fact.at);
    facts
}
