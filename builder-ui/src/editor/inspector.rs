//! The panel at the side that shows one step: the slot that forms fill.

use super::state::{Editor, Panel, editor};
use super::{icons, words};
use crate::ui::{Icon, Kbd};
use crate::{browser, t, tr};
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;

/// Shows the selected step's form and goes into it.
pub fn enter(editor: Editor) {
    editor.panel.set(Panel::Inspector);
    request_animation_frame(|| browser::focus("inspector"));
}

/// The panel: the form of the one step selected, else what there is to know of the journey.
#[component]
pub fn Inspector() -> impl IntoView {
    let editor = editor();
    let only = Memo::new(move |_| editor.selection.with(|selection| selection.only().cloned()));
    let several = Memo::new(move |_| editor.selection.with(|selection| selection.nodes.len()));
    view! {
        <section class="inspector" id="inspector" tabindex="-1" aria-label=tr!(editor.inspector.label)>
            {move || match only.get() {
                Some(id) => view! { <Step id=id /> }.into_any(),
                None if several.get() > 1 => view! { <p class="hint">{t!(editor.selected, n = several.get())}</p> }.into_any(),
                None => view! { <p class="hint">{t!(editor.inspector.nothing)}</p> }.into_any(),
            }}
        </section>
    }
}

/// One step: its head, and its form below.
#[component]
fn Step(
    /// Which.
    id: NodeId,
) -> impl IntoView {
    let editor = editor();
    let Some(card) = editor.card(&id) else { return ().into_any() };
    let face = Memo::new(move |_| card.face.get());
    let kind = move || {
        let face = face.get();
        editor.with_registry(|kinds| kinds.spec(&face.kind)).map_or(face.kind.clone(), |spec| words::kind_label(&spec.name, &spec.label))
    };
    let rename = {
        let id = id.clone();
        move |_| editor.naming.set(Some(id.clone()))
    };
    view! {
        <header data-family=move || icons::family(face.get().family)>
            <span class="ic">{move || { let face = face.get(); view! { <Icon icon=icons::of(&face.kind, face.family) size=14 /> } }}</span>
            <h2>{kind}</h2>
            <span class="space"></span>
            <button type="button" class="btn ghost" on:click=rename><Kbd keys="F2" />{tr!(editor.inspector.rename)}</button>
        </header>
        <super::panels::StepForm id=id />
    }
    .into_any()
}
