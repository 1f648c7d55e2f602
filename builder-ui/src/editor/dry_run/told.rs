//! What came of the trial: the steps with their reasons, and the messages as they would be sent.

use super::session::Played;
use super::{Desk, Standing as Came};
use crate::editor::pictures::picture::{ShowAll, title};
use crate::editor::pictures::steps::{Line, Reason, Steps};
use crate::i18n::format::{self, Moment};
use crate::ui::{Empty, MailFrame, Pill};
use crate::{t, tr};
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_core::simulate::{Held, Outcome, Prevented, Refusal, Sent};
use tradewind_nodes::id::NodeId;

/// The steps, then the messages.
#[component]
pub fn Told(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let lines = Memo::new(move |_| {
        let graph = desk.tried.graph.get();
        let name = |node: &NodeId| graph.node(node).map_or_else(|| node.to_string(), title);
        desk.played.with(|played| {
            let steps = played.get().into_iter().flat_map(|played| &played.report.runs).flat_map(|run| &run.steps);
            let line = |step: &tradewind_nodes::run::Step| Line {
                node: step.node.clone(),
                title: name(&step.node),
                visit: step.visit,
                at: step.at,
                outcome: step.outcome.clone(),
                why: step.why.clone(),
            };
            steps.map(line).collect::<Vec<_>>()
        })
    });
    let chosen = desk.tried.chosen;
    let shown = Memo::new(move |_| {
        let chosen = chosen.get().filter(|node| lines.with(|lines| lines.iter().any(|line| line.node == *node)));
        lines.with(|lines| lines.iter().filter(|line| chosen.as_ref().is_none_or(|node| *node == line.node)).cloned().collect::<Vec<_>>())
    });
    let problem = Memo::new(move |_| desk.played.with(|played| if let Came::Cannot(why) = played { Some(why.clone()) } else { None }));
    let empty = Memo::new(move |_| {
        problem.with(Option::is_none)
            && lines.with(Vec::is_empty)
            && desk.played.with(|played| played.get().is_some_and(|played| played.report.refusals.is_empty()))
    });
    view! {
        {move || problem.get().map(|words| view! { <div class="trouble-line" role="alert"><b>{t!(dryrun.told.cannot)}</b><p dir="auto">{words}</p></div> })}
        <Show when=move || empty.get()>
            <Empty icon=icondata::LuFlaskConical title=Signal::derive(tr!(dryrun.told.empty_title)) text=Signal::derive(tr!(dryrun.told.empty)) />
        </Show>
        <Standing desk=desk />
        <Show when=move || !lines.with(Vec::is_empty)>
            <header class="row"><h3>{tr!(live.run.steps)}</h3><span class="space"></span><ShowAll chosen=chosen /></header>
            <Steps lines=shown chosen=chosen />
        </Show>
        <Messages desk=desk />
    }
}

fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Completed => t!(live.state.completed),
        Outcome::Goal => t!(live.state.goal),
        Outcome::Exited => t!(live.state.exited),
        Outcome::Cancelled => t!(live.state.cancelled),
        Outcome::Held => t!(live.state.held),
        Outcome::Waiting => t!(live.state.sleeping),
    }
}

/// How each run stands, and entries that were refused.
#[component]
fn Standing(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let refused = |refusal: Refusal| {
        view! { <li class="refusal"><b>{t!(dryrun.told.refused)}</b><time>{format::instant(refusal.at, Moment::DateTime)}</time><Reason why=refusal.why /></li> }
    };
    move || {
        let played = desk.played.with(|played| played.get().cloned())?;
        let states: Vec<String> = played.report.runs.iter().map(|run| outcome(run.outcome())).collect();
        let runs = states.into_iter().map(|words| view! { <Pill>{words}</Pill> }).collect_view();
        let refusals = played.report.refusals.clone().into_iter().map(refused).collect_view();
        Some(view! { <div class="row standing">{runs}</div><ul class="refusals">{refusals}</ul> })
    }
}

/// Mails and requests, those held back by quiet hours, and those that were prevented.
#[component]
fn Messages(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let played = Memo::new(move |_| desk.played.with(|played| played.get().cloned()));
    let any = move |played: &Arc<Played>| {
        let report = &played.report;
        !(report.messages.is_empty() && report.requests.is_empty() && report.prevented.is_empty() && report.held.is_empty())
    };
    move || {
        let played = played.get().filter(any)?;
        let report = &played.report;
        let mails = report.messages.iter().map(|sent| view! { <Message sent=sent.clone() /> }).collect_view();
        let requests = report.requests.iter().map(|sent| view! { <Asked sent=sent.clone() /> }).collect_view();
        let prevented = report.prevented.clone().into_iter().map(prevented).collect_view();
        let held = report.held.clone().into_iter().map(held).collect_view();
        Some(view! { <h3>{t!(dryrun.told.messages)}</h3><ul class="messages-told">{mails}{requests}{held}{prevented}</ul> })
    }
}

fn held(held: Held) -> impl IntoView {
    let words = t!(dryrun.told.held, moment = format::instant(held.until, Moment::DateTime), channel = &held.channel);
    view! { <li class="refusal"><b>{words}</b><time>{format::instant(held.at, Moment::DateTime)}</time><Reason why=held.why /></li> }
}

fn prevented(prevented: Prevented) -> impl IntoView {
    let words = t!(dryrun.told.prevented, channel = &prevented.channel);
    view! { <li class="refusal"><b>{words}</b><time>{format::instant(prevented.at, Moment::DateTime)}</time><Reason why=prevented.why /></li> }
}

/// A message to a person: closed it says to whom and about what, opened it is as its reader sees it.
#[component]
fn Message(
    /// The message.
    sent: Sent,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let about = sent.about();
    let subject = about.title.clone();
    let html = if about.html.trim().is_empty() {
        format!("<pre>{}</pre>", about.text.replace('&', "&amp;").replace('<', "&lt;"))
    } else {
        about.html
    };
    let html = StoredValue::new(html);
    let title = StoredValue::new(about.title);
    view! {
        <li class="told-mail">
            <button type="button" class="link" aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>
                <b dir="auto">{subject}</b>
            </button>
            <small><time>{format::instant(sent.at, Moment::DateTime)}</time>" · "<span dir="ltr">{about.recipient}</span></small>
            {about.locale.map(|locale| view! { <Pill>{t!(dryrun.told.language, locale = locale)}</Pill> })}
            <Show when=move || open.get()><MailFrame html=Signal::derive(move || html.get_value()) title=Signal::derive(move || title.get_value()) /></Show>
        </li>
    }
}

/// A request.
#[component]
fn Asked(
    /// The request.
    sent: Sent,
) -> impl IntoView {
    let about = sent.about();
    view! {
        <li class="told-mail">
            <b dir="ltr">{about.title}</b>
            <small><time>{format::instant(sent.at, Moment::DateTime)}</time></small>
            {(!about.text.is_empty()).then(|| view! { <pre dir="ltr" tabindex="0">{about.text}</pre> })}
        </li>
    }
}
