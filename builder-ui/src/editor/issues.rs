//! Everything wrong with the journey in one list; each leads to its step and field.

use super::state::{Editor, Panel, Selection, editor};
use crate::ui::Icon;
use crate::{browser, t, tr};
use leptos::prelude::*;
use tradewind_nodes::issue::Issue;

/// Goes to what an issue is about.
pub fn go(editor: Editor, issue: &Issue) {
    match &issue.node {
        Some(id) if editor.card(id).is_some() => {
            editor.field.set(Some((id.clone(), issue.field.clone())));
            editor.go_to(id);
        }
        _ => editor.selection.set(Selection::default()),
    }
    editor.say(issue.message.clone());
}

/// Goes to the next issue after the one the keyboard is at.
pub fn next(editor: Editor) {
    let issues = editor.issues.get_untracked();
    let here = editor.current();
    let place = issues.iter().rposition(|issue| issue.node.is_some() && issue.node == here);
    let following = place.map_or(0, |place| place + 1);
    let found = issues.iter().cycle().skip(following).take(issues.len()).find(|issue| issue.node.is_some());
    match found.or(issues.first()) {
        Some(issue) => go(editor, issue),
        None => editor.say(t!(editor.issues.none)),
    }
}

fn numbered(issues: Vec<Issue>) -> Vec<(usize, Issue)> {
    issues.into_iter().enumerate().collect()
}

/// The list.
#[component]
pub fn Issues() -> impl IntoView {
    let editor = editor();
    let row = move |(_, issue): (usize, Issue)| {
        let place = issue.node.as_ref().map_or_else(|| t!(editor.issues.whole), |id| editor.title(id));
        let message = issue.message.clone();
        let press = move |_| {
            go(editor, &issue);
            if issue.node.is_some() {
                editor.panel.set(Panel::Inspector);
            }
        };
        view! { <li><button type="button" class="issue" on:click=press><b>{place}</b><span dir="auto">{message}</span></button></li> }
    };
    let listed = move || numbered(editor.issues.get());
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
            <ul><For each=listed key=|(n, issue)| format!("{n} {}", issue.message) children=row /></ul>
        </section>
    }
}

/// Opens the list, or closes it.
pub fn toggle(editor: Editor) {
    let open = editor.panel.get_untracked() == Panel::Issues;
    editor.panel.set(if open { Panel::Inspector } else { Panel::Issues });
    if !open {
        request_animation_frame(|| browser::focus("issues"));
    }
}
