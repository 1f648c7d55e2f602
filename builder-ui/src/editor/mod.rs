//! The editor of a journey: the canvas with its palette and panels. What is pure of it (`document/`, `saving.rs`) knows no
//! browser; `state.rs` is the one place the document is written from; `stage.rs` the one that moves elements.

mod arrange;
mod before;
mod canvas;
mod card;
mod clips;
mod commands;
mod conflict;
mod context_menu;
pub mod counts;
pub mod document;
pub(crate) mod drafts;
mod drag;
pub mod dry_run;
mod edits;
pub mod face;
mod header;
mod history;
mod hover;
pub mod icons;
pub mod inspector;
mod issues;
mod keys_help;
mod labels;
mod life;
mod live;
mod measure;
mod minimap;
mod motion;
mod notes;
mod outline;
mod overview;
mod page;
pub mod painted;
mod palette;
pub mod panels;
mod perform;
pub mod picture;
mod predicate_words;
mod publish;
mod quick;
mod rename;
mod resting;
pub mod saving;
mod search;
mod select;
mod selection_bar;
mod sheet;
mod side;
mod sight;
pub mod stage;
pub mod state;
pub mod steps;
mod tools;
mod welcome;
mod wires;
pub mod words;

pub use page::JourneyPage;
pub use state::{Editor, editor};

use crate::gesture::walk;
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;

/// Every step in the order in which a reader meets them, with its depth.
fn walk_order(editor: Editor) -> Vec<(NodeId, usize)> {
    editor.stage.with_value(|stage| walk::reading_order(&stage.scene))
}
