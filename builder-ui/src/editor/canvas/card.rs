//! A card: what a step is called, what it does, how many people are there, what is wrong.

use crate::editor::model::counts::Mark;
use crate::editor::model::icons;
use crate::editor::model::numbers;
use crate::editor::model::state::{CardSignals, editor};
use crate::i18n::format;
use crate::ui::Icon;
use crate::words;
use crate::{t, tr};
use leptos::html;
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;

/// A card. Its place is written into its element by the stage.
#[component]
pub fn Card(
    /// Its node.
    id: NodeId,
) -> impl IntoView {
    let editor = editor();
    let Some(CardSignals { face, check }) = editor.card(&id) else { return ().into_any() };
    let node = StoredValue::new(id.clone());
    let element = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            editor.stage.update_value(|stage| stage.show_card(&node.get_value(), element.into()));
        }
    });
    on_cleanup(move || {
        editor.stage.try_update_value(|stage| stage.hide_card(&node.get_value()));
    });
    let selected = Memo::new(move |_| node.with_value(|id| editor.selection.with(|selection| selection.has(id))));
    let focused = Memo::new(move |_| node.with_value(|id| editor.focus.with(|focus| focus.as_ref() == Some(id))));
    let naming = Memo::new(move |_| node.with_value(|id| editor.naming.with(|naming| naming.as_ref() == Some(id))));
    let mark = Memo::new(move |_| node.with_value(|id| editor.path.with(|path| path.nodes.get(id).copied())));
    let marked = move |which: Mark| mark.get() == Some(which);
    let issues = {
        let check = check.clone();
        Memo::new(move |_| check.with(|check| check.issues))
    };
    let shown = {
        let face = face.clone();
        Memo::new(move |_| face.get())
    };
    let spoken = move || {
        let face = shown.get();
        let wrong = issues.get();
        let wrong = if wrong > 0 { t!(editor.card.issues, n = wrong) } else { String::new() };
        [face.title, face.line, wrong].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    };
    view! {
        <div
            node_ref=element
            class="card"
            class:selected=move || selected.get()
            class:wrong=move || { issues.get() > 0 }
            class:walked=move || marked(Mark::Passed)
            class:here=move || marked(Mark::Here)
            class:lost=move || marked(Mark::Failed)
            data-family=move || icons::family(shown.get().family)
            data-node=id.to_string()
            id=format!("card-{id}")
            role="group"
            aria-roledescription=tr!(editor.card.role)
            aria-label=spoken
            tabindex=move || if focused.get() { "0" } else { "-1" }
            on:focus=move |_| editor.focus.set(Some(node.get_value()))
        >
            <Show when=move || { issues.get() > 0 }>
                <span class="flag" aria-hidden="true" title=move || t!(editor.card.issues, n = issues.get())>"!"</span>
            </Show>
            <div class="head">
                <span class="ic">{move || { let face = shown.get(); view! { <Icon icon=icons::of(&face.kind, face.family) size=14 /> } }}</span>
                <div class="what">
                    <Show when=move || naming.get() fallback=move || view! { <b title=move || shown.get().title><bdi>{move || shown.get().title}</bdi></b> }>
                        <super::rename::CardName node=node />
                    </Show>
                    <small title=move || shown.get().line><span>{move || shown.get().line}</span></small>
                </div>
            </div>
            <Foot node=node check=check shown=shown />
            <Ports shown=shown />
        </div>
    }
    .into_any()
}

/// The line at the foot of a card: people, and the time since the trigger.
#[component]
fn Foot(
    /// The node.
    node: StoredValue<NodeId>,
    /// What the check says.
    check: ArcRwSignal<crate::editor::model::state::CardCheck>,
    /// What the card shows.
    shown: Memo<crate::editor::model::face::Face>,
) -> impl IntoView {
    let editor = editor();
    // Asked for here: what a press does belongs to no part of the page.
    let watch = use_context::<numbers::Watch>();
    let counts = Memo::new(move |_| editor.counts.with(|counts| node.with_value(|id| counts.nodes.get(id).cloned())));
    let live = Memo::new(move |_| editor.counts.with(|counts| !counts.nodes.is_empty()));
    let time = move || {
        let told = if shown.get().timed { check.with(|check| check.time) } else { None };
        told.map(|span| {
            let full = words::step::after_trigger(span);
            let shown = if live.get() { words::step::after_trigger_short(span) } else { full.clone() };
            view! { <span class="time" title=full>{shown}</span> }
        })
    };
    let number = |n: u64| format::number(n as f64);
    let people = move || {
        let counts = counts.get().unwrap_or_default();
        live.get().then(|| {
            view! {
                <button type="button" class="here-now" tabindex="-1" on:click=move |_| numbers::show_people(editor, watch, &node.get_value())>
                    {t!(editor.card.waiting)}" "<b>{number(counts.waiting)}</b>
                </button>
                <span>{t!(editor.card.passed)}" "<b>{number(counts.passed)}</b></span>
                {(counts.failed > 0).then(|| view! { <span class="bad">{t!(editor.card.failed)}" "<b>{number(counts.failed)}</b></span> })}
            }
        })
    };
    view! {
        <Show when=move || live.get() || shown.get().timed>
            <div class="foot">{people}{time.clone()}</div>
        </Show>
    }
}

/// The ports on the lower side. They are seen when the card is pointed at or selected; a port that must lead on always is.
#[component]
fn Ports(
    /// What the card shows.
    shown: Memo<crate::editor::model::face::Face>,
) -> impl IntoView {
    let slots = Memo::new(move |_| shown.get().slots);
    let one = |slot: crate::gesture::scene::Slot| {
        let name = words::step::port_label(slot.name.as_str());
        view! {
            <span class="port" class:wired=slot.wired class:needed=slot.required && !slot.wired class:open=!slot.aside && !slot.wired style:left=format!("{}px", slot.at) aria-hidden="true">
                <span class="name">{name}</span>
            </span>
        }
    };
    move || slots.get().into_iter().map(one).collect_view()
}
