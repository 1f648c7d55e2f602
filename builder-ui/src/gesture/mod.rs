//! What hands do on the canvas, as plain values: geometry, the state machine of pointers, the walk of the keyboard, snapping,
//! wires and layout. Nothing here knows the browser, so all of it is tested natively.
//!
//! There are two spaces. *Screen* points are pixels from the canvas's upper left corner; *scene* points are where cards lie,
//! before pan and zoom. Where words run from right to left the scene is the document mirrored, see [`scene::mirrored`].

pub mod geometry;
pub mod keys;
pub mod layout;
pub mod linking;
pub mod pointer;
pub mod scene;
pub mod scroll;
pub mod snap;
pub mod viewport;
pub mod walk;
pub mod wire;
