//! What journeys ask people: the question, whom it is about, and a button for each answer.

use crate::api::runs;
use crate::api::tasks::{self, Task};
use crate::i18n::Text;
use crate::i18n::format::{self, Moment};
use crate::shell::engine;
use crate::ui::{Empty, Exactly, Foot, Kbd, Page, Paged, Param, Pill, Tab, Tabs, Tone, When, millis, toast, use_cards};
use crate::{browser, key, session, t, tr};
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use web_sys::KeyboardEvent;

/// How long the engine is given to take an answer before the list is read again.
const TAKEN: u32 = 600;
/// An answer that must come within so long is pressing, in milliseconds.
const PRESSING: f64 = 86_400_000.0;
/// The keys of the answers, in their order.
const DIGITS: [&str; 10] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];
const CARDS: &str = ".asks > li";

/// The states by which tasks are listed, with what is said of one where there is none.
const STATES: [(&str, Text, Text, Text); 4] = [
    ("open", key!(tasks.open), key!(tasks.none_open.title), key!(tasks.none_open.text)),
    ("answered", key!(tasks.answered), key!(tasks.none_answered.title), key!(tasks.none_answered.text)),
    ("expired", key!(tasks.expired), key!(tasks.none_expired.title), key!(tasks.none_expired.text)),
    ("cancelled", key!(tasks.cancelled), key!(tasks.none_cancelled.title), key!(tasks.none_cancelled.text)),
];

// Answered here. The engine hears of it when it cannot be undone any more, which may be on another page than this.
static GIVEN: LazyLock<ArcRwSignal<BTreeSet<String>>> = LazyLock::new(ArcRwSignal::default);

fn take_back(id: &str) {
    GIVEN.update(|given| {
        given.remove(id);
    });
}

/// The page.
#[component]
pub fn Tasks() -> impl IntoView {
    let param = Param::named("state");
    let asked = param.value.get_untracked();
    let tab = RwSignal::new(STATES.iter().map(|state| state.0).find(|state| asked.as_deref() == Some(state)).unwrap_or("open"));
    Effect::new(move |_| param.set(Some(tab.get()).filter(|state| *state != "open").map(str::to_owned)));
    let list = Paged::new(move |cursor| tasks::list(tab.get(), cursor));
    let same = |a: &Task, b: &Task| a.id == b.id;
    let renew = move || list.renew(same);
    list.follow(same);
    use_cards(CARDS);
    // The engine says when there are more or fewer.
    let open = Memo::new(|_| engine().map(|engine| engine.tasks.count));
    Effect::new(move |before: Option<Option<i64>>| {
        let now = open.get();
        if before.flatten().is_some_and(|before| Some(before) != now) {
            renew();
        }
        now
    });
    let shown = Memo::new(move |_| {
        let given = GIVEN.get();
        list.items.with(|items| items.iter().filter(|task| task.state != "open" || !given.contains(&task.id)).cloned().collect::<Vec<_>>())
    });
    let count = Signal::derive(move || {
        let given = GIVEN.get();
        let underway = list.items.with(|items| items.iter().filter(|task| task.state == "open" && given.contains(&task.id)).count());
        engine().map(|engine| (engine.tasks.count as f64 - underway as f64).max(0.0))
    });
    let tabs = STATES.map(|(id, label, ..)| Tab { id, label, count: (id == "open").then_some(count) }).to_vec();
    let panels = STATES.map(|(id, _, title, text)| {
        let front = move || tab.get() == id;
        let none = move || !list.is_loading() && list.is_whole() && shown.with(Vec::is_empty);
        view! {
            <div role="tabpanel" id=format!("panel-{id}") aria-labelledby=format!("tab-{id}") hidden=move || !front()>
                <Show when=front>
                    <Show when=move || !shown.with(Vec::is_empty)>
                        {(id == "open").then(|| view! { <Hint /> })}
                        <ul class="groups asks">
                            <For each=move || shown.get() key=|task| task.id.clone() let:task><Card task=task renew=Callback::new(move |()| renew()) /></For>
                        </ul>
                    </Show>
                    <Foot list=list />
                    <Show when=none><Empty icon=icondata::LuMessageCircle title=Signal::derive(move || title.get()) text=Signal::derive(move || text.get()) /></Show>
                </Show>
            </div>
        }
    });
    view! {
        <Page title=Signal::derive(tr!(tasks.title))>
            <Tabs label=Signal::derive(tr!(tasks.title)) tabs=tabs chosen=tab />
            {panels.into_iter().collect_view()}
        </Page>
    }
}

/// The keys of the list.
#[component]
fn Hint() -> impl IntoView {
    view! {
        <p class="keys-hint">
            <Kbd keys="↑" />" "<Kbd keys="↓" />" "{tr!(incidents.keys.walk)}" "<Kbd keys="1" />" "<Kbd keys="2" />" … "{tr!(tasks.keys.answer)}
        </p>
    }
}

/// Gives an answer, which the engine hears of once it cannot be undone any more.
fn give(task: &Task, answer: &str, note: Option<String>, renew: Callback<()>) {
    let (id, answer) = (task.id.clone(), answer.to_owned());
    let words = t!(tasks.given, answer = answer.clone(), name = runs::called(task.person.as_ref()));
    GIVEN.update(|given| {
        given.insert(id.clone());
    });
    let back = id.clone();
    let undo = move || {
        take_back(&back);
        let card = format!("task-{back}");
        request_animation_frame(move || {
            let _ = browser::focus_on(&card);
        });
    };
    let act = move || {
        let (id, answer, note) = (id.clone(), answer.clone(), note.clone());
        leptos::task::spawn_local(async move {
            match tasks::answer(&id, &answer, note.as_deref()).await {
                Ok(()) => browser::pause(TAKEN).await,
                Err(failure) => {
                    take_back(&id);
                    toast::trouble(failure.words());
                }
            }
            // The page may be another one by now.
            let _ = renew.try_run(());
        });
    };
    toast::deferred(words, undo, act);
}

/// A question.
#[component]
fn Card(
    /// It.
    task: Task,
    /// Reads the list again.
    renew: Callback<()>,
) -> impl IntoView {
    let may = move || session::current().is_some_and(|session| session.allows("write"));
    let note = RwSignal::new(String::new());
    let open = task.state == "open";
    let (heading, labelled, card) = (format!("ask-{}", task.id), format!("ask-{}", task.id), format!("task-{}", task.id));
    let person =
        task.person.clone().map(|person| view! { <a href=format!("/customers/{}", person.id) dir="auto">{person.called()}</a> }.into_any());
    let person = person.unwrap_or_else(|| view! { <span>{tr!(live.nobody)}</span> }.into_any());
    let (journey, journey_name, run) = (task.journey.clone(), task.journey_name.clone(), task.run.clone());
    let question = task.question.clone();
    let task = StoredValue::new(task);
    let answer = move |place: usize| {
        let Some(answer) = task.with_value(|task| task.question.answers.get(place).cloned()) else { return };
        let card = task.with_value(|task| format!("task-{}", task.id));
        let place = browser::place_of(CARDS, &card);
        let said = Some(note.get_untracked().trim().to_owned()).filter(|note| !note.is_empty());
        task.with_value(|task| give(task, &answer, said, renew));
        // What had the keyboard is gone: the next question has it, or the title when there is none.
        request_animation_frame(move || {
            if !browser::focus_nth(CARDS, place) {
                browser::focus("title");
            }
        });
    };
    let keys = move |event: KeyboardEvent| {
        let itself = event.target() == event.current_target();
        if event.ctrl_key() || event.meta_key() || event.alt_key() || !itself || !open || !may() {
            return;
        }
        let place = DIGITS.iter().position(|digit| *digit == event.key());
        if let Some(place) = place.filter(|place| task.with_value(|task| *place < task.question.answers.len())) {
            event.prevent_default();
            answer(place);
        }
    };
    let answers = question.answers.clone();
    view! {
        <li class="group" id=card tabindex="0" aria-labelledby=labelled on:keydown=keys>
            <div class="row">
                {person}<span class="between" aria-hidden="true">"·"</span>
                <a href=format!("/journeys/{journey}") class="quiet-link" dir="auto">{journey_name}</a><span class="between" aria-hidden="true">"·"</span>
                <a href=format!("/runs/{run}") class="quiet-link">{tr!(tasks.run)}</a>
            </div>
            <h2 class="problem" id=heading dir="auto">{question.title}</h2>
            {(!question.body.is_empty()).then(|| view! { <p class="plain advice" dir="auto">{question.body}</p> })}
            <Times task=task />
            {question.assignee.map(|name| view! { <p class="hint">{move || t!(tasks.for_whom, name = name.clone())}</p> })}
            {if open {
                view! {
                    <Show when=may fallback=|| view! { <p class="hint">{tr!(tasks.read_only)}</p> }>
                        <div class="row" role="group" aria-label=tr!(tasks.answers)>
                            {answers.iter().enumerate().map(|(place, words)| view! { <Answer place=place words=words.clone() give=move || answer(place) /> }).collect_view()}
                        </div>
                        <Note note=note />
                    </Show>
                }.into_any()
            } else {
                view! { <Became task=task /> }.into_any()
            }}
        </li>
    }
}

/// The button of an answer, named as it is; its key is told beside the name.
#[component]
fn Answer(
    /// Which of them.
    place: usize,
    /// It.
    words: String,
    /// Gives it.
    give: impl Fn() + 'static,
) -> impl IntoView {
    let digit = DIGITS.get(place).copied();
    view! {
        <button type="button" class="btn" aria-keyshortcuts=digit on:click=move |_| give()>
            <span dir="auto">{words}</span>{digit.map(|digit| view! { <span aria-hidden="true"><Kbd keys=digit /></span> })}
        </button>
    }
}

/// Since when it is asked, and until when an answer counts.
#[component]
fn Times(
    /// The task.
    task: StoredValue<Task>,
) -> impl IntoView {
    let (asked, due, open) = task.with_value(|task| (task.created_at, task.due_at, task.state == "open"));
    let pressing = |at| millis(at) - browser::now() < PRESSING;
    let due = move || match due {
        Some(at) if open && pressing(at) => view! { <dd><Pill tone=Tone::Warn><When at=at /></Pill></dd> }.into_any(),
        Some(at) => view! { <dd><Exactly at=at /></dd> }.into_any(),
        None => view! { <dd>{tr!(tasks.no_end)}</dd> }.into_any(),
    };
    view! {
        <dl class="row ask-times">
            <div><dt>{tr!(tasks.asked)}</dt><dd><When at=asked /></dd></div>
            <div><dt>{tr!(tasks.until)}</dt>{due}</div>
        </dl>
    }
}

/// A few words to go with the answer.
#[component]
fn Note(
    /// What is written.
    note: RwSignal<String>,
) -> impl IntoView {
    view! {
        <details class="ask-note">
            <summary>{tr!(tasks.note)}</summary>
            <textarea class="in" rows="2" maxlength="1000" dir="auto" aria-label=tr!(tasks.note) bind:value=note></textarea>
        </details>
    }
}

/// What became of it.
#[component]
fn Became(
    /// The task.
    task: StoredValue<Task>,
) -> impl IntoView {
    let words = move || {
        task.with_value(|task| {
            let at = task.answered_at.or(task.due_at).map(|at| format::instant(at, Moment::DateTime)).unwrap_or_default();
            match (task.state.as_str(), &task.answer) {
                ("answered", Some(answer)) => {
                    let name = task.answered_by.clone().unwrap_or_default();
                    t!(tasks.was_answered, answer = answer, name = name, at = at)
                }
                ("expired", _) => t!(tasks.was_expired, at = at),
                _ => t!(tasks.was_cancelled, at = at),
            }
        })
    };
    let note = task.with_value(|task| task.note.clone());
    view! {
        <p dir="auto">{words}</p>
        {note.map(|note| view! { <p class="plain reason" dir="auto">{note}</p> })}
    }
}
