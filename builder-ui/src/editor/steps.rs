//! The steps somebody took, each with what came of it, why, and the values that were seen.

use crate::i18n::format::{self, Moment};
use crate::t;
use crate::ui::Icon;
use leptos::prelude::*;
use tradewind_nodes::Json;
use tradewind_nodes::id::NodeId;
use tradewind_nodes::kind::End;
use tradewind_nodes::run::StepOutcome;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;

/// A step to be shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Where.
    pub node: NodeId,
    /// What the node is called.
    pub title: String,
    /// Which visit, from 1.
    pub visit: u32,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: StepOutcome,
    /// Why.
    pub why: Why,
}

/// A port's name as it is read.
#[must_use]
pub fn port(name: &str) -> String {
    super::words::port_label(name)
}

fn end(end: &End) -> String {
    match end {
        End::Completed => t!(live.step.completed),
        End::Exited { reason } => t!(live.step.exited, reason = reason),
        End::Goal { .. } => t!(live.step.goal),
        End::Cancelled { reason } => t!(live.step.cancelled, reason = reason),
    }
}

/// What became of a step.
#[must_use]
pub fn outcome(outcome: &StepOutcome) -> String {
    let when = |at: &Timestamp| format::instant(*at, Moment::DateTime);
    match outcome {
        StepOutcome::Went(port) if port.as_str() == "next" => t!(live.step.next),
        StepOutcome::Went(name) => t!(live.step.went, port = port(name.as_str())),
        StepOutcome::Sleeps(until) => t!(live.step.sleeps, when = when(until)),
        StepOutcome::Waits(Some(until)) => t!(live.step.waits, when = when(until)),
        StepOutcome::Waits(None) => t!(live.step.waits_open),
        StepOutcome::Calls(channel) => t!(live.step.calls, channel = channel),
        StepOutcome::Asks(_) => t!(live.step.asks),
        StepOutcome::Failed(problem) => t!(live.step.failed, problem = &problem.message),
        StepOutcome::Skipped(name) => t!(live.step.skipped, port = port(name.as_str())),
        StepOutcome::Ended(how) => end(how),
    }
}

/// A sentence of the engine with its instants as the user reads them.
#[must_use]
pub fn readable(sentence: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_end_matches([',', ';', '.', ')', ':']);
        // A date alone stays as it is; an instant is longer.
        let at = Some(bare).filter(|bare| bare.len() > 18).and_then(Timestamp::parse)?;
        Some(format!("{}{}", format::instant(at, Moment::DateTime), &word[bare.len()..]))
    };
    sentence.split(' ').map(|part| word(part).unwrap_or_else(|| part.to_owned())).collect::<Vec<_>>().join(" ")
}

/// A value that was seen, as people read it.
#[must_use]
pub fn value(value: &Json) -> String {
    match value {
        Json::String(text) => match Timestamp::parse(text).filter(|_| text.len() > 18) {
            Some(at) => format::instant(at, Moment::DateTime),
            None => text.clone(),
        },
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), format::number),
        Json::Bool(true) => t!(live.yes),
        Json::Bool(false) => t!(live.no),
        Json::Null => t!(live.none),
        other => other.to_string(),
    }
}

fn icon(outcome: &StepOutcome) -> (&'static str, icondata::Icon) {
    match outcome {
        StepOutcome::Went(_) | StepOutcome::Skipped(_) => ("went", icondata::LuArrowDown),
        StepOutcome::Ended(_) => ("ended", icondata::LuFlag),
        StepOutcome::Failed(_) => ("failed", icondata::LuTriangleAlert),
        StepOutcome::Asks(_) => ("stays", icondata::LuMessageCircleQuestion),
        StepOutcome::Calls(_) => ("stays", icondata::LuSend),
        StepOutcome::Sleeps(_) | StepOutcome::Waits(_) => ("stays", icondata::LuHourglass),
    }
}

/// The rule that decided, and what it saw.
#[component]
pub fn Reason(
    /// Why.
    why: Why,
) -> impl IntoView {
    let rule = readable(why.rule.trim());
    let seen = why
        .seen
        .iter()
        .map(|(path, seen)| view! { <div><dt dir="ltr"><code>{path.clone()}</code></dt><dd dir="auto">{value(seen)}</dd></div> });
    let seen = (!why.seen.is_empty()).then(|| view! { <dl class="seen">{seen.collect_view()}</dl> });
    view! {
        {(!rule.is_empty()).then(|| view! { <p class="rule" dir="auto">{rule}</p> })}
        {seen}
    }
}

/// The steps in their order. Those of the chosen node are marked; pressing a step chooses its node.
#[component]
pub fn Steps(
    /// What is shown.
    #[prop(into)]
    lines: Signal<Vec<Line>>,
    /// The chosen node.
    chosen: RwSignal<Option<NodeId>>,
) -> impl IntoView {
    let one = move |line: Line| {
        let (class, picture) = icon(&line.outcome);
        let id = line.node.clone();
        let mine = {
            let id = id.clone();
            Memo::new(move |_| chosen.with(|chosen| chosen.as_ref() == Some(&id)))
        };
        let failed = matches!(line.outcome, StepOutcome::Failed(_));
        let visit = (line.visit > 1).then(|| t!(live.step.visit, n = line.visit));
        // A failure is its own reason.
        let why = (!failed).then(|| view! { <Reason why=line.why /> });
        let choose = move |_| chosen.update(|chosen| *chosen = if chosen.as_ref() == Some(&id) { None } else { Some(id.clone()) });
        view! {
            <li class=format!("step {class}") class:mine=move || mine.get()>
                <span class="bead"><Icon icon=picture size=12 /></span>
                <div class="told">
                    <button type="button" class="link" aria-pressed=move || mine.get().to_string() on:click=choose>
                        <b dir="auto">{line.title}</b>{visit.map(|visit| view! { " "<small>{visit}</small> })}
                    </button>
                    <time>{format::instant(line.at, Moment::Exact)}</time>
                    <p class="outcome" dir="auto">{outcome(&line.outcome)}</p>
                    {why}
                </div>
            </li>
        }
    };
    view! { <ol class="steps">{move || lines.get().into_iter().map(one).collect_view()}</ol> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_in_sentences_are_made_readable_and_nothing_else() {
        assert_eq!(readable("cart of 2026-03-02, at least 50.0;"), "cart of 2026-03-02, at least 50.0;");
        let said = readable("waits until 2026-11-23T17:14:21.746213Z, then goes");
        assert!(!said.contains('Z') && said.ends_with(", then goes"), "{said}");
    }
}
