//! The places in the editor that other parts fill: the dry run, publishing.

use super::state::Editor;

pub use super::life::Actions;

/// Opens the dry run, or closes it.
pub fn dry_run(editor: Editor) -> bool {
    super::life::toggle_dry_run(editor);
    true
}
