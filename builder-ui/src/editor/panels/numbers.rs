//! The numbers of the journey by step, and the people behind each.

use crate::api::runs::{self, Run, Which};
use crate::editor::model::numbers::{Behind, Watch};
use crate::editor::model::opening;
use crate::editor::model::state::editor;
use crate::i18n::format::{self, Moment};
use crate::ui::{Button, Foot, Look, Paged, Pill};
use crate::words::run::run_state;
use crate::{browser, t, tr};
use leptos::prelude::*;
use tradewind_nodes::id::NodeId;

const PERIODS: [&str; 5] = ["1h", "24h", "7d", "30d", ""];

fn period(since: &str) -> String {
    match since {
        "1h" => t!(live.numbers.hour),
        "24h" => t!(live.numbers.day),
        "7d" => t!(live.numbers.week),
        "30d" => t!(live.numbers.month),
        _ => t!(live.numbers.ever),
    }
}

/// The panel: period, version, numbers by step, and people.
#[component]
pub fn Numbers() -> impl IntoView {
    let editor = editor();
    let watch = expect_context::<Watch>();
    let figure = |n: i64| format::number(n as f64);
    let latest = Memo::new(move |_| editor.journey.with(|meta| meta.live_version.unwrap_or(0)));
    let percent = Memo::new(move |_| editor.counts.with(|counts| counts.percent));
    let versions = move || {
        (1..=latest.get())
            .rev()
            .take(50)
            .map(|n| view! { <option value=n.to_string()>{t!(live.run.version, n = n.to_string())}</option> })
            .collect_view()
    };
    let periods = PERIODS
        .into_iter()
        .map(move |since| view! { <option value=since selected=watch.since.get_untracked() == since>{period(since)}</option> });
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        watch.since.set(PERIODS.into_iter().find(|since| *since == value).unwrap_or_default());
    };
    view! {
        <section class="numbers" aria-labelledby="numbers-title">
            <header class="row"><h2 id="numbers-title">{tr!(live.numbers.title)}</h2><span class="space"></span>
                <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(ui.close)) on:click=move |_| opening::numbers(editor) /></header>
            <div class="row">
                <select class="in narrow" aria-label=tr!(live.numbers.period) on:change=choose>{periods.collect_view()}</select>
                <select class="in narrow" aria-label=tr!(live.numbers.version) on:change=move |event| watch.version.set(event_target_value(&event).parse().ok())>
                    <option value="">{tr!(live.numbers.all_versions)}</option>{versions}
                </select>
                <label class="tick"><input type="checkbox" prop:checked=percent on:change=move |event| editor.counts.update(|counts| counts.percent = event_target_checked(&event)) />{tr!(live.numbers.percent)}</label>
            </div>
            <p class="row tally"><span>{tr!(live.numbers.entered)}" "<b>{move || figure(watch.counted.with(|counted| counted.entered))}</b></span>
                <span>{tr!(live.numbers.inside)}" "<b>{move || figure(watch.counted.with(|counted| counted.inside))}</b></span></p>
            <Show when=move || watch.people.with(Option::is_some)><People watch=watch /></Show>
            <ByStep watch=watch percent=percent />
        </section>
    }
}

/// Every step with its numbers; each number leads to its people.
#[component]
fn ByStep(
    /// What is watched.
    watch: Watch,
    /// Whether ways show shares.
    percent: Memo<bool>,
) -> impl IntoView {
    let editor = editor();
    // In the order of the journey, as it is drawn.
    let rows = Memo::new(move |_| {
        editor.version.track();
        let mut rows = watch.counted.with(|counted| counted.nodes.clone());
        let place =
            |id: &str| editor.with_graph(|graph| graph.nodes.iter().find(|node| node.id.as_str() == id).and_then(|node| node.position));
        rows.sort_by(|a, b| {
            let height = |id: &str| place(id).map_or(f64::INFINITY, |at| at.y);
            height(&a.node).total_cmp(&height(&b.node))
        });
        rows
    });
    let number = move |node: &str, port: Option<&str>, n: i64, words: String, share: Option<f64>| {
        let behind = Behind { node: node.to_owned(), port: port.map(str::to_owned) };
        let shown = share.map_or_else(|| format::number(n as f64), format::percent);
        view! { <button type="button" class="count" disabled=n == 0 on:click=move |_| watch.people.set(Some(behind.clone()))>{words}" "<b>{shown}</b></button> }
    };
    let one = move |node: crate::api::counts::NodeCount| {
        let title = NodeId::new(&node.node).map_or_else(|_| node.node.clone(), |id| editor.title(&id));
        let all: i64 = node.ports.iter().map(|port| port.passed).sum();
        let ports = node.ports.iter().map(|port| {
            let share = percent.get().then(|| port.passed as f64 / all.max(1) as f64);
            number(&node.node, Some(&port.port), port.passed, crate::words::step::port_label(&port.port), share)
        });
        let ports = ports.collect_view();
        view! {
            <li>
                <b dir="auto">{title}</b>
                <span class="row">
                    {number(&node.node, None, node.waiting, t!(live.numbers.here), None)}
                    {ports}
                    {(node.failed > 0).then(|| number(&node.node, Some("!"), node.failed, t!(live.numbers.failed), None))}
                    {(node.ended > 0).then(|| number(&node.node, Some("."), node.ended, t!(live.numbers.ended), None))}
                </span>
            </li>
        }
    };
    view! { <ul class="by-step">{move || rows.get().into_iter().map(one).collect_view()}</ul> }
}

/// The people behind a number, a page at a time.
#[component]
fn People(
    /// What is watched.
    watch: Watch,
) -> impl IntoView {
    let editor = editor();
    let list = Paged::new(move |cursor| {
        let behind = watch.people.get();
        let (journey, version) = (editor.journey.with_untracked(|meta| meta.slug.clone()), watch.version.get());
        let since = Some(watch.since.get()).filter(|since| !since.is_empty());
        async move {
            let Some(Behind { node, port }) = behind else {
                return Ok(crate::api::List { data: Vec::new(), next_cursor: None, has_more: false });
            };
            let which = match port {
                None => Which { journey, version, node: Some(node), inside: true, ..Which::default() },
                Some(port) => Which { journey, version, passed: Some(format!("{node}:{port}")), since, ..Which::default() },
            };
            runs::list(which, cursor).await
        }
    });
    // They stand at the head of the panel, wherever the number was that led to them.
    Effect::new(move |_| {
        if watch.people.with(Option::is_some) {
            request_animation_frame(|| browser::reveal(".people-behind header"));
        }
    });
    let heading = move || {
        watch.people.with(|behind| {
            let Behind { node, port } = behind.as_ref()?;
            let title = NodeId::new(node).map_or_else(|_| node.clone(), |id| editor.title(&id));
            Some(match port.as_deref() {
                None => t!(live.numbers.who_here, step = title),
                Some("!") => t!(live.numbers.who_failed, step = title),
                Some(".") => t!(live.numbers.who_ended, step = title),
                Some(port) => t!(live.numbers.who_passed, step = title, port = crate::words::step::port_label(port)),
            })
        })
    };
    let row = |run: Run| {
        let (tone, words) = run_state(&run);
        view! {
            <li><a href=format!("/runs/{}", run.id) dir="auto">{runs::called(run.person.as_ref())}</a><Pill tone=tone>{words}</Pill>
                <small>{format::instant(run.entered_at, Moment::DateTime)}</small></li>
        }
    };
    view! {
        <div class="people-behind">
            <header class="row"><h3 aria-live="polite">{heading}</h3><span class="space"></span>
                <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(ui.close)) on:click=move |_| watch.people.set(None) /></header>
            <ul><For each=move || list.items.get() key=|run| run.id.clone() children=row /></ul>
            <Show when=move || list.is_empty()><p class="hint">{tr!(live.numbers.nobody)}</p></Show>
            <Foot list=list />
        </div>
    }
}
