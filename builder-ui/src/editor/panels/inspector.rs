//! The panel at the side: the form of the one step selected, the settings of the journey when none is. Each change of a form is
//! one edit of the document; those made while a field keeps the focus are one step of undo.

use super::before::before;
use crate::editor::model::document::history::{About, Group, Label};
use crate::editor::model::icons;
use crate::editor::model::state::{Editor, editor};
use crate::form::known::{Before, Known};
use crate::form::outcome::Step as Trying;
use crate::form::panel::{Shown, StepPanel};
use crate::form::person::Who;
use crate::form::settings::JourneySettings;
use crate::form::{Change, Filling, JourneyZone};
use crate::words;
use crate::{t, tr};
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_nodes::graph::{Edge, Edit, Graph, Node};
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::issue::{FieldIssue, Issue};
use tradewind_nodes::settings::Settings;
use tradewind_nodes::{Json, JsonMap};

/// The panel: the form of the one step selected, else the settings of the journey.
#[component]
pub fn Inspector() -> impl IntoView {
    let editor = editor();
    let only = Memo::new(move |_| editor.selection.with(|selection| selection.only().cloned()));
    let several = Memo::new(move |_| editor.selection.with(|selection| selection.nodes.len()));
    let known = Known::fetch_with(move |words| {
        let found = move || {
            editor.version.track();
            only.with(|only| {
                words.with(|words| {
                    only.as_ref().map(|id| editor.with_kinds(|kinds| editor.with_graph(|graph| before(graph, id, kinds, words))))
                })
            })
            .unwrap_or_default()
        };
        Memo::<Before>::new(move |_| found()).into()
    });
    provide_context(known);
    provide_context(Who::begin(Some(known)));
    let zone = Memo::new(move |_| {
        editor.version.track();
        editor.with_graph(|graph| graph.settings.timezone.as_ref().map(ToString::to_string))
    });
    provide_context(JourneyZone(zone.into()));
    view! {
        <section class="inspector" id="inspector" tabindex="-1" aria-label=tr!(editor.inspector.label)>
            {move || match only.get() {
                Some(id) => view! { <Step id=id /> }.into_any(),
                None if several.get() > 1 => view! { <p class="hint">{t!(editor.selected, n = several.get())}</p> }.into_any(),
                None => view! { <OfJourney /> }.into_any(),
            }}
        </section>
    }
}

fn of_form(issue: &Issue, field: &str) -> FieldIssue {
    FieldIssue { field: field.to_owned(), code: issue.code, message: issue.message.clone() }
}

/// What a form works on: the fields of a step.
fn filling(editor: Editor, id: &NodeId) -> Filling {
    let (here, there, writes) = (id.clone(), id.clone(), id.clone());
    let values = Memo::new(move |_| {
        editor.version.track();
        Arc::new(editor.with_graph(|graph| graph.node(&here).map(|node| node.config.clone()).unwrap_or_default()))
    });
    let issues = Memo::new(move |_| {
        let own = |issue: &&Issue| issue.node.as_ref() == Some(&there);
        Arc::new(editor.issues.with(|all| all.iter().filter(own).map(|issue| of_form(issue, &issue.field)).collect::<Vec<_>>()))
    });
    Filling::new("step", values, issues, move |change: Change| {
        let about = About::Field { node: writes.clone(), field: change.field.clone() };
        let group = Some(Group { about, now: change.focus });
        let edit = editor.with_graph(|graph| graph.node(&writes).map(|node| edit_of(editor, graph, node, change)));
        if let Some(edit) = edit {
            editor.apply_in(&edit, Label::Changed { node: writes.clone() }, group);
        }
    })
}

/// The edit of a change: the field, and the wires of ways out that got another name or are no more.
fn edit_of(editor: Editor, graph: &Graph, node: &Node, change: Change) -> Edit {
    let Change { field, value, renamed, .. } = change;
    let set = Edit::SetField { node: node.id.clone(), field, value };
    let mut changed = graph.clone();
    if changed.apply(&set).is_err() {
        return set;
    }
    let ports =
        |config: &JsonMap| editor.with_kinds(|kinds| kinds.ports(&node.kind, config)).into_iter().map(|port| port.name).collect::<Vec<_>>();
    let (old, new) = (ports(&node.config), changed.node(&node.id).map(|node| ports(&node.config)).unwrap_or_default());
    let mut edits = vec![set];
    for edge in graph.edges.iter().filter(|edge| edge.from == node.id && old.contains(&edge.port) && !new.contains(&edge.port)) {
        edits.push(Edit::Disconnect { edge: edge.clone() });
        if let Some((_, to)) =
            renamed.as_ref().filter(|(from, to)| edge.port.as_str() == from && new.iter().any(|port| port.as_str() == to))
        {
            edits.push(Edit::Connect { edge: Edge { port: PortName::new(to.clone()), ..edge.clone() } });
        }
    }
    if edits.len() == 1 { edits.remove(0) } else { Edit::Many { edits } }
}

/// One step.
#[component]
fn Step(
    /// Which.
    id: NodeId,
) -> impl IntoView {
    let editor = editor();
    let Some(kind) = editor.with_graph(|graph| graph.node(&id).map(|node| node.kind.clone())) else { return ().into_any() };
    let spec = editor.with_kinds(|kinds| kinds.spec(&kind));
    let filling = filling(editor, &id);
    provide_context(Trying {
        kind: Signal::stored(kind.clone()),
        values: filling.values,
        source: Signal::stored(None),
        node: StoredValue::new(id.clone()),
    });
    let (named, wanted) = (id.clone(), id.clone());
    let label = Memo::new(move |_| {
        editor.version.track();
        editor.with_graph(|graph| graph.node(&named).map(|node| node.label.clone()).unwrap_or_default())
    });
    // An issue that was pressed leads to its field.
    Effect::new(move |_| {
        if let Some((_, field)) = editor.field.get().filter(|(node, _)| *node == wanted) {
            editor.field.set(None);
            request_animation_frame(move || filling.show(&field));
        }
    });
    let family = spec.as_ref().map(|spec| spec.family);
    let (name, own) = (kind.clone(), spec.as_ref().map(|spec| spec.label.clone()).unwrap_or_default());
    let place = (editor.journey.with_untracked(|journey| journey.slug.clone()), id.to_string());
    let shown = Shown {
        icon: icons::of(&kind, family),
        family: icons::family(family),
        kind_label: Signal::derive(move || words::step::kind_label(&name, &own)),
        label: label.into(),
        rename: Callback::new(move |label: String| {
            editor.apply(&Edit::SetLabel { node: id.clone(), label }, Label::Renamed);
        }),
        preview: editor.with_kinds(|kinds| kinds.preview(&kind)),
        place: Some(place),
        spec,
        kind,
    };
    view! { <StepPanel shown=shown filling=filling /> }.into_any()
}

/// The settings of the journey.
#[component]
fn OfJourney() -> impl IntoView {
    let editor = editor();
    let values = Memo::new(move |_| {
        editor.version.track();
        let written = editor.with_graph(|graph| serde_json::to_value(&graph.settings)).ok();
        Arc::new(written.and_then(|value| value.as_object().cloned()).unwrap_or_default())
    });
    let issues = Memo::new(move |_| {
        let own = |issue: &Issue| issue.field.strip_prefix("/settings").filter(|_| issue.node.is_none()).map(|field| of_form(issue, field));
        Arc::new(editor.issues.with(|all| all.iter().filter_map(own).collect::<Vec<_>>()))
    });
    let filling = Filling::new("journey", values, issues, move |Change { field, value, focus, .. }| {
        let mut map = (*values.get_untracked()).clone();
        let key = field.trim_start_matches('/');
        match value {
            Some(value) => drop(map.insert(key.to_owned(), value)),
            None => drop(map.shift_remove(key)),
        }
        // What cannot be read yet, as a cap without its period, stays as it was until it can.
        if let Ok(settings) = serde_json::from_value::<Settings>(Json::Object(map)) {
            let group = Some(Group { about: About::Settings { field }, now: focus });
            editor.apply_in(&Edit::SetSettings { settings: Box::new(settings) }, Label::Settings, group);
        }
    });
    view! {
        <div class="panel">
            <h2>{tr!(form.panel.settings)}</h2>
            <p class="note">{tr!(editor.inspector.nothing)}</p>
            <JourneySettings filling=filling />
        </div>
    }
}
