//! Publishing: what is wrong first, then what changes in words and for how many people, then a note.

use crate::api::Failure;
use crate::api::journeys::Status;
use crate::api::versions::{self, Change, DifferentNode, GraphIssue, Preview};
use crate::editor::model::saving::Input;
use crate::editor::model::state::{Editor, editor};
use crate::editor::model::{drafts, issues};
use crate::editor::pictures::picture;
use crate::i18n::format;
use crate::ui::{Button, Dialog, Field, Icon, Look, Pill, Skeleton, Tone, Trouble, toast};
use crate::{browser, t, tr};
use leptos::prelude::*;
use tradewind_nodes::graph::{GraphDiff, Node};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::issue::Severity;

/// How often it is looked whether the draft is saved, in milliseconds, and how many times.
const LOOK: u32 = 100;
const LOOKS: usize = 120;

/// Saves what is not saved yet. False when that does not succeed in time.
pub async fn save_now(editor: Editor) -> bool {
    drafts::tell(editor, Input::Retry);
    for _ in 0..LOOKS {
        match editor.saving.try_with_untracked(crate::editor::model::saving::Saving::is_settled) {
            Some(true) => return true,
            Some(false) => browser::pause(LOOK).await,
            None => return false,
        }
    }
    false
}

/// What is known of what publishing would do.
#[derive(Clone, PartialEq)]
enum Known {
    Asked,
    Unsaved,
    Failed(Failure),
    Here(Box<Preview>),
}

/// The dialog.
#[component]
pub fn PublishDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! { <Dialog open=open title=Signal::derive(tr!(publish.title)) class="wide"><Review open=open /></Dialog> }
}

/// What would be published.
#[component]
fn Review(
    /// Closed when it is done.
    open: RwSignal<bool>,
) -> impl IntoView {
    let editor = editor();
    let known = RwSignal::new(Known::Asked);
    let ask = move || {
        known.set(Known::Asked);
        leptos::task::spawn_local(async move {
            if !save_now(editor).await {
                known.try_set(Known::Unsaved);
                return;
            }
            let Some(slug) = editor.journey.try_with_untracked(|meta| meta.slug.clone()) else { return };
            known.try_set(match versions::preview(&slug).await {
                Ok(preview) => Known::Here(Box::new(preview)),
                Err(failure) => Known::Failed(failure),
            });
        });
    };
    ask();
    move || match known.get() {
        Known::Asked => view! { <Skeleton lines=5 /> }.into_any(),
        Known::Unsaved => view! {
            <p role="alert">{tr!(publish.unsaved)}</p>
            <div class="row ends"><Button on:click=move |_| ask()>{tr!(ui.retry)}</Button></div>
        }
        .into_any(),
        Known::Failed(failure) => view! { <Trouble failure=failure retry=move |()| ask() /> }.into_any(),
        Known::Here(preview) => view! { <Decide preview=*preview open=open /> }.into_any(),
    }
}

/// The decision.
#[component]
fn Decide(
    /// What would be done.
    preview: Preview,
    /// Closed when it is done.
    open: RwSignal<bool>,
) -> impl IntoView {
    let editor = editor();
    let note = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = preview.issues.iter().any(|issue| issue.severity == Severity::Error);
    let live = editor.journey.with_untracked(|meta| meta.status == Status::Live);
    // What is live already need not be published, unless nobody enters at present.
    let nothing = preview.unchanged && live;
    let hash = StoredValue::new(preview.hash.clone());
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || wrong || nothing {
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let slug = editor.journey.with_untracked(|meta| meta.slug.clone());
            match versions::publish(&slug, note.get_untracked().trim(), hash.get_value().as_deref()).await {
                Ok(done) => {
                    editor.journey.try_update(|meta| {
                        meta.status = Status::Live;
                        meta.live_version = Some(done.version);
                    });
                    let words = t!(publish.done, n = done.version.to_string());
                    editor.say(words.clone());
                    toast(words);
                    open.try_set(false);
                }
                Err(failure) => {
                    toast::trouble(failure.words());
                    busy.try_set(false);
                }
            }
        });
    };
    let version = preview.to.to_string();
    view! {
        <form class="form publish" on:submit=send>
            <Issues issues=preview.issues.clone() open=open />
            {nothing.then(|| view! { <p>{tr!(publish.nothing)}</p> })}
            <Changes preview=preview />
            <Field label=Signal::derive(tr!(publish.note)) id="publish-note" hint=Signal::derive(tr!(publish.note_hint))>
                <textarea id="publish-note" class="in" rows="2" dir="auto" maxlength="2000" aria-describedby="publish-note-hint" bind:value=note></textarea>
            </Field>
            <div class="row ends">
                <Button on:click=move |_| open.set(false)>{tr!(publish.later)}</Button>
                <Button look=Look::Main submits=true busy=busy disabled=Signal::derive(move || wrong || nothing)>{t!(publish.button, n = version)}</Button>
            </div>
        </form>
    }
}

/// What is wrong; each leads to its step.
#[component]
fn Issues(
    /// The issues.
    issues: Vec<GraphIssue>,
    /// Closed when one is to be mended.
    open: RwSignal<bool>,
) -> impl IntoView {
    let editor = editor();
    let mut issues = issues;
    let place = issues::place_of(editor);
    issues.sort_by_cached_key(|issue| place(issue.node.as_ref(), issue.field()));
    let (bad, rest): (Vec<_>, Vec<_>) = issues.into_iter().partition(|issue| issue.severity == Severity::Error);
    let errors = bad.len();
    let one = move |issue: GraphIssue| {
        let node = issue.node.clone().filter(|node| editor.with_graph(|graph| graph.node(node).is_some()));
        let name = node.as_ref().map(|node| editor.title(node));
        let code = serde_json::from_value(issue.code.clone().into()).ok();
        let field = issue.field().to_owned();
        let words = issues::words(editor, node.as_ref(), &field, code, &issue.detail);
        let go = move |_| {
            open.set(false);
            issues::go(editor, node.as_ref(), &field);
        };
        let (error, nameless) = (issue.severity == Severity::Error, name.is_none());
        view! {
            <li class:bad=error>
                <button type="button" class="link" on:click=go disabled=nameless>{name.map(|name| view! { <b dir="auto">{name}</b>" " })}<span dir="auto">{words}</span></button>
            </li>
        }
    };
    view! {
        {(errors > 0).then(|| view! { <p class="errors" role="alert"><Icon icon=icondata::LuTriangleAlert size=16 />{t!(publish.errors, n = errors)}</p> })}
        <ul class="issues-told">{bad.into_iter().chain(rest).map(one).collect_view()}</ul>
    }
}

/// What changes, for whom, and what becomes of them.
#[component]
fn Changes(
    /// What would be done.
    preview: Preview,
) -> impl IntoView {
    let editor = editor();
    let Preview { from, diff, nodes, people, .. } = preview;
    let kinds = move |node: &DifferentNode| {
        editor.with_kinds(|kinds| {
            kinds.spec(&node.kind).map_or_else(|| node.kind.clone(), |spec| crate::words::step::kind_label(&spec.name, &spec.label))
        })
    };
    let name = StoredValue::new(
        nodes
            .iter()
            .map(|node| {
                let known = editor.with_graph(|graph| graph.node(&node.node).is_some());
                (
                    node.node.clone(),
                    if known {
                        editor.title(&node.node)
                    } else if node.label.is_empty() {
                        kinds(node)
                    } else {
                        node.label.clone()
                    },
                )
            })
            .collect::<std::collections::HashMap<_, _>>(),
    );
    let title = move |id: &NodeId| name.with_value(|names| names.get(id).cloned()).unwrap_or_else(|| editor.title(id));
    let first = from.is_none();
    let node = move |id: &NodeId| editor.with_graph(|graph| graph.node(id).cloned());
    let stay = from.filter(|_| people > 0).map(|_| t!(publish.stay, n = people));
    let counted =
        StoredValue::new(nodes.into_iter().filter(|node| node.people > 0).map(|node| (node.node, node.people)).collect::<Vec<_>>());
    let people_at = move |id: &NodeId| counted.with_value(|counted| counted.iter().find(|(node, _)| node == id).map(|(_, people)| *people));
    view! {
        <h3>{if first { t!(publish.first) } else { t!(publish.changes) }}</h3>
        {if first { ().into_any() } else { view! { <ChangeList rows=changes(&diff, &node, &title, &people_at) /> }.into_any() }}
        {stay.map(|words| view! { <p class="stay"><Icon icon=icondata::LuUsers size=16 />{words}</p> })}
    }
}

/// One change, in words.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    change: Change,
    what: String,
    detail: String,
    people: Option<i64>,
}

/// A field of a step in a word.
pub(in crate::editor) fn field(node: Option<&Node>, name: &str) -> String {
    match name {
        "label" => t!(publish.field.name),
        "kind" => t!(publish.field.kind),
        other => {
            let name = other.strip_prefix("config.").unwrap_or(other);
            node.and_then(|node| picture::field(node, name)).unwrap_or_else(|| name.replace('_', " "))
        }
    }
}

/// A setting of the journey in the words of its form.
fn setting(name: &str) -> String {
    match name {
        "goal" => t!(form.settings.goal),
        "exit" => t!(form.settings.exit),
        "reentry" => t!(form.settings.reentry),
        "run_key" => t!(form.settings.run_key),
        "timezone" => t!(form.settings.timezone),
        "quiet_hours" => t!(form.settings.quiet),
        "frequency_cap" => t!(form.settings.cap),
        "throttle" => t!(form.settings.throttle),
        "concurrency" => t!(form.settings.concurrency),
        "outage" => t!(form.settings.outage),
        other => other.replace('_', " "),
    }
}

/// A difference of graphs in words.
pub fn changes(
    diff: &GraphDiff,
    node: &dyn Fn(&NodeId) -> Option<Node>,
    title: &dyn Fn(&NodeId) -> String,
    people: &dyn Fn(&NodeId) -> Option<i64>,
) -> Vec<Row> {
    let row = |change, node: &NodeId, detail| Row { change, what: title(node), detail, people: people(node) };
    let mut rows: Vec<Row> = diff.added.iter().map(|node| row(Change::Added, node, String::new())).collect();
    rows.extend(diff.changed.iter().map(|changed| {
        let node = node(&changed.node);
        let fields: Vec<String> = changed.fields.iter().map(|name| field(node.as_ref(), name)).collect();
        row(Change::Changed, &changed.node, format::list(&fields))
    }));
    rows.extend(diff.removed.iter().map(|node| row(Change::Removed, node, String::new())));
    for way in diff.rewired.iter().filter(|way| !diff.added.contains(&way.from) && !diff.removed.contains(&way.from)) {
        let port = crate::words::step::port_label(way.port.as_str());
        let detail = match (&way.before, &way.after) {
            (Some(before), Some(after)) => t!(publish.way.moved, port = port, before = title(before), after = title(after)),
            (None, Some(after)) => t!(publish.way.made, port = port, after = title(after)),
            (Some(before), None) => t!(publish.way.cut, port = port, before = title(before)),
            (None, None) => continue,
        };
        rows.push(row(Change::Rewired, &way.from, detail));
    }
    for name in &diff.settings_changed {
        rows.push(Row { change: Change::Changed, what: t!(publish.settings), detail: setting(name), people: None });
    }
    rows
}

/// Changes, one a line.
#[component]
pub fn ChangeList(
    /// The changes.
    rows: Vec<Row>,
) -> impl IntoView {
    let none = rows.is_empty();
    let one = |row: Row| {
        let (class, words) = match row.change {
            Change::Added => ("added", t!(publish.change.added)),
            Change::Removed => ("removed", t!(publish.change.removed)),
            Change::Changed => ("changed", t!(publish.change.changed)),
            Change::Rewired => ("changed", t!(publish.change.rewired)),
        };
        view! {
            <li class=class><span class="sort">{words}</span><b dir="auto">{row.what}</b><span class="how" dir="auto">{row.detail}</span>
                {row.people.map(|n| view! { <Pill tone=Tone::Warn>{t!(publish.people, n = n)}</Pill> })}</li>
        }
    };
    view! {
        {none.then(|| view! { <p class="hint">{tr!(publish.same)}</p> })}
        <ul class="changes">{rows.into_iter().map(one).collect_view()}</ul>
    }
}
