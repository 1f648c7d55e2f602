//! The draft: kept in the browser at every edit, saved on the server after a pause, checked as a whole a little later.

use super::document::history::Label;
use super::document::journal::{Journal, Recovery, recover};
use super::document::replacing;
use super::saving::{Action, Failure as Why, Input};
use super::state::{CardCheck, Editor};
use crate::api::journeys::{self, Journey};
use crate::api::{Failure, Link, link};
use crate::worker::{Ask, ask};
use crate::{browser, t};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use tradewind_nodes::graph::{Graph, Lengths, lengths, validate};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::issue::Issue;
use tradewind_nodes::kinds::Registry;

/// How often it is looked whether the draft is due, in milliseconds.
const BEAT: u32 = 250;
/// How long after the last edit the whole journey is checked.
const CHECK: u32 = 140;

/// Two drafts of which one must be chosen.
#[derive(Clone, PartialEq, Debug)]
pub struct Conflict {
    /// What was edited here.
    pub mine: Graph,
    /// What the server has.
    pub theirs: Journey,
    /// The tag of theirs.
    pub tag: String,
}

fn journal_name(slug: &str) -> String {
    format!("draft.{slug}")
}

/// Something was edited: keep it, and send it in time.
pub(in crate::editor) fn edited(editor: Editor) {
    keep(editor);
    let clean = editor.document.with_value(super::document::Document::is_saved);
    tell(editor, if clean { Input::Clean } else { Input::Edited });
    check_soon(editor);
}

/// Keeps the draft in the browser while the server has another one.
fn keep(editor: Editor) {
    let (slug, revision) = editor.journey.with_untracked(|meta| (meta.slug.clone(), meta.revision));
    if editor.document.with_value(super::document::Document::is_saved) {
        browser::forget(&journal_name(&slug));
        return;
    }
    let text = editor.with_graph(|graph| Journal::new(revision, graph.clone(), browser::now()).to_text());
    browser::remember(&journal_name(&slug), &text);
}

/// Checks the journey once nobody has edited it for a moment.
pub(in crate::editor) fn check_soon(editor: Editor) {
    let version = editor.version.get_untracked();
    leptos::task::spawn_local(async move {
        browser::pause(CHECK).await;
        let now = || editor.version.try_get_untracked() == Some(version);
        if now()
            && let Some(checked) = ask(Check { graph: Arc::new(editor.with_graph(Clone::clone)) }).await
            && now()
        {
            show(editor, checked);
        }
    });
}

/// What is wrong with a journey, and when people are where?
#[derive(Serialize, Deserialize)]
pub struct Check {
    /// The journey.
    pub graph: Arc<Graph>,
}

/// What there is to know of a journey.
#[derive(Serialize, Deserialize)]
pub struct Checked {
    /// Everything wrong with it.
    pub issues: Vec<Issue>,
    /// The times since the trigger.
    pub lengths: Lengths,
}

impl Ask for Check {
    type Answer = Checked;
    fn answer(self, kinds: &Registry) -> Checked {
        Checked { issues: validate(&self.graph, kinds), lengths: lengths(&self.graph, kinds) }
    }
}

fn show(editor: Editor, Checked { issues, lengths: found }: Checked) {
    let mut counted: HashMap<&NodeId, usize> = HashMap::new();
    for node in issues.iter().filter_map(|issue| issue.node.as_ref()) {
        *counted.entry(node).or_default() += 1;
    }
    editor.cards.with_value(|cards| {
        for (id, signals) in cards {
            let check = CardCheck { issues: counted.get(id).copied().unwrap_or(0), time: found.at.get(id).copied() };
            if signals.check.with_untracked(|old| *old != check) {
                signals.check.set(check);
            }
        }
    });
    if editor.longest.with_untracked(|old| *old != found.longest) {
        editor.longest.set(found.longest);
    }
    if editor.issues.with_untracked(|old| *old != issues) {
        editor.issues.set(issues);
    }
}

/// Tells the draft's state machine what happened, and does what it says.
pub(in crate::editor) fn tell(editor: Editor, input: Input) {
    let now = browser::now();
    let before = editor.saving.get_untracked();
    let (after, action) = before.clone().step(input, now);
    if after != before {
        editor.saving.set(after);
    }
    if action == Action::Send {
        leptos::task::spawn_local(send(editor));
    }
}

async fn send(editor: Editor) {
    let (slug, tag) = editor.journey.with_untracked(|meta| (meta.slug.clone(), meta.tag.clone()));
    let (graph, state) = editor.document.with_value(|document| (document.graph().clone(), document.state()));
    editor.document.update_value(|document| document.sent(&graph));
    let answer = journeys::save_draft(&slug, &graph, &tag).await;
    if editor.document.is_disposed() {
        return;
    }
    match answer {
        Ok((journey, tag)) => {
            editor.journey.update(|meta| (meta.revision, meta.tag) = (journey.draft_revision, tag));
            editor.document.update_value(|document| document.set_saved(state));
            keep(editor);
            tell(editor, Input::Saved);
        }
        Err(Failure::Unreachable) => tell(editor, Input::NotSaved(Why::Unreachable)),
        Err(Failure::SignedOut) => tell(editor, Input::NotSaved(Why::SignedOut)),
        Err(failure) if failure.is("stale") => which(editor).await,
        Err(failure) => tell(editor, Input::NotSaved(Why::Refused(failure.words()))),
    }
}

/// Fetches the other draft and asks which one shall be.
async fn which(editor: Editor) {
    let slug = editor.journey.with_untracked(|meta| meta.slug.clone());
    let answer = journeys::open(&slug).await;
    if editor.document.is_disposed() {
        return;
    }
    match answer {
        Ok((theirs, tag)) => {
            let mine = editor.with_graph(Clone::clone);
            if theirs.draft == mine {
                // Both did the same.
                settled(editor, &theirs, tag);
                return;
            }
            tell(editor, Input::Stale);
            let conflict = Conflict { mine, theirs, tag };
            // Nobody else was here: it is what we sent ourselves when the line broke before the answer.
            if editor.document.with_value(|document| document.may_be_there(&conflict.theirs.draft)) {
                keep_mine(editor, &conflict);
            } else {
                editor.conflict.set(Some(conflict));
            }
        }
        Err(Failure::SignedOut) => tell(editor, Input::NotSaved(Why::SignedOut)),
        // Without the other draft nothing can be asked: the next attempt finds it again.
        Err(_) => tell(editor, Input::NotSaved(Why::Unreachable)),
    }
}

fn settled(editor: Editor, theirs: &Journey, tag: String) {
    editor.journey.update(|meta| (meta.revision, meta.tag) = (theirs.draft_revision, tag));
    editor.document.update_value(|document| document.set_saved(document.state()));
    keep(editor);
    editor.saving.set(super::saving::Saving::Saved { at: Some(browser::now()) });
}

/// My draft shall be: it is saved over theirs.
pub fn keep_mine(editor: Editor, conflict: &Conflict) {
    editor.journey.update(|meta| (meta.revision, meta.tag) = (conflict.theirs.draft_revision, conflict.tag.clone()));
    tell(editor, Input::Retry);
}

/// Their draft shall be. Mine can be had back by undo.
pub fn take_theirs(editor: Editor, conflict: &Conflict) {
    let edit = editor.with_graph(|graph| replacing(graph, &conflict.theirs.draft));
    editor.journey.update(|meta| (meta.revision, meta.tag) = (conflict.theirs.draft_revision, conflict.tag.clone()));
    if editor.apply(&edit, Label::Replaced) {
        settled(editor, &conflict.theirs, conflict.tag.clone());
        crate::ui::toast::undoable(t!(editor.conflict.taken), move || editor.undo());
    }
}

/// What was kept here from an earlier sitting comes back.
pub(in crate::editor) fn resume(editor: Editor, journey: &Journey, tag: &str) {
    let kept = browser::remembered(&journal_name(&journey.slug));
    match recover(kept.as_deref(), journey.draft_revision, &journey.draft) {
        Recovery::Nothing => browser::forget(&journal_name(&journey.slug)),
        Recovery::Resume(graph) => {
            let edit = replacing(&journey.draft, &graph);
            if editor.apply(&edit, Label::Replaced) {
                crate::ui::toast::undoable(t!(editor.save.resumed), move || editor.undo());
            }
        }
        Recovery::Conflict(mine) => {
            let edit = replacing(&journey.draft, &mine);
            editor.apply(&edit, Label::Replaced);
            editor.saving.set(super::saving::Saving::Conflict);
            editor.conflict.set(Some(Conflict { mine, theirs: journey.clone(), tag: tag.to_owned() }));
        }
        Recovery::Unreadable => {
            // Laid aside, for the next edit takes its place.
            browser::remember(&format!("{}.unread", journal_name(&journey.slug)), kept.as_deref().unwrap_or_default());
            browser::forget(&journal_name(&journey.slug));
            crate::ui::toast::trouble(t!(editor.save.unreadable));
        }
    }
}

/// Sends the draft when it is due, as long as the page is there.
pub(in crate::editor) fn beat(editor: Editor) {
    leptos::task::spawn_local(async move {
        loop {
            browser::pause(BEAT).await;
            if editor.saving.is_disposed() {
                return;
            }
            tell(editor, Input::Tick);
        }
    });
    // The server is back, or somebody has signed in again: do not wait for the next attempt.
    Effect::new(move |_| {
        let up = link() == Link::Up && matches!(crate::session::known(), crate::session::Known::In(_));
        if up && matches!(editor.saving.get_untracked(), super::saving::Saving::Failed { why: Why::Unreachable | Why::SignedOut, .. }) {
            tell(editor, Input::Retry);
        }
    });
}
