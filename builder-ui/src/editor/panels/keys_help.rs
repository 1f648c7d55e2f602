//! The list of keys of the canvas, made of the table they are read by.

use crate::editor::canvas::commands::run;
use crate::editor::model::state::{Editor, editor};
use crate::gesture::keys::{Command as C, LINES, Line};
use crate::shell::Command as Entry;
use crate::ui::{Dialog, Kbd};
use crate::{t, tr};
use leptos::prelude::*;

fn words(command: C) -> String {
    match command {
        C::Walk(_) => t!(editor.key.walk),
        C::Extend(_) => t!(editor.key.extend),
        C::Nudge(_) => t!(editor.key.nudge),
        C::Open => t!(editor.key.open),
        C::AddAfter => t!(editor.key.add),
        C::Link => t!(editor.key.link),
        C::Rename => t!(editor.key.rename),
        C::Delete => t!(editor.key.delete),
        C::Copy => t!(editor.key.copy),
        C::Cut => t!(editor.key.cut),
        C::Paste => t!(editor.key.paste),
        C::Duplicate => t!(editor.key.duplicate),
        C::Undo => t!(editor.key.undo),
        C::Redo => t!(editor.key.redo),
        C::SelectAll => t!(editor.key.all),
        C::SelectBranch => t!(editor.key.branch),
        C::SearchKinds => t!(editor.key.kinds),
        C::SearchSteps => t!(editor.key.steps),
        C::NextIssue => t!(editor.key.issue),
        C::AddNote => t!(editor.key.note),
        C::Fit => t!(editor.key.fit),
        C::Tidy => t!(editor.key.tidy),
        C::ZoomIn => t!(editor.key.zoom_in),
        C::ZoomOut => t!(editor.key.zoom_out),
        C::ZoomReset => t!(editor.key.zoom_reset),
        C::DryRun => t!(editor.key.dry_run),
        C::Publish => t!(publish.title),
        C::Outline => t!(editor.key.outline),
        C::Menu => t!(editor.key.menu),
        C::Help => t!(editor.key.help),
        C::Escape => t!(editor.key.escape),
    }
}

/// What keys do, as commands of the palette, but for those that are for hands on the keys: walking, the clipboard, menus.
#[must_use]
pub fn commands(editor: Editor) -> Vec<Entry> {
    let by_hand =
        |command| matches!(command, C::Walk(_) | C::Extend(_) | C::Nudge(_) | C::Copy | C::Cut | C::Paste | C::Menu | C::Escape | C::Help);
    let lines = LINES.into_iter().filter(|line| !by_hand(line.command) && line.keys != "Backspace");
    let entry = |line: Line| {
        let run = move || {
            run(editor, line.command);
        };
        let entry = Entry::new(icondata::LuWorkflow, move || words(line.command), run);
        if line.keys.len() == 1 { entry.noted(move || line.keys.to_owned()) } else { entry }
    };
    lines.map(entry).collect()
}

/// One key stands for all four arrows.
fn shown(keys: &'static str) -> &'static str {
    match keys {
        "ArrowDown" => "← ↑ → ↓",
        "Shift+ArrowDown" => "Shift+← ↑ → ↓",
        "Alt+ArrowDown" => "Alt+← ↑ → ↓",
        other => other,
    }
}

/// The list.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let editor = editor();
    view! {
        <Dialog open=editor.keys title=Signal::derive(tr!(editor.key.title)) class="wide">
            <dl class="keys canvas-keys">
                {LINES.iter().map(|line| view! { <div><dt>{words(line.command)}</dt><dd><Kbd keys=shown(line.keys) /></dd></div> }).collect_view()}
                <div><dt>{tr!(editor.key.pan)}</dt><dd><Kbd keys="Space" /></dd></div>
                <div><dt>{tr!(editor.key.zoom)}</dt><dd><Kbd keys="Mod" /></dd></div>
                <div><dt>{tr!(editor.key.lasso)}</dt><dd><Kbd keys="Shift" /></dd></div>
                <div><dt>{tr!(editor.key.free)}</dt><dd><Kbd keys="Alt" /></dd></div>
            </dl>
        </Dialog>
    }
}
