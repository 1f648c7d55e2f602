//! The same graph as a nested list: for screen readers, and for whoever thinks in lists. Everything that can be done to a step
//! can be done here.

use crate::editor::canvas::commands;
use crate::editor::model::icons;
use crate::editor::model::opening;
use crate::editor::model::select::walk_order;
use crate::editor::model::state::{Editor, editor};
use crate::gesture::keys::{self, Command, Direction, Stroke};
use crate::ui::Icon;
use crate::words;
use crate::{browser, t, tr};
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;
use web_sys::KeyboardEvent;

/// A line of the outline.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
struct Line {
    id: NodeId,
    depth: usize,
    /// The ports of it that lead nowhere though they must.
    open: Vec<String>,
    /// Where its ways lead, as "yes → Send mail".
    leads: Vec<String>,
}

fn lines(editor: Editor) -> Vec<Line> {
    walk_order(editor)
        .into_iter()
        .map(|(id, depth)| {
            let (open, leads) = editor.stage.with_value(|stage| {
                let Some(card) = stage.scene.card(&id) else { return (Vec::new(), Vec::new()) };
                let name = |port: &tradewind_nodes::id::PortName| words::step::port_label(port.as_str());
                let open = card.slots.iter().filter(|slot| slot.required && !slot.wired).map(|slot| name(&slot.name)).collect();
                let out = stage.scene.wires_at(&id).filter(|wire| wire.from == id);
                (open, out.map(|wire| t!(editor.outline.leads, port = name(&wire.port), what = editor.title(&wire.to))).collect())
            });
            Line { id, depth, open, leads }
        })
        .collect()
}

/// The outline.
#[component]
pub fn Outline() -> impl IntoView {
    let editor = editor();
    let shown = Memo::new(move |_| {
        editor.version.track();
        let _words = crate::i18n::language();
        lines(editor)
    });
    let here = move || editor.focus.get().or_else(|| shown.with(|lines| lines.first().map(|line| line.id.clone())));
    let active = move || here().map(|id| format!("line-{id}"));
    let keys = move |event: KeyboardEvent| pressed(editor, &shown.get_untracked(), &event);
    let row = move |line: Line| view! { <Row line=line here=Signal::derive(here) /> };
    view! {
        <section class="outline-panel" aria-label=tr!(editor.outline.label)>
            <header><h2>{tr!(editor.outline.label)}</h2><span class="space"></span><super::side::Close /></header>
            <p class="hint" id="outline-help">{tr!(editor.outline.help)}</p>
            <div id="outline" class="outline" role="tree" tabindex="0" aria-label=tr!(editor.outline.label) aria-describedby="outline-help"
                aria-activedescendant=active on:keydown=keys>
                <For each=move || shown.get() key=Clone::clone children=row />
            </div>
        </section>
    }
}

#[component]
fn Row(
    /// What it shows.
    line: Line,
    /// The node the keyboard is at.
    here: Signal<Option<NodeId>>,
) -> impl IntoView {
    let editor = editor();
    let Line { id, depth, open, leads } = line;
    let Some(card) = editor.card(&id) else { return ().into_any() };
    let (face, check) = (card.face, card.check);
    let shown = Memo::new(move |_| face.get());
    let wrong = Memo::new(move |_| check.with(|check| check.issues));
    let (own, went) = (id.clone(), id.clone());
    let current = Memo::new(move |_| here.get().as_ref() == Some(&own));
    let open = (!open.is_empty()).then(|| t!(editor.outline.open, ports = open.join(", ")));
    view! {
        <div id=format!("line-{id}") class="line" role="treeitem" attr:aria-level={(depth + 1).to_string()} aria-selected=move || current.get().to_string()
            style:padding-inline-start=format!("{}px", 8 + depth * 18) data-family=move || icons::family(shown.get().family)
            on:click=move |_| { editor.go_to(&went); browser::focus("outline"); }>
            <span class="ic">{move || { let face = shown.get(); view! { <Icon icon=icons::of(&face.kind, face.family) size=14 /> } }}</span>
            <span class="what">
                <b>{move || shown.get().title}</b>
                <small>{move || shown.get().line}</small>
                {leads.into_iter().map(|way| view! { <small class="way">{way}</small> }).collect_view()}
                {open.map(|words| view! { <small class="bad">{words}</small> })}
                <Show when=move || { wrong.get() > 0 }><small class="bad">{move || t!(editor.card.issues, n = wrong.get())}</small></Show>
            </span>
        </div>
    }
    .into_any()
}

fn pressed(editor: Editor, lines: &[Line], event: &KeyboardEvent) {
    let name = event.key();
    let stroke = Stroke { key: &name, primary: event.ctrl_key() || event.meta_key(), shift: event.shift_key(), alt: event.alt_key() };
    let Some(command) = keys::command(stroke) else { return };
    if let Some(linking) = editor.linking.get_untracked() {
        event.prevent_default();
        commands::link_on(editor, linking, command);
        return;
    }
    let place = editor.focus.get_untracked().and_then(|id| lines.iter().position(|line| line.id == id));
    let at = match command {
        Command::Walk(Direction::Down) => place.map_or(0, |place| place + 1),
        Command::Walk(Direction::Up) => place.unwrap_or(0).saturating_sub(1),
        Command::Open => {
            event.prevent_default();
            if let Some(id) = editor.current() {
                editor.select(id);
                opening::form(editor);
            }
            return;
        }
        // Out of a list Tab leads on.
        Command::AddAfter | Command::Walk(_) | Command::Extend(_) => return,
        other => {
            if commands::run(editor, other) {
                event.prevent_default();
            }
            return;
        }
    };
    event.prevent_default();
    if let Some(line) = lines.get(at.min(lines.len().saturating_sub(1))) {
        editor.select(line.id.clone());
        editor.focus.set(Some(line.id.clone()));
        editor.reveal(&line.id);
        if let Some(row) = document().get_element_by_id(&format!("line-{}", line.id)) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }
}
