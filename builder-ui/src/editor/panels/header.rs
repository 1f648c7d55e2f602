//! The bar of the editor: the journey's name and state, whether it is saved, what is wrong, how long it takes, undo and redo.

use crate::api::journeys::{self, Status};
use crate::editor::model::saving::{Failure, Input, Saving};
use crate::editor::model::state::{Editor, editor};
use crate::editor::model::{drafts, labels, opening};
use crate::i18n::format;
use crate::ui::{Button, Crumb, Look, Pill, Tone, Top, toast};
use crate::words;
use crate::{t, tr, ui};
use leptos::html;
use leptos::prelude::*;
use tradewind_nodes::graph::Longest;
use web_sys::KeyboardEvent;

/// The bar.
#[component]
pub fn Header() -> impl IntoView {
    let editor = editor();
    let name = Signal::derive(move || editor.journey.with(|meta| meta.name.clone()));
    view! {
        <Top title=name crumbs=vec![Crumb::new(tr!(shell.nav.journeys), "/journeys")]>
            <Rename />
            <State />
            <Saved />
            <Wrong />
            <span class="space"></span>
            <Length />
            <Back />
            <super::life::Actions />
        </Top>
    }
}

/// The pencil behind the name, and the field it opens.
#[component]
fn Rename() -> impl IntoView {
    let editor = editor();
    let open = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let take = move || {
        // A field that is being taken away with its page loses the focus too; it has nothing to say then.
        if open.try_get_untracked() != Some(true) {
            return;
        }
        let Some(name) = field.get_untracked().map(|field| field.value().trim().to_owned()) else { return };
        open.set(false);
        let (slug, old) = editor.journey.with_untracked(|meta| (meta.slug.clone(), meta.name.clone()));
        if name.is_empty() || name == old {
            return;
        }
        editor.journey.update(|meta| meta.name.clone_from(&name));
        leptos::task::spawn_local(async move {
            if let Err(failure) = journeys::rename(&slug, &name).await {
                editor.journey.try_update(|meta| meta.name = old);
                toast::trouble(failure.words());
            }
        });
    };
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => take(),
        "Escape" => open.set(false),
        _ => {}
    };
    view! {
        <Show when=move || open.get() fallback=move || view! {
            <Button look=Look::Ghost icon=icondata::LuPencil label=Signal::derive(tr!(editor.header.rename)) on:click=move |_| open.set(true) />
        }>
            <input node_ref=field class="name-field" dir="auto" maxlength="120" aria-label=tr!(editor.header.rename)
                prop:value=editor.journey.with_untracked(|meta| meta.name.clone()) on:keydown=keys on:blur=move |_| take() />
        </Show>
    }
}

/// Whether people enter, and which version.
#[component]
fn State() -> impl IntoView {
    let editor = editor();
    let status = Memo::new(move |_| editor.journey.with(|meta| (meta.status, meta.live_version)));
    let tone = Signal::derive(move || if status.get().0 == Status::Live { Tone::Good } else { Tone::Quiet });
    let words = move || {
        let (status, version) = status.get();
        let state = match status {
            Status::Draft => return t!(editor.state.draft),
            Status::Live => t!(editor.state.live),
            Status::Paused => t!(editor.state.paused),
            Status::Stopped => t!(editor.state.stopped),
            Status::Archived => t!(editor.state.archived),
        };
        version.map_or(state.clone(), |n| t!(editor.state.version, state = state, number = n))
    };
    let unpublished = Memo::new(move |_| Some(editor.unpublished.get()).filter(|n| *n > 0));
    view! {
        <Pill tone=tone dot=true>{words}</Pill>
        {move || unpublished.get().map(|n| view! { <Pill tone=Tone::Warn>{t!(editor.unpublished, n = n)}</Pill> })}
    }
}

/// Whether the draft is saved.
#[component]
fn Saved() -> impl IntoView {
    let editor = editor();
    let words = move || match editor.saving.get() {
        Saving::Saved { at: None } => t!(editor.save.saved),
        Saving::Saved { at: Some(at) } => {
            let now = ui::now().max(at);
            if now - at < 4_000.0 { t!(editor.save.just_now) } else { t!(editor.save.ago, time = format::relative(at, now)) }
        }
        Saving::Waiting { .. } | Saving::Sending { .. } => t!(editor.save.saving),
        Saving::Failed { why: Failure::Unreachable, .. } => t!(editor.save.unreachable),
        Saving::Failed { why: Failure::SignedOut, .. } => t!(editor.save.signed_out),
        Saving::Failed { why: Failure::Refused(words), .. } => t!(editor.save.refused, why = words),
        Saving::Conflict => t!(editor.save.conflict),
    };
    let failed = Memo::new(move |_| matches!(editor.saving.get(), Saving::Failed { .. } | Saving::Conflict));
    let tone = Signal::derive(move || if failed.get() { Tone::Bad } else { Tone::Quiet });
    view! {
        <span role="status" class="saved"><Pill tone=tone>{words}</Pill></span>
        <Show when=move || matches!(editor.saving.get(), Saving::Failed { .. })>
            <Button look=Look::Ghost on:click=move |_| drafts::tell(editor, Input::Retry)>{tr!(ui.retry)}</Button>
        </Show>
    }
}

/// How many issues; opens their list.
#[component]
fn Wrong() -> impl IntoView {
    let editor = editor();
    let count = Memo::new(move |_| editor.issues.with(Vec::len));
    view! {
        <Show when=move || { count.get() > 0 }>
            <button type="button" class="pill-button" on:click=move |_| opening::issues(editor)>
                <Pill tone=Tone::Bad>{move || t!(editor.issues.count, n = count.get())}</Pill>
            </button>
        </Show>
    }
}

/// How long the journey takes at most.
#[component]
fn Length() -> impl IntoView {
    let editor = editor();
    let by = move |id: &tradewind_nodes::id::NodeId| editor.title(id);
    let words = move || match editor.longest.get() {
        Longest::Within(time) if time.micros() == 0 => t!(editor.longest.at_once),
        Longest::Within(time) => t!(editor.longest.within, time = words::step::length(time)),
        Longest::Open { .. } | Longest::Round { .. } => t!(editor.longest.open),
        Longest::Unread { .. } | Longest::NoTrigger => String::new(),
    };
    let why = move || match editor.longest.get() {
        Longest::Open { by: id } => t!(editor.longest.waits, what = by(&id)),
        Longest::Round { by: id } => t!(editor.longest.round, what = by(&id)),
        _ => t!(editor.longest.hint),
    };
    view! { <span class="longest" title=why>{words}</span> }
}

/// Undo and redo.
#[component]
fn Back() -> impl IntoView {
    let editor = editor();
    let can = move |look: fn(&crate::editor::model::document::Document) -> Option<&crate::editor::model::document::history::Label>| {
        editor.version.track();
        editor.document.with_value(|document| look(document).map(labels::name))
    };
    let undo = Memo::new(move |_| can(crate::editor::model::document::Document::undoable));
    let redo = Memo::new(move |_| can(crate::editor::model::document::Document::redoable));
    let undo_label =
        Signal::derive(move || undo.get().map_or_else(|| t!(editor.header.undo), |what| t!(editor.header.undo_what, what = what)));
    let redo_label =
        Signal::derive(move || redo.get().map_or_else(|| t!(editor.header.redo), |what| t!(editor.header.redo_what, what = what)));
    view! {
        <Button look=Look::Ghost icon=icondata::LuUndo2 label=undo_label disabled=Signal::derive(move || undo.get().is_none()) on:click=move |_| editor.undo() />
        <Button look=Look::Ghost icon=icondata::LuRedo2 label=redo_label disabled=Signal::derive(move || redo.get().is_none()) on:click=move |_| editor.redo() />
    }
}

/// Leaving the page while only this browser has the edits asks first.
pub fn guard(editor: Editor) {
    let handle = window_event_listener(leptos::ev::beforeunload, move |event| {
        if editor.saving.with_untracked(|saving| !saving.is_settled()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}
