//! The panel: who, when, what happens, what came of it; and the tests.

use super::given::Given;
use super::person::Who;
use super::session::Played;
use super::tests_tab::TestsTab;
use super::told::Told;
use super::{Desk, Tried};
use crate::editor::model::counts::Path;
use crate::editor::pictures::painted;
use crate::i18n::format::{self, Moment};
use crate::ui::{Button, Kbd, Look, Tab, Tabs};
use crate::{browser, key, t, tr};
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::KeyboardEvent;

/// The panel.
#[component]
pub fn DryRun(
    /// What is tried.
    tried: Tried,
    /// Closes the panel.
    #[prop(into)]
    close: Callback<()>,
) -> impl IntoView {
    let desk = Desk::new(tried);
    let tab = RwSignal::new("try");
    Effect::new(move |_| {
        if tab.get() == "try" {
            let graph = tried.graph.get();
            tried.path.set(desk.played.with(|played| played.get().map_or_else(Path::default, |played| way(&graph, played))));
        }
    });
    on_cleanup(move || tried.path.set(Path::default()));
    let tabs = vec![
        Tab { id: "try", label: key!(dryrun.tab.person), count: None },
        Tab { id: "tests", label: key!(dryrun.tab.tests), count: None },
    ];
    let keys = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || browser::is_typing(event.target()) {
            return;
        }
        match event.key().as_str() {
            "n" => desk.step(),
            "e" => desk.finish(),
            "b" => desk.back(),
            "Escape" => close.run(()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    request_animation_frame(|| browser::focus("dry-run"));
    view! {
        <section class="dry-run" id="dry-run" tabindex="-1" aria-labelledby="dry-run-title" on:keydown=keys>
            <header class="row">
                <h2 id="dry-run-title">{tr!(dryrun.title)}</h2>
                <span class="space"></span>
                <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(ui.close)) on:click=move |_| close.run(()) />
            </header>
            <Tabs label=Signal::derive(tr!(dryrun.title)) tabs=tabs chosen=tab />
            <div role="tabpanel" id="panel-try" aria-labelledby="tab-try" hidden=move || tab.get() != "try">
                <Who desk=desk />
                <Given desk=desk />
                <Clock desk=desk />
                <Told desk=desk />
            </div>
            <div role="tabpanel" id="panel-tests" aria-labelledby="tab-tests" hidden=move || tab.get() != "tests">
                <Show when=move || tab.get() == "tests"><TestsTab desk=desk /></Show>
            </div>
        </section>
    }
}

fn way(graph: &tradewind_nodes::graph::Graph, played: &Arc<Played>) -> Path {
    let steps = played.report.runs.iter().flat_map(|run| run.steps.iter());
    painted::way(graph, steps.map(|step| (&step.node, &step.outcome)))
}

/// What time it is, and the ways to let it pass.
#[component]
fn Clock(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let next = Memo::new(move |_| desk.played.with(|played| played.get().and_then(|played| played.next)));
    let time = Memo::new(move |_| {
        desk.played
            .with(|played| played.get().map(|played| (played.report.now, played.report.now.since(desk.trial.with(|trial| trial.start)))))
    });
    let nothing = Signal::derive(move || next.get().is_none());
    let first = Signal::derive(move || desk.trial.with(|trial| trial.given.is_empty()));
    // A button that has done all it can is dead, and the keyboard with it: the panel takes it.
    Effect::new(move |_| {
        if nothing.get() || first.get() {
            request_animation_frame(|| {
                let dead = document().active_element().is_some_and(|at| at.matches("#dry-run .clock :disabled").unwrap_or(false));
                if dead {
                    browser::focus("dry-run");
                }
            });
        }
    });
    let said = move || {
        time.get().map(|(now, passed)| {
            let moment = format::instant(now, Moment::DateTime);
            if passed.micros() == 0 {
                moment
            } else {
                t!(dryrun.clock.after, moment = moment, time = format::duration(passed.micros() as f64 / 1e6))
            }
        })
    };
    let coming = move || match next.get() {
        Some(at) => t!(dryrun.clock.next, moment = format::instant(at, Moment::DateTime)),
        None => t!(dryrun.clock.nothing),
    };
    view! {
        <div class="clock">
            <p><b role="status">{said}</b><small>{coming}</small></p>
            <div class="row">
                <Button icon=icondata::LuStepForward kbd="N" disabled=nothing on:click=move |_| desk.step()>{tr!(dryrun.clock.step)}</Button>
                <Button icon=icondata::LuFastForward kbd="E" disabled=nothing on:click=move |_| desk.finish()>{tr!(dryrun.clock.end)}</Button>
                <Button look=Look::Ghost icon=icondata::LuUndo2 disabled=first label=Signal::derive(tr!(dryrun.clock.back)) on:click=move |_| desk.back() />
                <Button look=Look::Ghost icon=icondata::LuRotateCcw disabled=first label=Signal::derive(tr!(dryrun.clock.again)) on:click=move |_| desk.trial.update(|trial| trial.given.clear()) />
                <Show when=move || !first.get()><span class="only-read"><Kbd keys="B" /></span></Show>
            </div>
        </div>
    }
}
