//! The wires: paths in one SVG, their labels above it.

use crate::editor::model::state::{CardSignals, editor};
use crate::i18n::format;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use leptos::svg;
use tradewind_nodes::graph::Edge;

/// A wire's path. Its way is written into the element by the stage.
#[component]
pub fn WirePath(
    /// Which.
    wire: Edge,
) -> impl IntoView {
    let editor = editor();
    let edge = StoredValue::new(wire);
    let element = NodeRef::<svg::Path>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            editor.stage.update_value(|stage| stage.show_wire(&edge.get_value(), element.into()));
        }
    });
    on_cleanup(move || {
        editor.stage.try_update_value(|stage| stage.hide_wire(&edge.get_value()));
    });
    let selected = Memo::new(move |_| {
        edge.with_value(|wire| editor.selection.with(|s| s.wire.as_ref() == Some(wire) || s.has(&wire.from) || s.has(&wire.to)))
    });
    let walked = Memo::new(move |_| edge.with_value(|wire| editor.path.with(|path| path.wires.contains(wire))));
    view! { <path node_ref=element class="wire" class:selected=move || selected.get() class:walked=move || walked.get() /> }
}

/// A wire's label: its port, and how many went by it.
#[component]
pub fn WireLabel(
    /// Which.
    wire: Edge,
) -> impl IntoView {
    let editor = editor();
    let edge = StoredValue::new(wire.clone());
    let Some(CardSignals { face, .. }) = editor.card(&wire.from) else { return ().into_any() };
    let named = Memo::new(move |_| face.with(crate::editor::model::face::Face::names_ports));
    let number = Memo::new(move |_| {
        edge.with_value(|wire| {
            editor.counts.with(|counts| {
                let node = counts.nodes.get(&wire.from)?;
                let n = node.ports.get(&wire.port).copied().unwrap_or(0);
                let all: u64 = node.ports.values().sum();
                Some(if counts.percent { format::percent(n as f64 / (all.max(1)) as f64) } else { format::number(n as f64) })
            })
        })
    });
    let name = move || named.get().then(|| edge.with_value(|wire| words::step::port_label(wire.port.as_str())));
    view! { <Show when=move || named.get() || number.get().is_some()><Label edge=edge name=Signal::derive(name) number=number /></Show> }
        .into_any()
}

#[component]
fn Label(
    /// The wire.
    edge: StoredValue<Edge>,
    /// The port's name, where it must be told.
    name: Signal<Option<String>>,
    /// How many went by it.
    number: Memo<Option<String>>,
) -> impl IntoView {
    let editor = editor();
    let element = NodeRef::<html::Span>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            editor.stage.update_value(|stage| stage.show_label(&edge.get_value(), element.into()));
        }
    });
    on_cleanup(move || {
        editor.stage.try_update_value(|stage| stage.hide_label(&edge.get_value()));
    });
    view! { <span node_ref=element class="wire-label" aria-hidden="true">{name}<b>{number}</b></span> }
}
