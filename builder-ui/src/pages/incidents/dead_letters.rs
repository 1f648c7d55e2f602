//! What came in and could not be routed: what it is, why, and whether to try it again or throw it away.

use crate::api::dead_letters::{self, Action, DeadLetter, Done};
use crate::i18n::format::{self, Moment};
use crate::shell::engine;
use crate::ui::{Button, Choice, Empty, Foot, JsonTree, Kbd, Look, NoMatch, Paged, Param, Pill, toast, use_cards};
use crate::{browser, session, t, tr};
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use web_sys::KeyboardEvent;

/// How long the engine is given to route a letter before the pile is read again.
const ROUTED: u32 = 900;
const CARDS: &str = ".dead-letters > li";
/// What comes in, as the API names it.
const KINDS: [&str; 9] = ["event", "profile", "merge", "start", "tick", "fan_out", "segment", "receipt", "control"];

// Thrown away here. The server hears of it when it cannot be undone any more, which may be on another page than this.
static DISCARDED: LazyLock<ArcRwSignal<BTreeSet<String>>> = LazyLock::new(ArcRwSignal::default);

/// What comes in, in words.
fn kind(name: &str) -> String {
    match name {
        "event" => t!(incidents.dead.kinds.event),
        "profile" => t!(incidents.dead.kinds.profile),
        "merge" => t!(incidents.dead.kinds.merge),
        "start" => t!(incidents.dead.kinds.start),
        "tick" | "fan_out" => t!(incidents.dead.kinds.tick),
        "segment" => t!(incidents.dead.kinds.segment),
        "receipt" => t!(incidents.dead.kinds.receipt),
        "control" => t!(incidents.dead.kinds.control),
        other => other.to_owned(),
    }
}

/// What it says of itself: an event's name, and whose it is.
fn gist(letter: &DeadLetter) -> String {
    let said = |name: &str| letter.body.get(name).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
    let of = said("user_id").or_else(|| said("anonymous_id")).or_else(|| said("customer"));
    let parts: Vec<&str> = [said("name"), of].into_iter().flatten().collect();
    parts.join(" · ")
}

fn is_same(a: &DeadLetter, b: &DeadLetter) -> bool {
    a.id == b.id
}

/// The pile, as its parts share it.
#[derive(Clone, Copy)]
struct Pile {
    list: Paged<DeadLetter>,
    kind: Param,
}

impl Pile {
    fn renew(self) {
        self.list.renew(is_same);
    }

    /// What is not thrown away.
    fn shown(self) -> Vec<DeadLetter> {
        let discarded = DISCARDED.get();
        self.list.items.with(|items| items.iter().filter(|letter| !discarded.contains(&letter.id)).cloned().collect())
    }

    fn retry(self, id: String) {
        leptos::task::spawn_local(async move {
            match dead_letters::retry(&id).await {
                Ok(()) => {
                    toast(t!(incidents.dead.retried, n = 1));
                    self.list.items.try_update(|items| items.retain(|letter| letter.id != id));
                    browser::pause(ROUTED).await;
                }
                Err(failure) => toast::trouble(failure.words()),
            }
            self.renew();
        });
    }

    /// Throws these away once it cannot be undone any more.
    fn discard(self, ids: Vec<String>, act: impl Fn() + Send + Sync + 'static) {
        DISCARDED.update(|discarded| discarded.extend(ids.iter().cloned()));
        let words = t!(incidents.dead.discarded, n = ids.len());
        let back = move || DISCARDED.update(|discarded| discarded.retain(|id| !ids.contains(id)));
        toast::deferred(words, back, act);
    }

    fn discard_one(self, id: String) {
        let gone = id.clone();
        self.discard(vec![id], move || {
            let gone = gone.clone();
            leptos::task::spawn_local(async move {
                if let Err(failure) = dead_letters::discard(&gone).await {
                    DISCARDED.update(|discarded| {
                        discarded.remove(&gone);
                    });
                    toast::trouble(failure.words());
                }
                self.renew();
            });
        });
    }

    /// The newest that was seen: what comes in meanwhile is left alone.
    fn newest(self) -> Option<String> {
        self.list.items.with_untracked(|items| items.iter().map(|letter| letter.id.clone()).max())
    }

    fn retry_all(self) {
        let (Some(up_to), kind) = (self.newest(), self.kind.value.get_untracked()) else { return };
        leptos::task::spawn_local(async move {
            match dead_letters::act_on_all(kind.as_deref(), &up_to, Action::Retry).await {
                Ok(Done { done, left }) => {
                    toast(t!(incidents.dead.retried, n = done));
                    if left > 0 {
                        toast::trouble(t!(incidents.dead.left, n = left));
                    }
                    browser::pause(ROUTED).await;
                }
                Err(failure) => toast::trouble(failure.words()),
            }
            self.list.reload_if_here();
        });
    }

    fn discard_all(self) {
        let (Some(up_to), kind) = (self.newest(), self.kind.value.get_untracked()) else { return };
        let ids: Vec<String> = self.list.items.with_untracked(|items| items.iter().map(|letter| letter.id.clone()).collect());
        let hidden = ids.clone();
        self.discard(ids, move || {
            let (up_to, kind, hidden) = (up_to.clone(), kind.clone(), hidden.clone());
            leptos::task::spawn_local(async move {
                if let Err(failure) = dead_letters::act_on_all(kind.as_deref(), &up_to, Action::Drop).await {
                    DISCARDED.update(|discarded| discarded.retain(|id| !hidden.contains(id)));
                    toast::trouble(failure.words());
                }
                self.list.reload_if_here();
            });
        });
    }
}

/// The tab.
#[component]
pub fn DeadLetters() -> impl IntoView {
    let kind_param = Param::named("kind");
    let pile = Pile { list: Paged::new(move |cursor| dead_letters::list(kind_param.get(), cursor)), kind: kind_param };
    use_cards(CARDS);
    pile.list.follow(is_same);
    let count = Memo::new(|_| engine().map(|engine| engine.dead_letters.count));
    Effect::new(move |before: Option<Option<i64>>| {
        let now = count.get();
        if before.flatten().is_some_and(|before| Some(before) != now) {
            pile.renew();
        }
        now
    });
    let may = move || session::current().is_some_and(|session| session.allows("write"));
    let shown = Memo::new(move |_| pile.shown());
    let none = Memo::new(move |_| !pile.list.is_loading() && pile.list.is_whole() && shown.with(Vec::is_empty));
    let options = Signal::derive(|| KINDS.iter().filter(|name| **name != "fan_out").map(|name| ((*name).to_owned(), kind(name))).collect());
    view! {
        <Show when=move || !none.get() || kind_param.get().is_some()>
            <div class="filters">
                <Choice param=kind_param label=Signal::derive(tr!(incidents.dead.what)) options=options />
                <span class="space"></span>
                <Show when=move || may() && !shown.with(Vec::is_empty)>
                    <Button icon=icondata::LuRotateCcw on:click=move |_| pile.retry_all()>{tr!(incidents.dead.retry_all)}</Button>
                    <Button look=Look::Ghost icon=icondata::LuTrash2 on:click=move |_| pile.discard_all()>{tr!(incidents.dead.discard_all)}</Button>
                </Show>
            </div>
        </Show>
        <Show when=move || !shown.with(Vec::is_empty)>
            <p class="keys-hint"><Kbd keys="↑" />" "<Kbd keys="↓" />" "{tr!(incidents.keys.walk)}" "<Kbd keys="R" />" "{tr!(incidents.retry)}" "<Kbd keys="Del" />" "{tr!(incidents.dead.discard)}</p>
            <ul class="groups dead-letters">
                <For each=move || shown.get() key=|letter| letter.id.clone() let:letter><Letter letter=letter pile=pile may=Signal::derive(may) /></For>
            </ul>
        </Show>
        <Foot list=pile.list />
        <Show when=move || none.get() && kind_param.get().is_some()><NoMatch clear=move |()| kind_param.set(None) /></Show>
        <Show when=move || none.get() && kind_param.get().is_none()>
            <Empty icon=icondata::LuMailCheck title=Signal::derive(tr!(incidents.dead.none)) text=Signal::derive(tr!(incidents.dead.none_text)) />
        </Show>
    }
}

/// A letter.
#[component]
fn Letter(
    /// It.
    letter: DeadLetter,
    /// The pile.
    pile: Pile,
    /// Whether something may be done about it.
    may: Signal<bool>,
) -> impl IntoView {
    let (id, gist, card) = (StoredValue::new(letter.id.clone()), gist(&letter), format!("letter-{}", letter.id));
    let (sort, of) = (letter.kind.clone(), letter.kind.clone());
    let label = move || format!("{}: {gist}", kind(&of));
    let heading = self::gist(&letter);
    // What has the keyboard is about to go: the next one has it, or the tab.
    let hand_on = move || {
        let place = browser::place_of(CARDS, &format!("letter-{}", id.get_value()));
        request_animation_frame(move || {
            if !browser::focus_nth(CARDS, place) {
                browser::focus("tab-dead");
            }
        });
    };
    let retry = move || pile.retry(id.get_value());
    let discard = move || {
        hand_on();
        pile.discard_one(id.get_value());
    };
    let keys = move |event: KeyboardEvent| {
        let itself = event.target() == event.current_target();
        if event.ctrl_key() || event.meta_key() || event.alt_key() || !itself || !may.get_untracked() {
            return;
        }
        match event.key().as_str() {
            "r" => retry(),
            "Delete" | "Backspace" => discard(),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <li class="group" id=card tabindex="0" aria-label=label on:keydown=keys>
            <div class="row"><Pill>{move || kind(&sort)}</Pill><b dir="auto">{heading}</b></div>
            <p class="problem" dir="auto">{letter.problem}</p>
            <p class="advice">{tr!(incidents.dead.advice)}</p>
            <p class="hint">{move || t!(incidents.dead.aside, at = format::instant(letter.at, Moment::DateTime))}</p>
            <details class="came-in"><summary>{tr!(incidents.dead.body)}</summary><JsonTree value=letter.body /></details>
            <Show when=move || may.get()>
                <div class="row">
                    <Button icon=icondata::LuRotateCcw on:click=move |_| retry()>{tr!(incidents.retry)}</Button>
                    <Button look=Look::Ghost icon=icondata::LuTrash2 on:click=move |_| discard()>{tr!(incidents.dead.discard)}</Button>
                </div>
            </Show>
        </li>
    }
}
