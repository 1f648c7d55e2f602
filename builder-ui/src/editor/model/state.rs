//! The editor's state, handed to all its parts. The document is written by [`Editor::apply`] alone; every part of the page
//! listens only to what it shows: lists to ids, a card to its own face.

use super::adding::Quick;
use super::counts::{Counts, Path};
use super::document::Document;
use super::document::ids::Names;
use super::face::Face;
use super::saving::Saving;
use super::stage::Stage;
use crate::api::journeys::Journey;
use crate::gesture::linking::Linking;
use crate::gesture::pointer;
use crate::{browser, i18n};
use leptos::prelude::*;
use std::collections::{HashMap, HashSet};
use tradewind_nodes::graph::{Edge, Graph, Longest, NoteId};
use tradewind_nodes::id::{NodeId, PortName};
use tradewind_nodes::issue::Issue;
use tradewind_nodes::kinds::Outlines;
use tradewind_nodes::time::Span;

/// What is selected.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Selection {
    /// Nodes, the one selected last at the end.
    pub nodes: Vec<NodeId>,
    /// Notes.
    pub notes: Vec<NoteId>,
    /// A wire.
    pub wire: Option<Edge>,
}

impl Selection {
    /// One node.
    #[must_use]
    pub fn node(id: NodeId) -> Self {
        Self { nodes: vec![id], ..Self::default() }
    }
    /// Whether a node is selected.
    #[must_use]
    pub fn has(&self, id: &NodeId) -> bool {
        self.nodes.contains(id)
    }
    /// The one node selected; None when there are none or several.
    #[must_use]
    pub fn only(&self) -> Option<&NodeId> {
        if let [one] = self.nodes.as_slice() { Some(one) } else { None }
    }
    /// Whether nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.notes.is_empty() && self.wire.is_none()
    }
}

/// What the check of a whole journey says of a card.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct CardCheck {
    /// How many issues it has.
    pub issues: usize,
    /// When people come to it, counted from the trigger.
    pub time: Option<Span>,
}

/// The signals of a card.
#[derive(Clone, Debug)]
pub struct CardSignals {
    /// What it shows of its node.
    pub face: ArcRwSignal<Face>,
    /// What the check says.
    pub check: ArcRwSignal<CardCheck>,
}

/// A wire being drawn from a port.
#[derive(Clone, PartialEq, Debug)]
pub struct Connecting {
    /// Where it comes from.
    pub from: NodeId,
    /// By which port.
    pub port: PortName,
    /// Where it may lead.
    pub legal: HashSet<NodeId>,
    /// The card under the hand.
    pub over: Option<NodeId>,
}

/// What is open beside the canvas or over it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Panel {
    /// The form of the selected step.
    #[default]
    Inspector,
    /// The list of issues.
    Issues,
    /// The graph as a list.
    Outline,
    /// The journey tried on somebody.
    DryRun,
    /// Numbers, and the people behind them.
    People,
}

/// The editor of one journey.
#[derive(Clone, Copy)]
pub struct Editor {
    pub(in crate::editor) document: StoredValue<Document, LocalStorage>,
    pub(in crate::editor) kinds: StoredValue<Outlines>,
    pub(in crate::editor) names: StoredValue<Names>,
    pub(in crate::editor) stage: StoredValue<Stage, LocalStorage>,
    pub(in crate::editor) cards: StoredValue<HashMap<NodeId, CardSignals>, LocalStorage>,
    pub(in crate::editor) hands: StoredValue<pointer::State>,
    pub(in crate::editor) going: StoredValue<super::hands::Going, LocalStorage>,
    /// Two drafts of which one must be chosen.
    pub conflict: RwSignal<Option<super::drafts::Conflict>>,
    /// The journey as the server has it, but for its draft.
    pub journey: RwSignal<Meta>,
    /// Counts every change of the document; whoever shows something of the whole follows it.
    pub version: RwSignal<u64>,
    /// The cards on the page.
    pub shown_cards: RwSignal<Vec<NodeId>>,
    /// The wires on the page.
    pub shown_wires: RwSignal<Vec<Edge>>,
    /// The notes.
    pub notes: RwSignal<Vec<NoteId>>,
    /// What is selected.
    pub selection: RwSignal<Selection>,
    /// The card the keyboard is at.
    pub focus: RwSignal<Option<NodeId>>,
    /// A wire being drawn.
    pub connecting: RwSignal<Option<Connecting>>,
    /// A wire being chosen by the keyboard.
    pub linking: RwSignal<Option<Linking>>,
    /// The menu over the canvas.
    pub menu: RwSignal<Option<super::menu::Open>>,
    /// Whether steps are being looked for.
    pub searching: RwSignal<bool>,
    /// Whether the list of keys is open.
    pub keys: RwSignal<bool>,
    /// Whether it is asked what publishing would do.
    pub publishing: RwSignal<bool>,
    /// The list of kinds over the canvas.
    pub quick: RwSignal<Option<Quick>>,
    /// What stands at the side.
    pub panel: RwSignal<Panel>,
    /// How high the side stands where it is a sheet.
    pub sheet: RwSignal<super::sheet::Sheet>,
    /// Pixels for one unit.
    pub zoom: RwSignal<f64>,
    /// Told at most once a frame when another part of the scene is seen.
    pub moved: RwSignal<()>,
    /// Everything wrong with the journey.
    pub issues: RwSignal<Vec<Issue>>,
    /// How many changes of the draft are not live.
    pub unpublished: RwSignal<usize>,
    /// How long it takes.
    pub longest: RwSignal<Longest>,
    /// Whether the draft is saved.
    pub saving: RwSignal<Saving>,
    /// What is told to screen readers.
    pub said: RwSignal<String>,
    /// Numbers at nodes and wires.
    pub counts: RwSignal<Counts>,
    /// A way that is painted.
    pub path: RwSignal<Path>,
    /// The field the form shall show: a node and a JSON pointer into its config.
    pub field: RwSignal<Option<(NodeId, String)>>,
    /// The node whose name is being written on its card.
    pub naming: RwSignal<Option<NodeId>>,
}

/// What the header shows of a journey.
#[derive(Clone, PartialEq, Debug)]
pub struct Meta {
    /// Its name in addresses.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What it does.
    pub status: crate::api::journeys::Status,
    /// The version people enter.
    pub live_version: Option<i64>,
    /// The draft's revision that the edits began from.
    pub revision: i64,
    /// Its tag.
    pub tag: String,
}

/// The editor the part belongs to.
#[must_use]
pub fn editor() -> Editor {
    expect_context::<Editor>()
}

impl Editor {
    /// An editor of a journey.
    #[must_use]
    pub fn open(journey: &Journey, tag: String, kinds: Outlines) -> Self {
        let meta = Meta {
            slug: journey.slug.clone(),
            name: journey.name.clone(),
            status: journey.status,
            live_version: journey.live_version,
            revision: journey.draft_revision,
            tag,
        };
        let seed = (browser::random() * 2_f64.powi(53)) as u64;
        Self {
            document: StoredValue::new_local(Document::open(journey.draft.clone())),
            kinds: StoredValue::new(kinds),
            names: StoredValue::new(Names::new(seed)),
            stage: StoredValue::new_local(Stage::new(is_mirrored())),
            cards: StoredValue::new_local(HashMap::new()),
            hands: StoredValue::new(pointer::State::default()),
            going: StoredValue::new_local(super::hands::Going::default()),
            conflict: RwSignal::default(),
            journey: RwSignal::new(meta),
            version: RwSignal::new(0),
            shown_cards: RwSignal::default(),
            shown_wires: RwSignal::default(),
            notes: RwSignal::new(journey.draft.notes.iter().map(|note| note.id.clone()).collect()),
            selection: RwSignal::default(),
            focus: RwSignal::default(),
            connecting: RwSignal::default(),
            linking: RwSignal::default(),
            menu: RwSignal::default(),
            searching: RwSignal::new(false),
            keys: RwSignal::new(false),
            publishing: RwSignal::new(false),
            quick: RwSignal::default(),
            panel: RwSignal::default(),
            sheet: RwSignal::default(),
            zoom: RwSignal::new(1.0),
            moved: RwSignal::new(()),
            issues: RwSignal::default(),
            unpublished: RwSignal::new(0),
            longest: RwSignal::new(Longest::NoTrigger),
            saving: RwSignal::default(),
            said: RwSignal::default(),
            counts: RwSignal::default(),
            path: RwSignal::default(),
            field: RwSignal::default(),
            naming: RwSignal::default(),
        }
    }

    /// Looks at the graph. Not followed: follow [`Editor::version`] or a card's signals.
    pub fn with_graph<T>(&self, look: impl FnOnce(&Graph) -> T) -> T {
        self.document.with_value(|document| look(document.graph()))
    }

    /// Looks at the kinds.
    pub fn with_kinds<T>(&self, look: impl FnOnce(&Outlines) -> T) -> T {
        self.kinds.with_value(look)
    }

    /// The signals of a card.
    #[must_use]
    pub fn card(&self, id: &NodeId) -> Option<CardSignals> {
        self.cards.with_value(|cards| cards.get(id).cloned())
    }

    /// What a step is called on its card.
    #[must_use]
    pub fn title(&self, id: &NodeId) -> String {
        self.card(id).map_or_else(|| id.to_string(), |signals| signals.face.with_untracked(|face| face.title.clone()))
    }
}

/// Whether the language in force reads from right to left.
#[must_use]
pub fn is_mirrored() -> bool {
    i18n::present_untracked().language.direction() == "rtl"
}
