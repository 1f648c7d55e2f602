//! The life of a journey from the editor's bar: publish, pause, resume, stop, its history, the dry run, the numbers.

use super::history::HistoryDialog;
use super::publish::PublishDialog;
use crate::api::Failure;
use crate::api::journeys::Status;
use crate::api::versions::{self, Inside, Life};
use crate::editor::dry_run::{DryRun, Tried};
use crate::editor::model::numbers::Watch;
use crate::editor::model::opening;
use crate::editor::model::state::{Editor, Panel, editor};
use crate::shell::{Command, use_commands};
use crate::ui::{Button, Dialog, Item, Look, Menu, toast};
use crate::{t, tr};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::sync::Arc;
use tradewind_nodes::graph::Graph;

fn take(editor: Editor, life: &Life) {
    editor.journey.try_update(|meta| {
        meta.status = life.status;
        meta.live_version = life.live_version;
    });
}

/// Does something to the journey's life and offers the way back, where there is one.
fn turn(editor: Editor, done: impl Future<Output = Result<Life, Failure>> + 'static, words: String, back: Option<fn(Editor)>) {
    leptos::task::spawn_local(async move {
        match done.await {
            Ok(life) => {
                take(editor, &life);
                editor.say(words.clone());
                match back {
                    Some(back) => toast::undoable(words, move || back(editor)),
                    None => toast(words),
                }
            }
            Err(failure) => toast::trouble(failure.words()),
        }
    });
}

fn slug(editor: Editor) -> String {
    editor.journey.with_untracked(|meta| meta.slug.clone())
}

fn pause(editor: Editor) {
    let slug = slug(editor);
    turn(editor, async move { versions::pause(&slug).await }, t!(publish.life.paused), Some(resume));
}

fn resume(editor: Editor) {
    let slug = slug(editor);
    turn(editor, async move { versions::resume(&slug).await }, t!(publish.life.resumed), Some(pause));
}

/// The buttons at the end of the editor's bar.
#[component]
pub fn Actions() -> impl IntoView {
    let editor = editor();
    let (publishing, stopping, history) = (editor.publishing, RwSignal::new(false), RwSignal::new(false));
    let status = Memo::new(move |_| editor.journey.with(|meta| meta.status));
    let published = Memo::new(move |_| editor.journey.with(|meta| meta.live_version.is_some()));
    let navigate = StoredValue::new_local(use_navigate());
    let why = move || {
        let address = format!("/why?journey={}", crate::api::escaped(&slug(editor)));
        navigate.with_value(|navigate| navigate(&address, NavigateOptions::default()));
    };
    let items = Signal::derive(move || {
        let mut items = vec![Item::new(tr!(publish.history.title), move || history.set(true)), Item::new(tr!(why.title), why)];
        if opening::may_publish() {
            match status.get() {
                Status::Live => items.push(Item::new(tr!(publish.life.pause), move || pause(editor))),
                Status::Paused | Status::Stopped => items.push(Item::new(tr!(publish.life.resume), move || resume(editor))),
                Status::Draft | Status::Archived => {}
            }
            if matches!(status.get(), Status::Live | Status::Paused) {
                items.push(Item::new(tr!(publish.life.stop), move || stopping.set(true)));
            }
        }
        items
    });
    let is = move |wanted: &[Status]| opening::may_publish() && wanted.contains(&status.get());
    use_commands(vec![
        Command::new(icondata::LuHistory, tr!(publish.history.title), move || history.set(true)),
        Command::new(icondata::LuChartNoAxesColumn, tr!(live.numbers.title), move || opening::numbers(editor))
            .only(move || published.get()),
        Command::new(icondata::LuPause, tr!(publish.life.pause), move || pause(editor)).only(move || is(&[Status::Live])),
        Command::new(icondata::LuPlay, tr!(publish.life.resume), move || resume(editor))
            .only(move || is(&[Status::Paused, Status::Stopped])),
        Command::new(icondata::LuCircleStop, tr!(publish.life.stop), move || stopping.set(true))
            .only(move || is(&[Status::Live, Status::Paused])),
    ]);
    let trying = move || editor.panel.get() == Panel::DryRun;
    let counting = move || editor.panel.get() == Panel::People;
    view! {
        <Show when=move || published.get()>
            <Button look=Look::Ghost icon=icondata::LuChartNoAxesColumn label=Signal::derive(tr!(live.numbers.title)) on:click=move |_| opening::numbers(editor) attr:aria-pressed=move || counting().to_string() />
        </Show>
        <Menu label=Signal::derive(tr!(publish.life.more)) icon=icondata::LuEllipsis items=items />
        <Button icon=icondata::LuFlaskConical kbd="D" on:click=move |_| opening::dry_run(editor) attr:aria-pressed=move || trying().to_string()>{tr!(dryrun.button)}</Button>
        <Show when=opening::may_publish><Button look=Look::Main kbd="P" on:click=move |_| publishing.set(true)>{tr!(publish.open)}</Button></Show>
        <PublishDialog open=publishing />
        <HistoryDialog open=history />
        <Dialog open=stopping title=Signal::derive(tr!(publish.life.stop_title))><Stop open=stopping /></Dialog>
    }
}

/// What becomes of those inside when the journey is stopped.
#[component]
fn Stop(
    /// Closed when it is decided.
    open: RwSignal<bool>,
) -> impl IntoView {
    let editor = editor();
    let inside = expect_context::<Watch>().counted.with_untracked(|counted| counted.inside);
    let choice = RwSignal::new(Inside::Finish);
    let go = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        open.set(false);
        let (slug, choice) = (slug(editor), choice.get_untracked());
        // Those who go on can be let back in company; those who were taken out cannot be put back.
        let back = (choice == Inside::Finish).then_some(resume as fn(Editor));
        turn(editor, async move { versions::stop(&slug, choice).await }, t!(publish.life.stopped), back);
    };
    let option = move |which: Inside| {
        let (title, text) = match which {
            Inside::Finish => (t!(publish.life.finish), t!(publish.life.finish_text)),
            Inside::Exit => (t!(publish.life.exit), t!(publish.life.exit_text)),
        };
        view! {
            <label class="option"><input type="radio" name="inside" prop:checked=move || choice.get() == which on:change=move |_| choice.set(which) />
                <span><b>{title}</b><small>{text}</small></span></label>
        }
    };
    view! {
        <form class="form" on:submit=go>
            <p>{t!(publish.life.stop_text, n = inside)}</p>
            <fieldset class="options"><legend class="only-read">{tr!(publish.life.stop_title)}</legend>{option(Inside::Finish)}{option(Inside::Exit)}</fieldset>
            <div class="row ends"><Button on:click=move |_| open.set(false)>{tr!(publish.later)}</Button><Button look=Look::Main submits=true>{tr!(publish.life.stop_now)}</Button></div>
        </form>
    }
}

/// The dry run of the draft as it is drawn now.
#[component]
pub fn DryRunPanel() -> impl IntoView {
    let editor = editor();
    let graph = Memo::new(move |_| {
        editor.version.track();
        Arc::new(editor.with_graph(Graph::clone))
    });
    let chosen = RwSignal::new(None);
    // What is chosen on the canvas is chosen here, and the other way round it comes into sight.
    Effect::new(move |_| chosen.set(editor.selection.with(|selection| selection.only().cloned())));
    Effect::new(move |_| {
        if let Some(id) = chosen.get() {
            editor.reveal(&id);
        }
    });
    let tried = Tried { slug: StoredValue::new(slug(editor)), graph: graph.into(), path: editor.path, chosen };
    let close = move |()| super::side::leave(editor);
    view! { <DryRun tried=tried close=close /> }
}
