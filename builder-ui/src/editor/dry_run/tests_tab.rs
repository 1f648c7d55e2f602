//! The journey's scenario tests: pass or fail, what they cover, and keeping the present trial as one of them.

use super::Desk;
use super::session;
use super::suite::{Suite, Testing, Verdict};
use crate::api::Failure;
use crate::api::scenarios::{self, Kept};
use crate::editor::pictures::painted;
use crate::i18n::format;
use crate::ui::{Button, Empty, Field, Icon, Look, Pill, Skeleton, Tone, Trouble, toast};
use crate::worker::asked;
use crate::{t, tr};
use leptos::prelude::*;
use std::sync::Arc;

/// What is kept, once it is known.
#[derive(Clone, Copy)]
struct Shelf {
    kept: RwSignal<Option<(Vec<Kept>, String)>>,
    failure: RwSignal<Option<Failure>>,
}

impl Shelf {
    async fn read(self, slug: String) {
        match scenarios::list(&slug).await {
            Ok(found) => {
                self.failure.try_set(None);
                self.kept.try_set(Some(found));
            }
            Err(failure) => {
                self.failure.try_set(Some(failure));
            }
        }
    }

    /// Keeps these in place of those there.
    fn keep(self, slug: String, wanted: Vec<Kept>, words: String) {
        let Some((_, tag)) = self.kept.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            match scenarios::keep(&slug, &wanted, &tag).await {
                Ok(found) => {
                    self.kept.try_set(Some(found));
                    toast(words);
                }
                Err(failure) => {
                    toast::trouble(failure.words());
                    self.read(slug).await;
                }
            }
        });
    }
}

/// The tests.
#[component]
pub fn TestsTab(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let shelf = Shelf { kept: RwSignal::new(None), failure: RwSignal::new(None) };
    let slug = desk.tried.slug.get_value();
    leptos::task::spawn_local(shelf.read(slug));
    let played = asked(move || {
        let kept = shelf.kept.get()?.0;
        Some(Testing { slug: desk.tried.slug.get_value(), graph: desk.tried.graph.get(), kept })
    });
    Effect::new(move |_| {
        let graph = desk.tried.graph.get();
        if let Some(suite) = played.get() {
            desk.tried.path.set(painted::covered(&graph, &suite.reached));
        }
    });
    let body = move || {
        match (played.get(), shelf.failure.get()) {
        (Some(suite), _) if suite.verdicts.is_empty() => {
            view! { <Empty icon=icondata::LuListChecks title=Signal::derive(tr!(dryrun.tests.empty_title)) text=Signal::derive(tr!(dryrun.tests.empty)) /> }.into_any()
        }
        (Some(suite), _) => view! { <Results desk=desk shelf=shelf suite=Arc::unwrap_or_clone(suite) /> }.into_any(),
        (None, Some(failure)) => {
            let again = move |()| leptos::task::spawn_local(shelf.read(desk.tried.slug.get_value()));
            view! { <Trouble failure=failure retry=again /> }.into_any()
        }
        (None, None) => view! { <Skeleton lines=4 /> }.into_any(),
    }
    };
    view! { {body}<Keep desk=desk shelf=shelf /> }
}

/// How they went and what they cover.
#[component]
fn Results(
    /// The desk.
    desk: Desk,
    /// What is kept.
    shelf: Shelf,
    /// How they went.
    suite: Suite,
) -> impl IntoView {
    let (passed, all) = (suite.passed(), suite.verdicts.len());
    let steps = desk.tried.graph.with_untracked(|graph| graph.nodes.len());
    let (taken, ways) = suite.ways();
    let tone = if passed == all { Tone::Good } else { Tone::Bad };
    let number = |n: usize| format::number(n as f64);
    let covered =
        t!(dryrun.tests.covered, steps = number(suite.steps()), all_steps = number(steps), ways = number(taken), all_ways = number(ways));
    let missing = suite.missing.clone().unwrap_or_default();
    let one = move |verdict: Verdict| {
        let name = StoredValue::new(verdict.name);
        let drop_it = move |_| {
            let Some((kept, _)) = shelf.kept.get_untracked() else { return };
            let slug = desk.tried.slug.get_value();
            let rest = kept.iter().filter(|kept| name.with_value(|name| kept.name != *name)).cloned().collect();
            shelf.keep(slug.clone(), rest, t!(dryrun.tests.dropped));
            toast::undoable(t!(dryrun.tests.dropped), move || shelf.keep(slug.clone(), kept.clone(), t!(dryrun.tests.kept)));
        };
        let good = verdict.failures.is_empty();
        let icon = if good { icondata::LuCircleCheck } else { icondata::LuCircleX };
        let state = if good { t!(dryrun.tests.passed) } else { t!(dryrun.tests.failed) };
        view! {
            <li class="verdict" class:good=good class:bad=!good>
                <Icon icon=icon size=16 />
                <div><b dir="auto">{verdict.title}</b><span class="only-read">{state}</span>
                    <ul>{verdict.failures.into_iter().map(|failure| view! { <li dir="auto">{failure}</li> }).collect_view()}</ul></div>
                <Button look=Look::Ghost icon=icondata::LuTrash2 label=Signal::derive(tr!(dryrun.tests.drop)) on:click=drop_it />
            </li>
        }
    };
    view! {
        <div class="row standing"><Pill tone=tone>{t!(dryrun.tests.summary, passed = number(passed), all = number(all))}</Pill></div>
        <p class="hint">{covered}</p>
        <ul class="verdicts">{suite.verdicts.into_iter().map(one).collect_view()}</ul>
        {(!missing.is_empty()).then(|| view! {
            <details><summary>{t!(dryrun.tests.missing, n = missing.len())}</summary><p dir="ltr"><code>{missing.join("  ")}</code></p></details>
        })}
    }
}

/// A name as files have it.
fn file_name(title: &str, taken: &[Kept]) -> String {
    let plain: String = title.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let base = plain.split_whitespace().collect::<Vec<_>>().join("-");
    let base: String = if base.is_empty() { "test".to_owned() } else { base.chars().take(56).collect() };
    let free = |name: &String| taken.iter().all(|kept| kept.name != *name);
    std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}-{n}"))).find(free).unwrap_or(base)
}

/// Keeps the present trial as a test.
#[component]
fn Keep(
    /// The desk.
    desk: Desk,
    /// What is kept.
    shelf: Shelf,
) -> impl IntoView {
    let title = RwSignal::new(String::new());
    let nothing = Signal::derive(move || desk.trial.with(|trial| trial.given.is_empty()) || title.with(|title| title.trim().is_empty()));
    let keep = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let (Some((mut kept, _)), Some(played)) = (shelf.kept.get_untracked(), desk.played.with_untracked(|played| played.get().cloned()))
        else {
            return;
        };
        if nothing.get_untracked() {
            return;
        }
        let words = title.get_untracked().trim().to_owned();
        let body = desk.trial.with_untracked(|trial| session::scenario(&words, trial, &played));
        kept.push(Kept { name: file_name(&words, &kept), body });
        shelf.keep(desk.tried.slug.get_value(), kept, t!(dryrun.tests.kept));
        title.set(String::new());
    };
    view! {
        <form class="form part" on:submit=keep>
            <Field label=Signal::derive(tr!(dryrun.tests.keep)) id="dry-run-keep" hint=Signal::derive(tr!(dryrun.tests.keep_hint))>
                <input id="dry-run-keep" class="in" dir="auto" maxlength="200" aria-describedby="dry-run-keep-hint" bind:value=title />
            </Field>
            <div class="row ends"><Button submits=true disabled=nothing>{tr!(dryrun.tests.keep_button)}</Button></div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_files_and_not_taken() {
        let kept = |name: &str| Kept { name: name.into(), body: serde_json::Value::Null };
        assert_eq!(file_name("Buys, in time!", &[]), "buys-in-time");
        assert_eq!(file_name("Buys in time", &[kept("buys-in-time"), kept("buys-in-time-2")]), "buys-in-time-3");
        assert_eq!(file_name("買い物", &[]), "test");
    }
}
