//! One person's way through a journey: painted on the version he keeps to, every step with its reason, and what can be done.

use crate::api::runs::{self, Delivery, RunDetail};
use crate::api::{Failure, versions};
use crate::editor::model::counts::Path;
use crate::editor::pictures::painted;
use crate::editor::pictures::picture;
use crate::editor::pictures::picture::{Picture, ShowAll};
use crate::editor::pictures::steps::{Line, Steps};
use crate::i18n::format::{self, Moment};
use crate::ui::{Button, Crumb, Dialog, Field, Look, Page, Pill, Skeleton, Tone, Trouble, toast};
use crate::words::run::run_state;
use crate::{browser, said, session, t, tr};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::sync::Arc;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::NodeId;

/// How often a run that goes on is read anew, in milliseconds.
const AGAIN: u32 = 4_000;
/// How long the engine is given to carry out an order.
const ORDER: u32 = 600;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Shown {
    id: Memo<String>,
    run: RwSignal<Option<RunDetail>>,
    failure: RwSignal<Option<Failure>>,
    graph: RwSignal<Arc<Graph>>,
    chosen: RwSignal<Option<NodeId>>,
}

impl Shown {
    async fn read(self) {
        let Some(id) = self.id.try_get_untracked() else { return };
        let answer = runs::get(&id).await;
        if self.id.try_get_untracked() != Some(id) {
            return;
        }
        match answer {
            Ok(found) => {
                self.failure.set(None);
                if self.run.with_untracked(|run| run.as_ref() != Some(&found)) {
                    self.run.set(Some(found));
                }
            }
            // What was read before is better than nothing: the strip says that the server is gone.
            Err(failure) if self.run.with_untracked(Option::is_none) => self.failure.set(Some(failure)),
            Err(_) => {}
        }
    }

    /// Orders something of the run and reads it again when the engine had time for it.
    fn order(self, done: impl Future<Output = Result<(), Failure>> + 'static, words: String) {
        leptos::task::spawn_local(async move {
            match done.await {
                Ok(()) => {
                    toast(words);
                    browser::pause(ORDER).await;
                    self.read().await;
                }
                Err(failure) => toast::trouble(failure.words()),
            }
        });
    }
}

/// The page.
#[component]
pub fn Run() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let shown = Shown {
        id,
        run: RwSignal::new(None),
        failure: RwSignal::new(None),
        graph: RwSignal::new(Arc::new(Graph::default())),
        chosen: RwSignal::new(None),
    };
    Effect::new(move |_| {
        id.track();
        shown.run.set(None);
        leptos::task::spawn_local(async move {
            shown.read().await;
        });
    });
    follow(shown);
    let title = Signal::derive(move || {
        shown.run.with(|run| run.as_ref().map_or_else(|| t!(live.run.title), |run| runs::called(run.run.person.as_ref())))
    });
    let body = move || {
        shown.failure.get().map(|failure| {
            view! { <Trouble failure=failure retry=move |()| leptos::task::spawn_local(async move { shown.read().await }) /> }
        })
    };
    let known = Memo::new(move |_| shown.run.with(Option::is_some));
    let waiting = move || !known.get() && shown.failure.with(Option::is_none);
    view! {
        <Page title=title crumbs=vec![Crumb::new(tr!(shell.nav.journeys), "/journeys")] bar=move || view! { <Bar shown=shown /> }>
            {body}
            <Show when=waiting><Skeleton lines=8 /></Show>
            <Show when=move || known.get()><Inspector shown=shown /></Show>
        </Page>
    }
}

/// Reads the version once it is known, and the run again while it goes on.
fn follow(shown: Shown) {
    let version = Memo::new(move |_| shown.run.with(|run| run.as_ref().map(|run| (run.run.journey.clone(), run.run.version))));
    Effect::new(move |_| {
        let Some((slug, number)) = version.get() else { return };
        leptos::task::spawn_local(async move {
            if let Ok(version) = versions::get(&slug, number).await {
                picture::learn(&version.graph).await;
                shown.graph.try_set(Arc::new(version.graph));
            }
        });
    });
    leptos::task::spawn_local(async move {
        loop {
            browser::pause(AGAIN).await;
            let Some(over) = shown.run.try_with_untracked(|run| run.as_ref().is_some_and(|run| run.run.ended_at.is_some())) else { return };
            if !over {
                shown.read().await;
            }
        }
    });
}

/// What stands in the bar: how the run is, and what can be done with it.
#[component]
fn Bar(
    /// The run.
    shown: Shown,
) -> impl IntoView {
    let (skipping, ending) = (RwSignal::new(false), RwSignal::new(false));
    let may = move || session::current().is_some_and(|session| session.allows("write"));
    let inside = Memo::new(move |_| shown.run.with(|run| run.as_ref().is_some_and(|run| run.run.ended_at.is_none())));
    let held = Memo::new(move |_| shown.run.with(|run| run.as_ref().is_some_and(|run| run.run.state == "held")));
    let retry = move |_| {
        let id = shown.id.get_untracked();
        shown.order(async move { runs::retry(&id).await }, t!(live.run.retried));
    };
    let pills = move || {
        shown.run.with(|run| {
            let run = &run.as_ref()?.run;
            let (tone, words) = run_state(run);
            let version = t!(live.run.version, n = run.version.to_string());
            Some(view! { <Pill tone=tone dot=true>{words}</Pill><Pill>{version}</Pill> })
        })
    };
    view! {
        {pills}
        <span class="space"></span>
        <Show when=move || may() && inside.get()>
            <Show when=move || held.get()><Button icon=icondata::LuRotateCcw on:click=retry>{tr!(live.run.retry)}</Button></Show>
            <Button look=Look::Ghost icon=icondata::LuSkipForward on:click=move |_| skipping.set(true)>{tr!(live.run.skip)}</Button>
            <Button look=Look::Ghost icon=icondata::LuCircleX on:click=move |_| ending.set(true)>{tr!(live.run.end)}</Button>
        </Show>
        <Dialog open=skipping title=Signal::derive(tr!(live.run.skip_title))><Skip shown=shown open=skipping /></Dialog>
        <Dialog open=ending title=Signal::derive(tr!(live.run.end_title))><End shown=shown open=ending /></Dialog>
    }
}

/// By which way a run goes on without its step.
#[component]
fn Skip(
    /// The run.
    shown: Shown,
    /// Closed when it is ordered.
    open: RwSignal<bool>,
) -> impl IntoView {
    let node = shown.run.with_untracked(|run| run.as_ref().map(|run| run.run.node.clone())).unwrap_or_default();
    let mut ports: Vec<String> = shown
        .graph
        .with_untracked(|graph| graph.edges.iter().filter(|edge| edge.from.as_str() == node).map(|edge| edge.port.to_string()).collect());
    if ports.is_empty() {
        ports.push("next".to_owned());
    }
    let one = move |port: String| {
        let go = {
            let port = port.clone();
            move |_| {
                let (id, port) = (shown.id.get_untracked(), port.clone());
                open.set(false);
                shown.order(async move { runs::skip(&id, &port).await }, t!(live.run.skipped));
            }
        };
        let name = if port == "next" { t!(live.step.next) } else { t!(live.step.went, port = crate::words::step::port_label(&port)) };
        view! { <Button icon=icondata::LuArrowRight on:click=go>{name}</Button> }
    };
    view! {
        <p>{tr!(live.run.skip_text)}</p>
        <div class="row choices">{ports.into_iter().map(one).collect_view()}</div>
    }
}

/// Ending a run, with the reason that will stand in its ledger.
#[component]
fn End(
    /// The run.
    shown: Shown,
    /// Closed when it is ordered.
    open: RwSignal<bool>,
) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (id, reason) = (shown.id.get_untracked(), reason.get_untracked());
        open.set(false);
        shown.order(async move { runs::cancel(&id, reason.trim()).await }, t!(live.run.ended));
    };
    view! {
        <form class="form" on:submit=send>
            <p>{tr!(live.run.end_text)}</p>
            <Field label=Signal::derive(tr!(live.run.reason)) id="end-reason">
                <input id="end-reason" class="in" autofocus maxlength="500" dir="auto" bind:value=reason aria-describedby="end-reason-hint end-reason-error" />
            </Field>
            <div class="row ends"><Button look=Look::Main submits=true>{tr!(live.run.end)}</Button></div>
        </form>
    }
}

/// The picture at one side, what happened at the other.
#[component]
fn Inspector(
    /// The run.
    shown: Shown,
) -> impl IntoView {
    let lines = Memo::new(move |_| {
        shown.run.with(|run| {
            let steps = run.iter().flat_map(|run| run.steps.iter());
            let line = |step: &runs::StepTaken| Line {
                node: step.node.clone(),
                title: shown.graph.with(|graph| {
                    graph.node(&step.node).map_or_else(|| said::called(&step.called), crate::editor::pictures::picture::title)
                }),
                visit: step.visit.max(1),
                at: step.at,
                outcome: step.outcome.clone(),
                why: step.why.clone(),
            };
            steps.map(line).collect::<Vec<_>>()
        })
    });
    let path = Memo::new(move |_| {
        lines.with(|lines| {
            shown.graph.with(|graph| {
                if graph.nodes.is_empty() {
                    Path::default()
                } else {
                    painted::way(graph, lines.iter().map(|line| (&line.node, &line.outcome)))
                }
            })
        })
    });
    let filtered = Memo::new(move |_| {
        let chosen = shown.chosen.get().filter(|node| lines.with(|lines| lines.iter().any(|line| line.node == *node)));
        lines.with(|lines| lines.iter().filter(|line| chosen.as_ref().is_none_or(|node| *node == line.node)).cloned().collect::<Vec<_>>())
    });
    let more = move || shown.run.with(|run| run.as_ref().is_some_and(|run| run.more_steps_after.is_some()));
    // The last step tells it best; where it is not here, what the run does now.
    let now = move || {
        let last = lines.with(|lines| lines.last().filter(|_| !more()).map(|line| said::step(&line.title, &line.outcome, &line.why)));
        last.or_else(|| shown.run.with(|run| run.as_ref().map(|run| said::standing(&run.standing, None))))
    };
    view! {
        <div class="run-inspector">
            <Picture graph=shown.graph path=path chosen=shown.chosen label=Signal::derive(tr!(live.run.picture)) />
            <aside class="side" aria-label=tr!(live.run.steps)>
                <Facts shown=shown />
                <p class="now">{now}</p>
                <header class="row"><h2>{tr!(live.run.steps)}</h2><span class="space"></span><ShowAll chosen=shown.chosen /></header>
                <Steps lines=filtered chosen=shown.chosen />
                <Show when=more><p class="hint">{tr!(live.run.more)}</p></Show>
                <Sent shown=shown />
            </aside>
        </div>
    }
}

/// Who, in which journey, since when.
#[component]
fn Facts(
    /// The run.
    shown: Shown,
) -> impl IntoView {
    move || {
        shown.run.with(|run| {
            let run = &run.as_ref()?.run;
            let who = run.customer.clone().map(|id| {
                let why = format!("/why?customer={id}&journey={}", run.journey);
                view! {
                    <div><dt>{t!(live.run.person)}</dt><dd><a href=format!("/customers/{id}") dir="auto">{runs::called(run.person.as_ref())}</a></dd></div>
                    <div><dt>{t!(live.run.question)}</dt><dd><a href=why>{t!(live.run.why)}</a></dd></div>
                }
            });
            Some(view! {
                <dl class="facts">
                    {who}
                    <div><dt>{t!(live.run.journey)}</dt><dd><a href=format!("/journeys/{}", run.journey)>{run.journey.clone()}</a></dd></div>
                    <div><dt>{t!(live.run.entered)}</dt><dd>{format::instant(run.entered_at, Moment::Exact)}</dd></div>
                    {run.ended_at.map(|at| view! { <div><dt>{t!(live.run.left)}</dt><dd>{format::instant(at, Moment::Exact)}</dd></div> })}
                    {run.due_at.filter(|_| run.ended_at.is_none()).map(|at| view! { <div><dt>{t!(live.run.due)}</dt><dd>{format::instant(at, Moment::Exact)}</dd></div> })}
                </dl>
            })
        })
    }
}

/// What the run sent.
#[component]
fn Sent(
    /// The run.
    shown: Shown,
) -> impl IntoView {
    let one = |delivery: Delivery| {
        let (tone, words) = match delivery.state.as_str() {
            "sent" => (Tone::Good, t!(live.sent.sent)),
            "failed" => (Tone::Bad, t!(live.sent.failed)),
            "suppressed" => (Tone::Warn, t!(live.sent.suppressed)),
            _ => (Tone::Quiet, t!(live.sent.waiting)),
        };
        view! {
            <li class="delivery">
                <a href=format!("/deliveries?open={}", delivery.id) dir="auto">{delivery.title}</a>
                <span class="row"><Pill tone=tone>{words}</Pill><small dir="ltr">{delivery.recipient}</small></span>
                <small>{delivery.said.as_ref().map(said::why)}</small>
            </li>
        }
    };
    let all = Memo::new(move |_| shown.run.with(|run| run.as_ref().map(|run| run.deliveries.clone()).unwrap_or_default()));
    view! {
        <Show when=move || !all.with(Vec::is_empty)>
            <h2>{tr!(live.run.sent)}</h2>
            <ul class="deliveries-of-run">{move || all.get().into_iter().map(one).collect_view()}</ul>
        </Show>
    }
}
