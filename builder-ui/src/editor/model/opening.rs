//! Opening what stands beside the canvas and over it.

use super::state::{Editor, Panel};
use crate::{browser, session};
use leptos::prelude::*;

/// Shows the selected step's form and goes into it.
pub fn form(editor: Editor) {
    let there = editor.panel.get_untracked() == Panel::Inspector;
    editor.panel.set(Panel::Inspector);
    // At once where it can be: the next key is meant for the form.
    if there {
        browser::focus("inspector");
    } else {
        request_animation_frame(|| browser::focus("inspector"));
    }
}

/// Opens or closes the list of issues.
pub fn issues(editor: Editor) {
    let open = editor.panel.get_untracked() == Panel::Issues;
    editor.panel.set(if open { Panel::Inspector } else { Panel::Issues });
    if !open {
        request_animation_frame(|| browser::focus("issues"));
    }
}

/// Opens the list of keys.
pub fn keys(editor: Editor) {
    editor.keys.set(true);
}

/// Opens or closes the dry run.
pub fn dry_run(editor: Editor) {
    editor.panel.update(|panel| *panel = if *panel == Panel::DryRun { Panel::Inspector } else { Panel::DryRun });
}

/// Opens or closes the numbers.
pub fn numbers(editor: Editor) {
    editor.panel.update(|panel| *panel = if *panel == Panel::People { Panel::Inspector } else { Panel::People });
}

/// Whether whoever is signed in may change journeys.
pub fn may_publish() -> bool {
    session::current().is_some_and(|session| session.allows("write"))
}

/// Asks whether the draft shall be published, where whoever is signed in may.
pub fn publish(editor: Editor) -> bool {
    let may = may_publish();
    if may {
        editor.publishing.set(true);
    }
    may
}
