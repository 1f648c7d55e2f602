//! The page of one journey: fetches it, then opens the editor.

use super::canvas::clips;
use super::canvas::context_menu::ContextMenu;
use super::canvas::palette::Palette;
use super::canvas::quick::QuickAdd;
use super::canvas::search::StepSearch;
use super::canvas::surface::Canvas;
use super::model::state::{Editor, is_mirrored};
use super::model::{drafts, unpublished};
use super::panels::conflict::ConflictDialog;
use super::panels::header;
use super::panels::header::Header;
use super::panels::keys_help::{self, KeysHelp};
use super::panels::side::Side;
use crate::api::Failure;
use crate::api::journeys::{self, Journey};
use crate::i18n;
use crate::shell::use_commands;
use crate::tr;
use crate::ui::{Crumb, Skeleton, Top, Trouble};
use crate::worker;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use tradewind_nodes::kinds::Outlines;

/// What is fetched before the editor opens.
type Fetched = Result<(Journey, String, Outlines), Failure>;

/// `/journeys/:slug`.
#[component]
pub fn JourneyPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.with(|params| params.get("slug").unwrap_or_default()));
    let tries = RwSignal::new(0_u32);
    let fetched = RwSignal::new_local(None::<Fetched>);
    Effect::new(move |_| {
        tries.track();
        let slug = slug.get();
        fetched.set(None);
        worker::wake();
        leptos::task::spawn_local(async move {
            let (journey, kinds) = futures::join!(journeys::open(&slug), worker::learn());
            let all = journey.and_then(|(journey, tag)| Ok((journey, tag, kinds?)));
            if let Ok((_, _, kinds)) = &all {
                super::pictures::picture::know(kinds.clone());
            }
            fetched.try_set(Some(all));
        });
    });
    let bar =
        move || view! { <Top title=Signal::derive(move || slug.get()) crumbs=vec![Crumb::new(tr!(shell.nav.journeys), "/journeys")] /> };
    move || match fetched.get() {
        None => view! { {bar()}<main class="page" id="content" tabindex="-1"><Skeleton lines=6 /></main> }.into_any(),
        Some(Err(failure)) => {
            let again = Callback::new(move |()| tries.update(|tries| *tries += 1));
            view! { {bar()}<main class="page" id="content" tabindex="-1"><Trouble failure=failure retry=again /></main> }.into_any()
        }
        Some(Ok((journey, tag, kinds))) => view! { <Opened journey=journey tag=tag kinds=kinds /> }.into_any(),
    }
}

/// The editor of a journey that is here.
#[component]
fn Opened(
    /// The journey.
    journey: Journey,
    /// Its draft's tag.
    tag: String,
    /// The kinds.
    kinds: Outlines,
) -> impl IntoView {
    let editor = Editor::open(&journey, tag.clone(), kinds);
    provide_context(editor);
    provide_context(super::model::numbers::follow(editor));
    editor.face_all();
    editor.rebuild_scene();
    drafts::check_soon(editor);
    drafts::beat(editor);
    drafts::resume(editor, &journey, &tag);
    header::guard(editor);
    clips::listen(editor);
    unpublished::follow(editor);
    use_commands(keys_help::commands(editor));
    follow(editor);
    view! {
        <Header />
        <main class="editor" id="content" tabindex="-1">
            <Palette />
            <div class="around-canvas">
                <Canvas />
                <QuickAdd />
                <ContextMenu />
                <StepSearch />
            </div>
            <Side />
        </main>
        <ConflictDialog />
        <KeysHelp />
        <p class="only-read" aria-live="polite">{editor.said}</p>
    }
}

/// Follows the language and whether there are numbers: both change how cards lie.
fn follow(editor: Editor) {
    Effect::new(move |first: Option<()>| {
        let _words = i18n::language();
        if first.is_some() {
            editor.stage.update_value(|stage| stage.mirror = is_mirrored());
            editor.face_all();
            editor.rebuild_scene();
            editor.version.update(|version| *version += 1);
            editor.show_head();
        }
    });
    let live = Memo::new(move |_| editor.counts.with(|counts| !counts.nodes.is_empty()));
    Effect::new(move |_| {
        let live = live.get();
        if editor.stage.with_value(|stage| stage.live != live) {
            editor.stage.update_value(|stage| stage.live = live);
            editor.rebuild_scene();
        }
    });
}
