//! The steps somebody took, each with what came of it, why, and the values that were seen.

use crate::i18n::format::{self, Moment};
use crate::ui::Icon;
use crate::words::value::value;
use crate::{said, t};
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;
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
    let rule = said::why(&why);
    // Words of others may be of another language; sentences of ours go this one's way, whatever data they begin with.
    let dir = said::foreign(&why).then_some("auto");
    let values = why.seen();
    let seen = values
        .iter()
        .map(|(path, seen)| view! { <div><dt dir="ltr"><code>{path.clone()}</code></dt><dd dir="auto">{value(seen)}</dd></div> });
    let seen = (!values.is_empty()).then(|| view! { <dl class="seen">{seen.collect_view()}</dl> });
    view! {
        {(!rule.is_empty()).then(|| view! { <p class="rule" dir=dir>{rule}</p> })}
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
        let done = said::outcome(&line.outcome, Some(&line.why));
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
                    <p class="outcome">{done}</p>
                    {why}
                </div>
            </li>
        }
    };
    view! { <ol class="steps">{move || lines.get().into_iter().map(one).collect_view()}</ol> }
}
