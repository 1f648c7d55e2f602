//! Everything wrong with the journey in one list; each leads to its step and field.

use crate::editor::model::issues::{go, ordered, words_of};
use crate::editor::model::state::editor;
use crate::ui::Icon;
use crate::{t, tr};
use leptos::prelude::*;
use tradewind_nodes::issue::Issue;

/// The list.
#[component]
pub fn Issues() -> impl IntoView {
    let editor = editor();
    let row = move |(_, issue): (usize, Issue)| {
        let place = issue.node.as_ref().map_or_else(|| t!(editor.issues.whole), |id| editor.title(id));
        let words = words_of(editor, &issue);
        let press = move |_| go(editor, issue.node.as_ref(), &issue.field);
        view! { <li><button type="button" class="issue" on:click=press><b>{place}</b><span dir="auto">{words}</span></button></li> }
    };
    let listed = move || ordered(editor, editor.issues.get()).into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <section class="issues" id="issues" tabindex="-1" aria-label=tr!(editor.issues.label)>
            <header>
                <h2>{move || t!(editor.issues.count, n = editor.issues.with(Vec::len))}</h2>
                <span class="space"></span>
                <super::side::Close />
            </header>
            <Show when=move || editor.issues.with(Vec::is_empty)>
                <p class="hint"><Icon icon=icondata::LuCircleCheck size=16 />{tr!(editor.issues.none)}</p>
            </Show>
            <ul><For each=listed key=|(n, issue)| format!("{n} {:?} {}", issue.node, issue.message) children=row /></ul>
        </section>
    }
}
