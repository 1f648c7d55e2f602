//! An empty canvas says how to begin.

use super::palette::add;
use crate::editor::model::icons;
use crate::editor::model::state::editor;
use crate::tr;
use crate::ui::Icon;
use crate::words;
use leptos::prelude::*;
use tradewind_nodes::kind::Family;

/// Over the empty canvas: what a journey begins with, one press each.
#[component]
pub fn Welcome() -> impl IntoView {
    let editor = editor();
    let triggers = editor.with_kinds(|kinds| kinds.specs()).into_iter().filter(|spec| spec.family == Family::Trigger);
    let one = move |spec: tradewind_nodes::kind::KindSpec| {
        let (kind, pressed) = (spec.name.clone(), spec.name.clone());
        view! {
            <li>
                <button type="button" class="kind" data-family="trigger" on:click=move |_| add(editor, &pressed)>
                    <span class="ic"><Icon icon=icons::of(&kind, Some(Family::Trigger)) size=14 /></span>
                    <span class="name">{move || words::step::kind_label(&spec.name, &spec.label)}</span>
                </button>
            </li>
        }
    };
    view! {
        <div class="welcome float">
            <h2>{tr!(editor.welcome.title)}</h2>
            <p>{tr!(editor.welcome.text)}</p>
            <ul>{triggers.map(one).collect_view()}</ul>
        </div>
    }
}
