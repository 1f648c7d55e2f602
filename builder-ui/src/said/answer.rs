//! The answer to "why did they, or did they not, get it", and what it rests on.

use super::value::{either, readable, when};
use super::{fact_of, own, step};
use crate::i18n::format;
use crate::t;
use crate::words::delivery;
use tradewind_nodes::answer::{Answer, Answered, Called, Halted, Happened, Standing, StepTaken, Way};
use tradewind_nodes::kind::SegmentChange;
use tradewind_nodes::run::RefusalReason;
use tradewind_nodes::why::Why;

/// The answer, sentence by sentence.
#[must_use]
pub fn answer(answered: &Answered) -> Vec<String> {
    let mut said = sentences(&answered.answer);
    if let Some(refused) = &answered.refused_since {
        said.push(t!(said.answer.refused_since, when = when(refused.at), why = super::why(&refused.why)));
    }
    said
}

fn sentences(answer: &Answer) -> Vec<String> {
    match answer {
        Answer::Sent { title, recipient, at, count, now } => {
            let sent = t!(said.answer.sent, title = own(title), recipient = own(recipient), when = when(*at));
            let last = (*count > 1).then(|| t!(said.answer.last_of, n = *count));
            [Some(sent), last, now.as_ref().map(|now| standing(now, None))].into_iter().flatten().collect()
        }
        Answer::Trouble { node, problem } => vec![t!(said.answer.trouble, node = called(node), problem = own(&readable(problem)))],
        Answer::Suppressed { title, reason } => vec![t!(said.answer.suppressed, title = own(title), why = because(reason.as_ref()))],
        Answer::Undelivered { title, recipient, reason } => {
            vec![t!(said.answer.undelivered, title = own(title), recipient = own(recipient), why = because(reason.as_ref()))]
        }
        Answer::InOutbox { title, due: None } => vec![t!(said.answer.outbox, title = own(title))],
        Answer::InOutbox { title, due: Some(due) } => vec![t!(said.answer.outbox_next, title = own(title), when = when(*due))],
        Answer::Inside { entered, now } => {
            let entered = t!(said.answer.inside, when = when(*entered));
            [Some(entered), now.as_ref().map(|now| standing(now, None))].into_iter().flatten().collect()
        }
        Answer::Over { entered, now, last } => {
            let over = t!(said.answer.over, when = when(*entered));
            let now = now.as_ref().map(|now| standing(now, last.as_ref().map(|step| &step.why)));
            let last = last.as_ref().map(|step| t!(said.answer.last_step, step = taken(step)));
            [Some(over), now, last].into_iter().flatten().collect()
        }
        Answer::Refused { at, rule: by, why } => {
            vec![t!(said.answer.refused, when = when(*at), rule = rule(*by), why = super::why(why))]
        }
        Answer::NeverPublished => vec![t!(said.answer.never_published)],
        Answer::NotStarted { ways, halted } => {
            let said = if ways.is_empty() { t!(said.way.nothing) } else { format::either(&ways.iter().map(way).collect::<Vec<_>>()) };
            besides(t!(said.answer.not_started, ways = said), *halted)
        }
        Answer::NeverHad { names, halted } => besides(t!(said.answer.never_had, events = either(names)), *halted),
        Answer::BeforePublished { names, at, published, halted } => {
            let said = t!(said.answer.before_published, events = either(names), when = when(*at), published = when(*published));
            besides(said, *halted)
        }
        Answer::NoTrace { event, at, halted } => besides(t!(said.answer.no_trace, event = own(event), when = when(*at)), *halted),
    }
}

fn because(reason: Option<&Why>) -> String {
    reason.map_or_else(|| t!(said.answer.no_reason), super::why)
}

fn besides(said: String, halted: Option<Halted>) -> Vec<String> {
    let halted = halted.map(|halted| match halted {
        Halted::Paused => t!(said.answer.paused),
        Halted::Stopped => t!(said.answer.stopped),
        Halted::Archived => t!(said.answer.archived),
    });
    std::iter::once(said).chain(halted).collect()
}

fn rule(rule: RefusalReason) -> String {
    match rule {
        RefusalReason::Filter => t!(said.rule.filter),
        RefusalReason::Reentry => t!(said.rule.reentry),
        RefusalReason::Paused => t!(said.rule.paused),
        RefusalReason::Key => t!(said.rule.key),
        RefusalReason::Rate => t!(said.rule.rate),
    }
}

fn way(way: &Way) -> String {
    match way {
        Way::Events(names) => either(names),
        Way::Schedule(cron) => t!(said.way.schedule, cron = own(cron)),
        Way::Anniversary(fact) => t!(said.way.anniversary, fact = fact_of(fact)),
        Way::Segment { segment, change: SegmentChange::Entered } => t!(said.way.entering, segment = own(segment)),
        Way::Segment { segment, change: SegmentChange::Left } => t!(said.way.leaving, segment = own(segment)),
        Way::Api => t!(said.way.api),
        Way::Journey => t!(said.way.journey),
    }
}

/// What a run does now; of one that is over, `why` is the last step's reason.
#[must_use]
pub fn standing(standing: &Standing, why: Option<&Why>) -> String {
    match standing {
        Standing::Ready { node, at } => t!(said.now.ready, node = called(node), when = when(*at)),
        Standing::Queued { node } => t!(said.now.queued, node = called(node)),
        Standing::Sleeping { node, until } => t!(said.now.sleeping, node = called(node), when = when(*until)),
        Standing::Awaiting { node, names, deadline: Some(at) } => {
            t!(said.now.awaiting, node = called(node), events = either(names), when = when(*at))
        }
        Standing::Awaiting { node, names, deadline: None } => t!(said.now.awaiting_open, node = called(node), events = either(names)),
        Standing::AwaitingChange { node, deadline: Some(at) } => t!(said.now.change, node = called(node), when = when(*at)),
        Standing::AwaitingChange { node, deadline: None } => t!(said.now.change_open, node = called(node)),
        Standing::Calling { node } => t!(said.now.calling, node = called(node)),
        Standing::Asking { node, deadline: Some(at) } => t!(said.now.asking, node = called(node), when = when(*at)),
        Standing::Asking { node, deadline: None } => t!(said.now.asking_open, node = called(node)),
        Standing::Held { node, problem } => t!(said.now.held, node = called(node), problem = own(&readable(problem))),
        Standing::Ended { at, end } => t!(said.now.ended, when = when(*at), how = step::end(end, why)),
    }
}

/// What people call a node.
#[must_use]
pub fn called(node: &Called) -> String {
    own(&match node {
        Called::Name(name) => name.clone(),
        Called::Kind { kind, label } => crate::words::step::kind_label(kind, label),
    })
}

fn taken(step: &StepTaken) -> String {
    t!(said.did.labelled, name = called(&step.node), what = step::outcome(&step.outcome, Some(&step.why)))
}

/// One recorded fact.
#[must_use]
pub fn happened(happened: &Happened) -> String {
    match happened {
        Happened::Event(event) => t!(said.happened.event, event = own(event)),
        Happened::Refused { version, rule: by } => t!(said.happened.refused, n = *version, rule = rule(*by)),
        Happened::Entered(version) => t!(said.happened.entered, n = *version),
        Happened::Left(how) => t!(said.happened.left, how = left(how.as_deref())),
        Happened::Delivery { channel, title, recipient, state, reason } => {
            let (channel, state) = (delivery::channel(channel), delivery::state(state));
            let what = t!(said.happened.delivery, channel = channel, title = own(title), recipient = own(recipient), state = state);
            match reason {
                Some(reason) => t!(said.happened.because, what = what, why = super::why(reason)),
                None => what,
            }
        }
        Happened::Step(step) => taken(step),
        Happened::Trouble { node, problem } => t!(said.happened.trouble, node = called(node), problem = own(&readable(problem))),
    }
}

fn left(how: Option<&str>) -> String {
    match how {
        Some("goal") => t!(live.state.goal),
        Some("exited") => t!(live.state.exited),
        Some("cancelled") => t!(live.state.cancelled),
        _ => t!(live.state.completed),
    }
}
