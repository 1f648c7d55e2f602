//! The answer, out of what is on record.

use super::gather::{Gathered, Newest};
use crate::inspect::deliveries::DeliverySummary;
use crate::inspect::runs::RunSummary;
use crate::inspect::words::Reason;
use crate::journeys::{Journey, JourneyStatus};
use tradewind_commerce::customers::CustomerView;
use tradewind_nodes::answer::{Answer, Answered, Halted, Happened, RefusedSince, Standing, Way};
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::time::Timestamp;

/// What became of a person in a journey, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
#[derive(Clone, PartialEq, Debug)]
pub struct FactLine {
    /// When.
    pub at: Timestamp,
    /// What happened, in English.
    pub what: String,
    /// The same as data: one tag with what belongs to it, as `{"entered":3}`.
    pub said: Happened,
    /// Why: the rule that decided and the values it saw.
    pub why: Option<Reason>,
}

/// The answer to "why did he, or did he not".
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// Who.
    pub customer: CustomerId,
    /// The journey's slug.
    pub journey: String,
    /// In one word.
    pub verdict: Verdict,
    /// In one English sentence.
    pub answer: String,
    /// The same as data: `answer`, one tag with what belongs to it, as `{"sent":{"title":…,"recipient":…,"at":…,"count":1}}`, and
    /// `refused_since` when another entry was refused after that.
    pub said: Answered,
    /// What it rests on, the first first.
    pub facts: Vec<FactLine>,
}

pub(super) fn answer(journey: &Journey, customer: &CustomerView, on_record: &Gathered) -> Explanation {
    let (verdict, answer) = match on_record.runs.first() {
        Some(run) => of_run(run, on_record),
        None => outside(journey, on_record),
    };
    // Whoever asks may mean the latest try, and that was refused.
    let later = on_record.runs.first().zip(on_record.refusals.first()).filter(|(run, refusal)| refusal.at > run.entered_at);
    let refused_since = later.map(|(_, refusal)| RefusedSince { at: refusal.at, why: refusal.why.clone() });
    let said = Answered { answer, refused_since };
    Explanation { customer: customer.id, journey: journey.slug.clone(), verdict, answer: said.to_string(), said, facts: facts(on_record) }
}

fn of_run(run: &RunSummary, on_record: &Gathered) -> (Verdict, Answer) {
    let own: Vec<&DeliverySummary> = on_record.deliveries.iter().filter(|delivery| delivery.run == run.id).collect();
    let now = on_record.newest.as_ref().map(standing);
    let (entered, inside) = (run.entered_at, run.ended_at.is_none());
    if let Some(sent) = own.iter().find(|delivery| delivery.state == "sent") {
        let (title, recipient) = (sent.title.clone(), sent.recipient.clone());
        let at = sent.settled_at.unwrap_or(sent.created_at);
        let count = own.iter().filter(|delivery| delivery.state == "sent").count();
        return (Verdict::Received, Answer::Sent { title, recipient, at, count, now: now.filter(|_| inside) });
    }
    if let Some(newest) = &on_record.newest
        && let Some(incident) = newest.incidents.first()
    {
        let node = newest.labels.called(&incident.node);
        return (Verdict::Failed, Answer::Trouble { node, problem: incident.problem.message.clone() });
    }
    // Newest first: the last delivery tells how it ended.
    if let Some(last) = own.first() {
        let (title, reason) = (last.title.clone(), last.said.clone());
        return match last.state.as_str() {
            "suppressed" => (Verdict::Suppressed, Answer::Suppressed { title, reason }),
            "failed" => (Verdict::Failed, Answer::Undelivered { title, recipient: last.recipient.clone(), reason }),
            _ => (Verdict::Waiting, Answer::InOutbox { title, due: last.due_at }),
        };
    }
    if inside {
        return (Verdict::Waiting, Answer::Inside { entered, now });
    }
    let verdict = match run.outcome.as_deref() {
        Some("goal") => Verdict::Goal,
        Some("exited") => Verdict::Exited,
        Some("cancelled") => Verdict::Cancelled,
        _ => Verdict::Completed,
    };
    let last = on_record.newest.as_ref().and_then(|newest| newest.last.as_ref()).map(|(_, step)| step.clone());
    (verdict, Answer::Over { entered, now, last })
}

fn standing(newest: &Newest) -> Standing {
    Standing::of(&newest.body.state, |node| newest.labels.called(node.as_str()))
}

fn outside(journey: &Journey, on_record: &Gathered) -> (Verdict, Answer) {
    if let Some(refusal) = on_record.refusals.first() {
        return (Verdict::Refused, Answer::Refused { at: refusal.at, rule: refusal.rule, why: refusal.why.clone() });
    }
    let Some(published) = on_record.first_published else { return (Verdict::NeverTriggered, Answer::NeverPublished) };
    let halted = match journey.status {
        JourneyStatus::Paused => Some(Halted::Paused),
        JourneyStatus::Stopped => Some(Halted::Stopped),
        JourneyStatus::Archived => Some(Halted::Archived),
        JourneyStatus::Draft | JourneyStatus::Live => None,
    };
    let names = on_record.listens_to();
    let answer = match on_record.events.first() {
        _ if names.is_empty() => Answer::NotStarted { ways: on_record.triggers.iter().map(Way::from).collect(), halted },
        None => Answer::NeverHad { names, halted },
        Some(last) if last.received_at < published => Answer::BeforePublished { names, at: last.at, published, halted },
        Some(last) => Answer::NoTrace { event: last.name.clone(), at: last.at, halted },
    };
    (Verdict::NeverTriggered, answer)
}

fn facts(on_record: &Gathered) -> Vec<FactLine> {
    let mut facts = Vec::new();
    let mut line = |at, said: Happened, why: Option<Reason>| facts.push(FactLine { at, what: said.to_string(), said, why });
    for event in &on_record.events {
        line(event.at, Happened::Event(event.name.clone()), None);
    }
    for refusal in &on_record.refusals {
        let said = Happened::Refused { version: refusal.version, rule: refusal.rule };
        line(refusal.at, said, Some(refusal.why.clone().into()));
    }
    for run in &on_record.runs {
        line(run.entered_at, Happened::Entered(run.version), None);
        if let Some(ended) = run.ended_at {
            line(ended, Happened::Left(run.outcome.clone()), None);
        }
    }
    for delivery in &on_record.deliveries {
        let said = Happened::Delivery {
            channel: delivery.channel.clone(),
            title: delivery.title.clone(),
            recipient: delivery.recipient.clone(),
            state: delivery.state.clone(),
            reason: delivery.said.clone(),
        };
        line(delivery.settled_at.unwrap_or(delivery.created_at), said, None);
    }
    if let Some(newest) = &on_record.newest {
        if let Some((at, step)) = &newest.last {
            line(*at, Happened::Step(step.clone()), Some(step.why.clone().into()));
        }
        for incident in &newest.incidents {
            let node = newest.labels.called(&incident.node);
            line(incident.opened_at, Happened::Trouble { node, problem: incident.problem.message.clone() }, None);
        }
    }
    facts.sort_by_key(|fact| fact.at);
    facts
}
