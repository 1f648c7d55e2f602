//! The tools at the canvas's corner: zoom, fit, tidy, notes, outline.

use super::arrange::tidy_up;
use super::commands;
use crate::editor::model::state::{Panel, editor};
use crate::gesture::keys::Command;
use crate::gesture::viewport::STEP;
use crate::i18n::format;
use crate::ui::{Icon, Kbd};
use crate::{browser, tr};
use leptos::prelude::*;

/// The tools.
#[component]
pub fn Tools() -> impl IntoView {
    let editor = editor();
    let zoom = Memo::new(move |_| format::percent((editor.zoom.get() * 100.0).round() / 100.0));
    let outline = move |_| {
        let open = editor.panel.get_untracked() == Panel::Outline;
        editor.panel.set(if open { Panel::Inspector } else { Panel::Outline });
        if !open {
            request_animation_frame(|| browser::focus("outline"));
        }
    };
    view! {
        <div class="tools float" role="toolbar" aria-label=tr!(editor.tools.label)>
            <button type="button" aria-label=tr!(editor.tools.zoom_out) title=tr!(editor.tools.zoom_out) on:click=move |_| editor.zoom_by(1.0 / STEP)><Icon icon=icondata::LuMinus size=14 /></button>
            <button type="button" class="zoom" title=tr!(editor.tools.zoom_reset) on:click=move |_| editor.zoom_by(1.0 / editor.view().zoom)>{zoom}</button>
            <button type="button" aria-label=tr!(editor.tools.zoom_in) title=tr!(editor.tools.zoom_in) on:click=move |_| editor.zoom_by(STEP)><Icon icon=icondata::LuPlus size=14 /></button>
            <button type="button" on:click=move |_| editor.fit()>{tr!(editor.tools.fit)}<Kbd keys="1" /></button>
            <button type="button" on:click=move |_| tidy_up(editor)>{tr!(editor.tools.tidy)}<Kbd keys="T" /></button>
            <button type="button" on:click=move |_| { commands::run(editor, Command::AddNote); }>{tr!(editor.tools.note)}<Kbd keys="S" /></button>
            <button type="button" aria-pressed=move || (editor.panel.get() == Panel::Outline).to_string() on:click=outline>{tr!(editor.tools.outline)}<Kbd keys="O" /></button>
        </div>
    }
}
