//! The places in the editor that other parts fill: the dry run, publishing.

use super::state::Editor;

pub use super::life::Actions;

/// Asks whether the draft shall be published, whoever may.
pub fn publish(editor: Editor) -> bool {
    let may = super::life::may_publish();
    if may {
        leptos::prelude::Set::set(&editor.publishing, true);
    }
    may
}

/// Opens the dry run, or closes it.
pub fn dry_run(editor: Editor) -> bool {
    super::life::toggle_dry_run(editor);
    true
}
