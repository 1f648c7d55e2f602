//! Trying a step on a person: what it would do now, and why.

use super::fields::shown;
use super::person::{Seen, Who, now, who};
use crate::i18n::format::{self, Moment};
use crate::ui::{Button, Icon};
use crate::worker::{Ask, Kinds, ask, asked};
use crate::{said, t};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use tradewind_nodes::command::Command;
use tradewind_nodes::id::{NodeId, RunId};
use tradewind_nodes::kind::{AnyKind, End, Outcome, Resume, StepCx, Then};
use tradewind_nodes::kinds;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::settings::Settings;
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use tradewind_nodes::{Json, JsonMap};

/// The step that is being filled in; by context.
#[derive(Clone, Copy)]
pub struct Step {
    /// Its kind.
    pub kind: Signal<String>,
    /// Its fields.
    pub values: Signal<Arc<JsonMap>>,
    /// The file of its kind, while that is still being written.
    pub source: Signal<Option<String>>,
    /// What it is called in its journey.
    pub node: StoredValue<NodeId>,
}

impl Step {
    fn question(&self, who: &Who) -> Trying {
        Trying {
            kind: self.kind.get(),
            values: self.values.get(),
            node: self.node.get_value(),
            seen: who.seen(),
            source: self.source.get(),
        }
    }
}

/// What came of a try.
#[derive(Clone, PartialEq, Debug)]
pub struct Tried {
    /// What the step does, in words.
    pub does: String,
    /// Whether it went wrong.
    pub failed: bool,
    /// Why.
    pub why: String,
    /// Whether those are somebody else's words, in whatever language.
    pub foreign: bool,
    /// Values it saw.
    pub seen: JsonMap,
    /// What it puts out, sends or changes.
    pub more: Vec<(String, Json)>,
}

/// What would a step do for somebody?
#[derive(Serialize, Deserialize)]
pub struct Trying {
    /// Its kind.
    pub kind: String,
    /// Its fields.
    pub values: Arc<JsonMap>,
    /// What it is called in its journey.
    pub node: NodeId,
    /// What it sees.
    pub seen: Seen,
    /// The file of its kind, while that is still being written.
    pub source: Option<String>,
}

impl Ask for Trying {
    /// What it decides; what is wrong with its fields when it cannot.
    type Answer = Result<Outcome, String>;
    fn answer(self, kinds: &Registry) -> Result<Outcome, String> {
        let own = self.source.map(|source| Kinds(vec![source]).registry());
        let kind = own.as_ref().unwrap_or(kinds).parse(&self.kind, &self.values);
        let kind = kind.map_err(|issues| issues.into_iter().next().map(|issue| issue.message).unwrap_or_default())?;
        Ok(decide(&*kind, &self.node, &self.seen.after_earlier(kinds)))
    }
}

/// What a step decides the first time a person comes to it, with all its ways leading on.
pub(super) fn decide(kind: &dyn AnyKind, node: &NodeId, seen: &Seen) -> Outcome {
    let wired: BTreeSet<_> = kind.ports().into_iter().map(|port| port.name).collect();
    let settings = Settings::default();
    let now = seen.now;
    let run = RunId(Default::default());
    let facts = seen.facts();
    kind.step(&StepCx {
        now,
        facts,
        settings: &settings,
        journey: "",
        run,
        node,
        visit: 1,
        since: now,
        resume: Resume::Enter,
        wired: &wired,
    })
}

/// What came of a try, in words.
fn tried(outcome: Result<Outcome, String>) -> Tried {
    match outcome {
        Ok(outcome) => told(outcome),
        Err(why) => Tried { does: t!(form.tried.unfinished), failed: true, why, foreign: true, seen: JsonMap::new(), more: Vec::new() },
    }
}

fn moment(at: Timestamp) -> String {
    format::moment(at.micros() as f64 / 1000.0, Moment::DateTime, None)
}

fn told(outcome: Outcome) -> Tried {
    let done = |does: String, why: Why, more: Vec<(String, Json)>| Tried {
        does,
        failed: false,
        why: said::why(&why),
        foreign: said::foreign(&why),
        seen: why.seen(),
        more,
    };
    let output = |output: Option<JsonMap>| output.map(|map| (t!(form.tried.output), Json::Object(map)));
    match outcome {
        Outcome::Go { port, output: put, why } => {
            done(t!(form.tried.goes, port = crate::words::field::option_words(port.as_str())), why, output(put).into_iter().collect())
        }
        Outcome::Sleep { until, why } => done(t!(form.tried.sleeps, until = moment(until)), why, Vec::new()),
        Outcome::Await { event, deadline, why } => {
            done(with_deadline(t!(form.tried.waits, event = event.names.join(" / ")), deadline), why, Vec::new())
        }
        Outcome::AwaitChange { deadline, why, .. } => done(with_deadline(t!(form.tried.waits_until), deadline), why, Vec::new()),
        Outcome::Effect { effect, then, why } => {
            let on = match then {
                Then::Go(port) => t!(form.tried.goes, port = crate::words::field::option_words(port.as_str())),
                Then::AwaitReceipt => t!(form.tried.waits_receipt),
            };
            let about = kinds::about(&effect.payload);
            let (does, sent) = if kinds::to_person(&effect.payload) {
                (t!(form.tried.mails, to = &about.recipient), Json::String(about.title))
            } else {
                (t!(form.tried.calls, url = &about.title), Json::String(about.text))
            };
            done(format!("{does}. {on}"), why, vec![(t!(form.tried.sends), sent)])
        }
        Outcome::Command { commands, port, output: put, why } => {
            let list = commands.iter().map(command).collect::<Vec<_>>();
            // What a command answers is known only when it is done: until then the step says that it does it.
            let first = commands.into_iter().next().map(|first| first.name).unwrap_or_default();
            let why = why.unwrap_or(Why::Did { command: first, answer: JsonMap::new() });
            let more = std::iter::once((t!(form.tried.changes), Json::Array(list)))
                .filter(|(_, list)| list.as_array().is_some_and(|list| !list.is_empty()));
            done(t!(form.tried.goes, port = crate::words::field::option_words(port.as_str())), why, more.chain(output(put)).collect())
        }
        Outcome::Ask { question, deadline, why } => {
            done(with_deadline(t!(form.tried.asks, question = question.title), deadline), why, Vec::new())
        }
        Outcome::Exit { end, commands, why } => {
            let reason = match end {
                // What came to its end without anybody's word for it is told by the engine in English.
                _ if matches!(why, Why::EndsAt(_)) => t!(live.step.completed),
                End::Completed => String::new(),
                End::Exited { reason } | End::Cancelled { reason } => reason,
                End::Goal { goal } => goal,
            };
            let list = commands.iter().map(command).collect::<Vec<_>>();
            let more = if list.is_empty() { Vec::new() } else { vec![(t!(form.tried.changes), Json::Array(list))] };
            done(t!(form.tried.ends, reason = reason), why, more)
        }
        Outcome::Fail { problem } => {
            Tried { does: t!(form.tried.fails), failed: true, why: problem.message, foreign: true, seen: JsonMap::new(), more: Vec::new() }
        }
    }
}

fn with_deadline(words: String, deadline: Option<Timestamp>) -> String {
    match deadline {
        Some(deadline) => format!("{words}, {}", t!(form.tried.at_most, until = moment(deadline))),
        None => words,
    }
}

fn command(command: &Command) -> Json {
    serde_json::to_value(command).unwrap_or_default()
}

/// What came of a try, shown.
#[component]
pub fn TriedView(
    /// What came of it.
    tried: Tried,
) -> impl IntoView {
    let Tried { does, failed, why, foreign, seen, more } = tried;
    let (lang, dir) = (foreign.then_some("en"), foreign.then_some("auto"));
    let seen = seen
        .into_iter()
        .map(|(path, value)| view! { <div><dt>{crate::words::fact::fact_words(&path)}</dt><dd dir="auto">{plain(&value)}</dd></div> })
        .collect_view();
    let more = more.into_iter().map(|(name, value)| view! { <p class="note">{name}</p><pre dir="auto">{if let Json::String(text) = &value { text.clone() } else { shown(&value) }}</pre> }).collect_view();
    view! {
        <div class="tried" class:failed=failed>
            <p class="does"><Icon icon=if failed { icondata::LuTriangleAlert } else { icondata::LuCornerDownRight } size=14 />{does}</p>
            <p class="why" lang=lang dir=dir>{why}</p>
            <dl class="seen">{seen}</dl>
            {more}
        </div>
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => "—".to_owned(),
        other => other.to_string(),
    }
}

/// A button that tries the step that is being filled in on the chosen person.
#[component]
pub fn TryIt() -> impl IntoView {
    let Some(step) = use_context::<Step>() else { return ().into_any() };
    let who = who();
    let result = RwSignal::new(None::<Tried>);
    // A result of what stood there before would mislead.
    Effect::new(move |_| {
        step.values.track();
        result.set(None);
    });
    let run = move |_| {
        let question = untrack(|| step.question(&who));
        leptos::task::spawn_local(async move {
            if let Some(outcome) = ask(question).await {
                result.try_set(Some(tried(outcome)));
            }
        });
    };
    view! {
        <div class="try" aria-live="polite">
            <Button icon=icondata::LuPlay on:click=run>{move || t!(form.tried.run, name = who.name())}</Button>
            {move || result.get().map(|tried| view! { <TriedView tried=tried /> })}
        </div>
    }
    .into_any()
}

/// What the step would do for the chosen person, kept up to date.
#[component]
pub fn WhyNow() -> impl IntoView {
    let Some(step) = use_context::<Step>() else { return ().into_any() };
    let who = who();
    let made = asked(move || Some(step.question(&who)));
    view! {
        <super::person::PersonPicker id="why-person" />
        <p class="note">{move || t!(form.tried.now, time = moment(now()))}</p>
        <div aria-live="polite">{move || made.get().map(|made| view! { <TriedView tried=tried(Arc::unwrap_or_clone(made)) /> })}</div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn outcome(kind: &str, config: Json) -> Tried {
        let owner = Owner::new();
        owner.set();
        let who = Who::plain();
        let Json::Object(config) = config else { panic!("a config is an object") };
        let (kind, node) = (kind.to_owned(), NodeId::new("n").unwrap());
        tried(Trying { kind, values: Arc::new(config), node, seen: who.seen(), source: None }.answer(&Registry::builtin()))
    }

    #[test]
    fn a_step_tells_what_it_would_do_and_why() {
        let said = outcome("condition.if", json!({"predicate": {"fact": "customer.country", "is": "eq", "value": "DE"}}));
        assert_eq!((said.does.as_str(), said.failed), ("Goes on by yes", false));
        assert_eq!(said.seen["customer.country"], "DE");
        assert_eq!((said.why.as_str(), said.foreign), ("Country is DE", false));
        let mail = outcome("email.send", json!({"subject": "Hi {{customer.first_name}}", "html": "<p>x</p>"}));
        assert_eq!(mail.more, [("It would send".to_owned(), json!("Hi Anna"))]);
        assert!(outcome("delay.for", json!({})).failed);
    }
}
