//! A journey to look at and not to edit: a version in the history, or the one a run keeps to, with a way painted on it.

use super::painted;
use crate::editor::model::counts::{Mark, Path};
use crate::editor::model::icons;
use crate::i18n;
use crate::ui::{Button, Look};
use crate::words;
use crate::{browser, t, tr};
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use tradewind_nodes::graph::{Edge, Graph, Node};
use tradewind_nodes::id::NodeId;
use tradewind_nodes::kinds::Outlines;

/// The size of a card.
const CARD: (f64, f64) = (240.0, 58.0);
/// Room around the picture.
const ROOM: f64 = 40.0;
/// From this height on a picture is not shown as a whole unless that is wanted.
const LARGE: f64 = 1_100.0;

// Outside any component: the workspace's own kinds are learned once and hold for every picture.
static KNOWN: LazyLock<ArcRwSignal<Outlines>> = LazyLock::new(|| ArcRwSignal::new(Outlines::builtin()));

/// The kinds there are, the workspace's own among them.
pub fn know(kinds: Outlines) {
    KNOWN.set(kinds);
}

/// Asks for the workspace's own kinds when a graph has some that are not known.
pub async fn learn(graph: &Graph) {
    let strange = KNOWN.with_untracked(|kinds| graph.nodes.iter().any(|node| kinds.family(&node.kind).is_none()));
    if strange && let Ok(kinds) = crate::worker::learn().await {
        know(kinds);
    }
}

/// What a field of a step is called in its form; None for a field nobody knows.
#[must_use]
pub fn field(node: &Node, name: &str) -> Option<String> {
    KNOWN.with(|kinds| {
        let spec = kinds.spec(&node.kind)?;
        spec.fields.iter().find(|field| field.name == name).map(|field| crate::words::field::field_label(&node.kind, field))
    })
}

/// What a step is called, as on its card; whoever calls this in a view follows the kinds that are known.
#[must_use]
pub fn title(node: &Node) -> String {
    KNOWN.with(|kinds| words::step::of(node, kinds).title)
}

/// How a node differs from another version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tint {
    /// It is new.
    Added,
    /// It is not alike.
    Changed,
    /// It is gone.
    Removed,
}

impl Tint {
    const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// Where everything lies, from nought.
struct Plan {
    places: HashMap<NodeId, (f64, f64)>,
    width: f64,
    height: f64,
}

fn plan(graph: &Graph, mirror: bool) -> Plan {
    let placed: Option<HashMap<_, _>> = graph.nodes.iter().map(|node| node.position.map(|at| (node.id.clone(), (at.x, at.y)))).collect();
    let mut places = placed.unwrap_or_else(|| painted::rows(graph, CARD.0 + 40.0, CARD.1 + 62.0));
    let least = |axis: fn(&(f64, f64)) -> f64| places.values().map(axis).fold(f64::INFINITY, f64::min);
    let (left, top) = (least(|at| at.0), least(|at| at.1));
    let most = |axis: fn(&(f64, f64)) -> f64| places.values().map(axis).fold(f64::NEG_INFINITY, f64::max);
    let (width, height) = (most(|at| at.0) - left + CARD.0 + 2.0 * ROOM, most(|at| at.1) - top + CARD.1 + 2.0 * ROOM);
    for (x, y) in places.values_mut() {
        *x = *x - left + ROOM;
        *y = *y - top + ROOM;
        if mirror {
            *x = width - *x - CARD.0;
        }
    }
    Plan { places, width, height }
}

fn curve(plan: &Plan, graph: &Graph, edge: &Edge) -> Option<String> {
    let (from, to) = (plan.places.get(&edge.from)?, plan.places.get(&edge.to)?);
    let mut ports: Vec<&Edge> = graph.edges.iter().filter(|other| other.from == edge.from).collect();
    // Wires cross least when they leave in the order of where they lead.
    ports.sort_by(|a, b| {
        let x = |edge: &Edge| plan.places.get(&edge.to).map_or(0.0, |at| at.0);
        x(a).total_cmp(&x(b))
    });
    let place = ports.iter().position(|other| *other == edge)?;
    let share = (place as f64 + 1.0) / (ports.len() as f64 + 1.0);
    let (x1, y1) = (from.0 + CARD.0 * share, from.1 + CARD.1);
    let (x2, y2) = (to.0 + CARD.0 / 2.0, to.1);
    if y2 <= y1 {
        // Back up it goes round the cards.
        let side = from.0.max(to.0) + CARD.0 + ROOM;
        let middle = f64::midpoint(y1, y2);
        let (low, high) = (y1 + 48.0, y2 - 48.0);
        return Some(format!(
            "M{x1:.1} {y1:.1}C{x1:.1} {low:.1} {side:.1} {low:.1} {side:.1} {middle:.1}C{side:.1} {high:.1} {x2:.1} {high:.1} {x2:.1} {y2:.1}"
        ));
    }
    let pull = ((y2 - y1).abs() / 2.0).clamp(28.0, 120.0);
    Some(format!("M{x1:.1} {y1:.1}C{x1:.1} {:.1} {x2:.1} {:.1} {x2:.1} {y2:.1}", y1 + pull, y2 - pull))
}

/// The picture. Cards are buttons: the one chosen tells whoever shows more of it.
#[component]
pub fn Picture(
    /// What is shown.
    #[prop(into)]
    graph: Signal<Arc<Graph>>,
    /// What is painted on it.
    #[prop(into)]
    path: Signal<Path>,
    /// The card that is chosen.
    chosen: RwSignal<Option<NodeId>>,
    /// What the picture is of.
    #[prop(into)]
    label: Signal<String>,
    /// How nodes differ from another version.
    #[prop(optional, into)]
    tints: Signal<HashMap<NodeId, Tint>>,
) -> impl IntoView {
    let whole = RwSignal::new(true);
    // What would have to shrink too much to be read is shown in full size first, unless the screen would show only a corner of it.
    Effect::new(move |_| {
        let plan = graph.with(|graph| plan(graph, false));
        whole.set(plan.height < LARGE || browser::window_size().0 < plan.width);
    });
    let drawn = move || {
        let graph = graph.get();
        let plan = plan(&graph, i18n::present().language.direction() == "rtl");
        if graph.nodes.is_empty() {
            return ().into_any();
        }
        let (width, height) = (plan.width, plan.height);
        let wires = graph.edges.iter().filter_map(|edge| Some((edge.clone(), curve(&plan, &graph, edge)?))).map(|(edge, d)| {
            let walked = Memo::new(move |_| path.with(|path| path.wires.contains(&edge)));
            view! { <path class="wire" class:walked=move || walked.get() d=d /> }
        });
        let wires = wires.collect_view();
        let cards = graph.nodes.iter().map(|node| {
            let at = plan.places.get(&node.id).copied().unwrap_or_default();
            view! { <PictureCard node=node.clone() at=at path=path chosen=chosen tints=tints /> }
        });
        view! {
            <svg class="drawing" class:whole=move || whole.get() viewBox=format!("0 0 {width:.0} {height:.0}") width=format!("{width:.0}") height=format!("{height:.0}") style:max-width=format!("{width:.0}px") style:max-height=format!("{height:.0}px")>
                <g class="wires">{wires}</g>
                {cards.collect_view()}
            </svg>
        }
        .into_any()
    };
    view! {
        <section class="picture-of" aria-label=label>
            <div class="scroller" class:whole=move || whole.get() tabindex="0" role="group" aria-label=label>{drawn}</div>
            <div class="corner">
                <Button look=Look::Ghost icon=icondata::LuScan label=Signal::derive(move || if whole.get() { t!(live.picture.large) } else { t!(live.picture.whole) })
                    on:click=move |_| whole.update(|whole| *whole = !*whole) />
            </div>
        </section>
    }
}

/// A card of the picture.
#[component]
fn PictureCard(
    /// Its node.
    node: Node,
    /// Where it lies.
    at: (f64, f64),
    /// What is painted.
    path: Signal<Path>,
    /// The card that is chosen.
    chosen: RwSignal<Option<NodeId>>,
    /// How nodes differ.
    tints: Signal<HashMap<NodeId, Tint>>,
) -> impl IntoView {
    let id = StoredValue::new(node.id.clone());
    let node = StoredValue::new(node);
    let family = move || icons::family(node.with_value(|node| KNOWN.with(|kinds| kinds.family(&node.kind))));
    let mark = Memo::new(move |_| id.with_value(|id| path.with(|path| path.nodes.get(id).copied())));
    let tint = Memo::new(move |_| id.with_value(|id| tints.with(|tints| tints.get(id).copied())));
    let pressed = Memo::new(move |_| id.with_value(|id| chosen.with(|chosen| chosen.as_ref() == Some(id))));
    let said = move || match (mark.get(), tint.get()) {
        (_, Some(Tint::Added)) => t!(live.picture.added),
        (_, Some(Tint::Changed)) => t!(live.picture.changed),
        (_, Some(Tint::Removed)) => t!(live.picture.removed),
        (Some(Mark::Passed), _) => t!(live.picture.passed),
        (Some(Mark::Here), _) => t!(live.picture.here),
        (Some(Mark::Failed), _) => t!(live.picture.failed),
        (None, None) => String::new(),
    };
    let choose = move |_| {
        let now = id.get_value();
        chosen.update(|chosen| *chosen = if chosen.as_ref() == Some(&now) { None } else { Some(now) });
    };
    view! {
        <foreignObject x=at.0.to_string() y=at.1.to_string() width=CARD.0.to_string() height=CARD.1.to_string()>
            <button type="button" class="pcard" data-family=family data-tint=move || tint.get().map(Tint::name)
                class:walked=move || mark.get() == Some(Mark::Passed) class:here=move || mark.get() == Some(Mark::Here)
                class:lost=move || mark.get() == Some(Mark::Failed) aria-pressed=move || pressed.get().to_string() on:click=choose>
                <b dir="auto">{move || node.with_value(title)}</b>
                <small dir="auto">{move || node.with_value(|node| KNOWN.with(|kinds| words::step::of(node, kinds).line))}</small>
                <span class="only-read">{said}</span>
            </button>
        </foreignObject>
    }
}

/// That nothing is chosen on a picture: a button to show everything again.
#[component]
pub fn ShowAll(
    /// The card that is chosen.
    chosen: RwSignal<Option<NodeId>>,
) -> impl IntoView {
    view! {
        <Show when=move || chosen.with(Option::is_some)>
            <Button look=Look::Ghost on:click=move |_| chosen.set(None)>{tr!(live.picture.all)}</Button>
        </Show>
    }
}
