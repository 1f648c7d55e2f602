//! The places in the editor that other parts fill: the form of a step, the dry run, publishing.

use super::state::{Editor, editor};
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;

/// The form of a step: what is wrong with it, until forms draw its fields.
#[component]
pub fn StepForm(
    /// Which.
    id: NodeId,
) -> impl IntoView {
    let editor = editor();
    let wrong = Memo::new(move |_| {
        let of = |issue: &&tradewind_nodes::issue::Issue| issue.node.as_ref() == Some(&id);
        editor.issues.with(|issues| issues.iter().filter(of).map(|issue| issue.message.clone()).collect::<Vec<_>>())
    });
    view! { <ul class="messages">{move || wrong.get().into_iter().map(|message| view! { <li>{message}</li> }).collect_view()}</ul> }
}

pub use super::life::Actions;

/// Opens the dry run, or closes it.
pub fn dry_run(editor: Editor) -> bool {
    super::life::toggle_dry_run(editor);
    true
}
