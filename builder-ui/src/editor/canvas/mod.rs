//! The canvas: cards, wires and notes, and what hands and keys do to them.

pub mod arrange;
pub mod card;
pub mod clips;
pub mod commands;
pub mod context_menu;
pub mod drag;
pub mod hover;
pub mod measure;
pub mod minimap;
pub mod notes;
pub mod palette;
pub mod perform;
pub mod quick;
pub mod rename;
pub mod resting;
pub mod search;
pub mod selection_bar;
pub mod surface;
pub mod tools;
pub mod welcome;
pub mod wires;
