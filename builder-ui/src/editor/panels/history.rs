//! The history of a journey: its versions, each to look at, to compare and to make the draft again.

use super::publish::{ChangeList, changes};
use crate::api::versions::{self, Version, VersionSummary};
use crate::editor::model::counts::Path;
use crate::editor::model::document::history::Label;
use crate::editor::model::document::replacing;
use crate::editor::model::state::editor;
use crate::editor::pictures::picture;
use crate::editor::pictures::picture::{Picture, Tint};
use crate::i18n::format::{self, Moment};
use crate::ui::{Button, Dialog, Empty, Foot, Look, Paged, Pill, Tone, toast};
use crate::{session, t, tr};
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use tradewind_nodes::graph::{Graph, GraphDiff, diff};
use tradewind_nodes::id::NodeId;

/// What a version is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Against {
    Nothing,
    Draft,
    Version(i64),
}

/// The dialog.
#[component]
pub fn HistoryDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! { <Dialog open=open title=Signal::derive(tr!(publish.history.title)) class="history"><History open=open /></Dialog> }
}

/// The list at one side, the version looked at on the other.
#[component]
fn History(
    /// Closed when a version was restored.
    open: RwSignal<bool>,
) -> impl IntoView {
    let editor = editor();
    let slug = StoredValue::new(editor.journey.with_untracked(|meta| meta.slug.clone()));
    let list = Paged::new(move |cursor| {
        let slug = slug.get_value();
        async move { versions::list(&slug, cursor).await }
    });
    let chosen = RwSignal::new(None::<i64>);
    let known = RwSignal::new(HashMap::<i64, Arc<Version>>::new());
    let against = RwSignal::new(Against::Nothing);
    // The newest is shown until another is chosen.
    Effect::new(move |_| {
        let newest = list.items.with(|items| items.first().map(|version| version.number));
        if chosen.with_untracked(Option::is_none) {
            chosen.set(newest);
        }
    });
    Effect::new(move |_| {
        let other = if let Against::Version(number) = against.get() { Some(number) } else { None };
        for number in [chosen.get(), other].into_iter().flatten().filter(|number| known.with_untracked(|known| !known.contains_key(number)))
        {
            leptos::task::spawn_local(async move {
                match versions::get(&slug.get_value(), number).await {
                    Ok(version) => drop(known.try_update(|known| known.insert(number, Arc::new(version)))),
                    Err(failure) => toast::trouble(failure.words()),
                }
            });
        }
    });
    let row = move |version: VersionSummary| {
        let number = version.number;
        let mine = move || chosen.get() == Some(number);
        view! {
            <li>
                <button type="button" class="version" aria-pressed=move || mine().to_string() on:click=move |_| chosen.set(Some(number))>
                    <span class="row"><b>{t!(live.run.version, n = number.to_string())}</b>
                        {version.live.then(|| view! { <Pill tone=Tone::Good dot=true>{t!(publish.history.live)}</Pill> })}
                        {(version.inside > 0).then(|| view! { <Pill>{t!(publish.history.inside, n = version.inside)}</Pill> })}</span>
                    <span dir="auto">{version.note}</span>
                    <small>{format::instant(version.published_at, Moment::DateTime)}" · "<span dir="auto">{version.published_by}</span></small>
                </button>
            </li>
        }
    };
    view! {
        <div class="history-parts">
            <div class="versions">
                <Show when=move || list.is_empty()><Empty icon=icondata::LuHistory title=Signal::derive(tr!(publish.history.empty_title)) text=Signal::derive(tr!(publish.history.empty)) /></Show>
                <ul><For each=move || list.items.get() key=|version| version.number children=row /></ul>
                <Foot list=list />
            </div>
            <Looked chosen=chosen known=known against=against list=list open=open />
        </div>
    }
}

/// The version looked at.
#[component]
fn Looked(
    /// Its number.
    chosen: RwSignal<Option<i64>>,
    /// The versions fetched so far.
    known: RwSignal<HashMap<i64, Arc<Version>>>,
    /// What it is compared with.
    against: RwSignal<Against>,
    /// All versions.
    list: Paged<VersionSummary>,
    /// Closed when it was restored.
    open: RwSignal<bool>,
) -> impl IntoView {
    let editor = editor();
    let version = Memo::new(move |_| known.with(|known| known.get(&chosen.get()?).cloned()));
    let graph = Signal::derive(move || {
        version.with(|version| version.as_ref().map_or_else(Arc::default, |version| Arc::new(version.graph.clone())))
    });
    let other = Memo::new(move |_| match against.get() {
        Against::Nothing => None,
        Against::Draft => Some(Arc::new(editor.with_graph(Graph::clone))),
        Against::Version(number) => known.with(|known| known.get(&number).map(|version| Arc::new(version.graph.clone()))),
    });
    let differs = Memo::new(move |_| other.with(|other| other.as_ref().map(|other| diff(other, &graph.get()))));
    let tints = Signal::derive(move || differs.with(|differs| differs.as_ref().map(tinted).unwrap_or_default()));
    let node = RwSignal::new(None::<NodeId>);
    let restore = move |_| {
        let Some(version) = version.get_untracked() else { return };
        let edit = editor.with_graph(|draft| replacing(draft, &version.graph));
        if editor.apply(&edit, Label::Replaced) {
            open.set(false);
            editor.fit();
            toast::undoable(t!(publish.history.restored, n = version.summary.number.to_string()), move || editor.undo());
        }
    };
    let words = move || {
        let (differs, other) = (differs.get()?, other.get()?);
        let graph = graph.get();
        let node = |id: &NodeId| graph.node(id).or_else(|| other.node(id)).cloned();
        let title = |id: &NodeId| graph.node(id).or_else(|| other.node(id)).map_or_else(|| id.to_string(), picture::title);
        Some(view! { <ChangeList rows=changes(&differs, &node, &title, &|_| None) /> })
    };
    let choose = move |event: web_sys::Event| {
        against.set(match event_target_value(&event).as_str() {
            "" => Against::Nothing,
            "draft" => Against::Draft,
            number => number.parse().map_or(Against::Nothing, Against::Version),
        });
    };
    let options = move || {
        let others = list.items.get().into_iter().filter(move |version| Some(version.number) != chosen.get());
        others.map(|version| view! { <option value=version.number.to_string()>{t!(live.run.version, n = version.number.to_string())}</option> }).collect_view()
    };
    let may = move || session::current().is_some_and(|session| session.allows("write"));
    view! {
        <Show when=move || version.with(Option::is_some)>
            <div class="looked plain-picture">
                <div class="row">
                    <label for="compare">{tr!(publish.history.compare)}</label>
                    <select id="compare" class="in narrow" on:change=choose>
                        <option value="">{tr!(publish.history.with_nothing)}</option>
                        <option value="draft">{tr!(publish.history.with_draft)}</option>
                        {options}
                    </select>
                    <span class="space"></span>
                    <Show when=may><Button look=Look::Main icon=icondata::LuRotateCcw on:click=restore>{tr!(publish.history.restore)}</Button></Show>
                </div>
                <Picture graph=graph path=Signal::derive(Path::default) chosen=node tints=tints label=Signal::derive(tr!(publish.history.picture)) />
                <div class="compared" aria-live="polite">{words}</div>
            </div>
        </Show>
    }
}

fn tinted(diff: &GraphDiff) -> HashMap<NodeId, Tint> {
    let added = diff.added.iter().map(|node| (node.clone(), Tint::Added));
    let changed = diff.changed.iter().map(|changed| (changed.node.clone(), Tint::Changed));
    let rewired = diff.rewired.iter().map(|way| (way.from.clone(), Tint::Changed));
    rewired.chain(changed).chain(added).collect()
}
