//! The journey being edited and everything the editor knows of it: the document, the draft and its saving, what is selected, where
//! everything lies. `document/` and `saving.rs` are pure; `state.rs` is what all parts share, `edits.rs` the one way in which the
//! document is written, `stage.rs` the one that moves elements.

pub mod adding;
pub mod counts;
pub mod document;
pub mod drafts;
pub mod edits;
pub mod face;
pub mod hands;
pub mod icons;
pub mod issues;
pub mod labels;
pub mod menu;
pub mod motion;
pub mod numbers;
pub mod opening;
pub mod overview;
pub mod saving;
pub mod select;
pub mod sheet;
pub mod sight;
pub mod stage;
pub mod state;
pub mod unpublished;
