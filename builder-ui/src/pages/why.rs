//! Why did, or did not, somebody get what a journey sends? The answer from recorded facts.

use crate::api::runs::{self, Person, Which};
use crate::api::versions::Life;
use crate::api::why::{Explanation, Fact, Verdict, ask};
use crate::api::{Call, Failure, List, people};
use crate::editor::pictures::steps::Reason;
use crate::form::person_search::PersonSearch;
use crate::i18n::format::{self, Moment};
use crate::ui::{Empty, Field, Page, Pill, Skeleton, Tone, Trouble};
use crate::{said, t, tr};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

/// What is known of the question.
#[derive(Clone, PartialEq, Debug)]
enum Answer {
    Unasked,
    Asked,
    Known(Box<Explanation>, Option<String>),
    Failed(Failure),
}

/// The page. Its address holds the question: `/why?customer=<id>&journey=<slug>`.
#[component]
pub fn Why() -> impl IntoView {
    let query = use_query_map();
    let customer = Memo::new(move |_| query.read().get("customer").filter(|id| !id.is_empty()));
    let journey = Memo::new(move |_| query.read().get("journey").filter(|slug| !slug.is_empty()));
    let person = RwSignal::new(None::<Person>);
    let answer = RwSignal::new(Answer::Unasked);
    Effect::new(move |_| match customer.get() {
        Some(id) if person.with_untracked(|person| person.as_ref().is_none_or(|person| person.id != id)) => {
            leptos::task::spawn_local(async move {
                if let Ok(found) = people::get(&id).await {
                    person.try_set(Some(found));
                }
            });
        }
        Some(_) => {}
        None => person.set(None),
    });
    let look = move || {
        let (Some(who), Some(slug)) = (customer.get(), journey.get()) else { return answer.set(Answer::Unasked) };
        answer.set(Answer::Asked);
        leptos::task::spawn_local(async move {
            let found = explain(&who, &slug).await;
            let still = customer.try_get_untracked().flatten() == Some(who) && journey.try_get_untracked().flatten() == Some(slug);
            if still {
                answer.set(found);
            }
        });
    };
    Effect::new(move |_| look());
    let shown = move || {
        match answer.get() {
        Answer::Unasked => view! { <Empty icon=icondata::LuMessageCircleQuestion title=Signal::derive(tr!(why.empty.title)) text=Signal::derive(tr!(why.empty.text)) /> }.into_any(),
        Answer::Asked => view! { <Skeleton lines=5 /> }.into_any(),
        Answer::Known(found, run) => view! { <Known found=*found run=run person=person /> }.into_any(),
        Answer::Failed(failure) => view! { <Trouble failure=failure retry=move |()| untrack(look) /> }.into_any(),
    }
    };
    view! {
        <Page title=Signal::derive(tr!(why.title))>
            <div class="why">
                <Question customer=customer journey=journey person=person />
                <div aria-live="polite">{shown}</div>
            </div>
        </Page>
    }
}

async fn explain(who: &str, slug: &str) -> Answer {
    match ask(slug, who).await {
        Ok(found) => {
            let which = Which { journey: slug.to_owned(), ..Which::default() };
            let runs = Call::get("/api/v1/runs").query("journey", which.journey).query("customer", who).query("limit", 1);
            let run = runs.send::<List<runs::Run>>().await.ok().and_then(|page| page.data.into_iter().next()).map(|run| run.id);
            Answer::Known(Box::new(found), run)
        }
        Err(failure) => Answer::Failed(failure),
    }
}

/// The form of the question.
#[component]
fn Question(
    /// Who, by our id.
    customer: Memo<Option<String>>,
    /// Which journey.
    journey: Memo<Option<String>>,
    /// Who, as far as he is known.
    person: RwSignal<Option<Person>>,
) -> impl IntoView {
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |who: Option<String>, slug: Option<String>| {
        let part = |name: &str, value: Option<String>| value.map(|value| format!("{name}={}", crate::api::escaped(&value)));
        let parts: Vec<String> = [part("customer", who), part("journey", slug)].into_iter().flatten().collect();
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate.with_value(|navigate| navigate(&format!("/why?{}", parts.join("&")), options));
    };
    let journeys = RwSignal::new(Vec::<Life>::new());
    leptos::task::spawn_local(async move {
        if let Ok(page) = Call::get("/api/v1/journeys").query("limit", 200).send::<List<Life>>().await {
            journeys.try_set(page.data);
        }
    });
    let chosen = move |person_: Person| {
        let id = person_.id.clone();
        person.set(Some(person_));
        go(Some(id), journey.get_untracked());
    };
    view! {
        <div class="question">
            <Field label=Signal::derive(tr!(why.person)) id="why-person"><PersonSearch id="why-person" shown=person choose=chosen /></Field>
            <Field label=Signal::derive(tr!(why.journey)) id="why-journey">
                <select id="why-journey" class="in" prop:value=move || { journeys.track(); journey.get().unwrap_or_default() }
                    on:change=move |event| go(customer.get_untracked(), Some(event_target_value(&event)))>
                    <option value="">{tr!(why.choose)}</option>
                    {move || journeys.get().into_iter().map(|one| {
                        let selected = journey.get_untracked().as_deref() == Some(one.slug.as_str());
                        view! { <option value=one.slug selected=selected>{one.name}</option> }
                    }).collect_view()}
                </select>
            </Field>
        </div>
        {move || person.get().map(|person| view! {
            <p class="about"><a href=format!("/customers/{}", person.id) dir="auto">{person.called()}</a>" "<small dir="auto">{person.email.filter(|mail| Some(mail) != person.name.as_ref())}</small></p>
        })}
    }
}

fn verdict(verdict: Verdict) -> (Tone, String) {
    match verdict {
        Verdict::Received => (Tone::Good, t!(why.verdict.received)),
        Verdict::Waiting => (Tone::Warn, t!(why.verdict.waiting)),
        Verdict::Refused => (Tone::Quiet, t!(why.verdict.refused)),
        Verdict::Suppressed => (Tone::Warn, t!(why.verdict.suppressed)),
        Verdict::Failed => (Tone::Bad, t!(why.verdict.failed)),
        Verdict::NeverTriggered => (Tone::Quiet, t!(why.verdict.never)),
        Verdict::Exited => (Tone::Quiet, t!(why.verdict.exited)),
        Verdict::Goal => (Tone::Good, t!(why.verdict.goal)),
        Verdict::Completed => (Tone::Quiet, t!(why.verdict.completed)),
        Verdict::Cancelled => (Tone::Quiet, t!(why.verdict.cancelled)),
    }
}

/// The answer and what it rests on.
#[component]
fn Known(
    /// The answer.
    found: Explanation,
    /// His newest run.
    run: Option<String>,
    /// Who.
    person: RwSignal<Option<Person>>,
) -> impl IntoView {
    let (tone, words) = verdict(found.verdict);
    let name = move || person.get().map_or_else(String::new, |person| person.called());
    let fact = |fact: Fact| {
        view! {
            <li class="step went">
                <span class="bead"></span>
                <div class="told">
                    <time>{format::instant(fact.at, Moment::Exact)}</time>
                    <p class="outcome">{said::happened(&fact.said)}</p>
                    {fact.why.map(|why| view! { <Reason why=why /> })}
                </div>
            </li>
        }
    };
    let none = found.facts.is_empty();
    view! {
        <section class="answer">
            <header><Pill tone=tone>{words}</Pill><span dir="auto">{name}</span></header>
            {said::answer(&found.said).into_iter().map(|said| view! { <p class="sentence">{said}</p> }).collect_view()}
            {run.map(|run| view! { <p><a class="btn" href=format!("/runs/{run}")>{tr!(why.see_run)}</a></p> })}
        </section>
        <h2>{tr!(why.facts)}</h2>
        {none.then(|| view! { <p class="hint">{tr!(why.no_facts)}</p> })}
        <ol class="steps">{found.facts.into_iter().map(fact).collect_view()}</ol>
    }
}
