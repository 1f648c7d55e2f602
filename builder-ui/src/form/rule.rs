//! The builder of conditions: groups of tests, nested, each in words.

use super::audience::People;
use super::facts::Fact;
use super::fields::{Wrongs, shown};
use super::known::{known, pick};
use super::rule_collection::{CollectionTest, Of};
use super::rule_fact::{ConsentTest, FactTest, SegmentTest};
use super::rule_shape::{Form, Mode, form_of, fresh, parts, whole};
use super::rule_words::rule_words;
use super::spot::Spot;
use crate::ui::{Button, Item, Look, Menu};
use crate::{browser, tr};
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_nodes::Json;

/// The facts a condition may be about.
#[derive(Clone, Copy)]
pub struct Reach {
    /// The facts.
    pub facts: Memo<Arc<Vec<Fact>>>,
}

impl Reach {
    /// The facts as a list to choose from.
    #[must_use]
    pub fn picks(self) -> super::combo::Picks {
        Memo::new(move |_| self.facts.with(|facts| Arc::new(facts.iter().map(pick).collect::<Vec<_>>()))).into()
    }
}

/// A condition: its parts, itself in words, and how many people it holds for.
#[component]
pub fn Rule(
    /// The value.
    spot: Spot,
) -> impl IntoView {
    let reach = Reach { facts: known().facts };
    let said = Memo::new(move |_| spot.value.with(|value| value.as_ref().and_then(rule_words)));
    view! {
        <div class="rule" id=spot.id() tabindex="-1">
            {group(spot, reach, true)}
            <Wrongs id=format!("{}-error", spot.id()) wrong=spot.wrong() />
            <Show when=move || said.with(Option::is_some)><p class="reads" dir="auto">{move || said.get()}</p></Show>
            <People spot=spot />
        </div>
    }
}

/// A group and what can be added to it.
pub fn group(spot: Spot, reach: Reach, outermost: bool) -> AnyView {
    let mode = Memo::new(move |_| spot.value.with(|value| parts(value.as_ref()).0));
    let count = Memo::new(move |_| spot.value.with(|value| parts(value.as_ref()).1.len()));
    let choose = move |event: web_sys::Event| {
        let items = spot.value.with_untracked(|value| parts(value.as_ref()).1);
        spot.set(whole(Mode::named(&event_target_value(&event)), items));
    };
    let add = move |form: Form| {
        let (mode, mut items) = spot.value.with_untracked(|value| parts(value.as_ref()));
        items.push(fresh(form));
        let n = items.len() - 1;
        spot.set(whole(mode, items));
        let place =
            if mode == Mode::Single { if n == 0 { String::new() } else { format!("/all/{n}") } } else { format!("/{}/{n}", mode.place()) };
        let below = match form {
            Form::Event => "/event",
            Form::List => "/over",
            Form::Segment => "/segment",
            Form::Consent => "/consent/channel",
            Form::Group => "/any/0/fact",
            _ => "/fact",
        };
        let id = spot.filling.id(&format!("{}{place}{below}", spot.pointer()));
        request_animation_frame(move || browser::focus(&id));
    };
    let modes = [("all", crate::key!(form.rule.all)), ("any", crate::key!(form.rule.any)), ("none", crate::key!(form.rule.none))];
    let head = move || {
        (count.get() > 1 || mode.get() != Mode::Single && count.get() > 0 && (!outermost || mode.get() == Mode::None)).then(|| view! {
        <select class="in mode" aria-label=tr!(form.rule.mode) on:change=choose>
            {modes.map(|(name, words)| view! { <option value=name prop:selected=move || mode.get().name() == name>{move || words.get()}</option> }).collect_view()}
        </select>
    })
    };
    let more = Signal::derive(move || {
        vec![
            Item::new(tr!(form.rule.list), move || add(Form::List)),
            Item::new(tr!(form.rule.segment), move || add(Form::Segment)),
            Item::new(tr!(form.rule.consent), move || add(Form::Consent)),
            Item::new(tr!(form.rule.group), move || add(Form::Group)),
        ]
    });
    view! {
        <div class="rule-group">
            {head}
            <ul class="rule-rows">{move || rows(spot, mode.get(), count.get(), reach)}</ul>
            <div class="row rule-add">
                <Button look=Look::Ghost icon=icondata::LuPlus on:click=move |_| add(Form::Fact)>{tr!(form.rule.fact)}</Button>
                <Button look=Look::Ghost icon=icondata::LuPlus on:click=move |_| add(Form::Event)>{tr!(form.rule.event)}</Button>
                <Menu label=Signal::derive(tr!(form.rule.more)) icon=icondata::LuEllipsis items=more />
            </div>
        </div>
    }
    .into_any()
}

fn rows(spot: Spot, mode: Mode, count: usize, reach: Reach) -> impl IntoView {
    let items = spot.part(
        mode.place(),
        move |value| Some(Json::Array(parts(value).1)),
        move |_, items| whole(mode, items.and_then(|items| items.as_array().cloned()).unwrap_or_default()),
    );
    let item = move |n: usize| if mode == Mode::Single { spot } else { items.item(n) };
    (0..count).map(|n| row(item(n), reach)).collect_view()
}

/// One part: whether it is turned round, what it is about, and a way to take it out.
fn row(spot: Spot, reach: Reach) -> AnyView {
    let negated = Memo::new(move |_| spot.value.with(|value| form_of(value.as_ref()) == Form::Not));
    let turn = move |_| {
        let value = spot.value.get_untracked().unwrap_or_default();
        let turned = match value.get("not").filter(|_| negated.get_untracked()) {
            Some(inner) => inner.clone(),
            None => serde_json::json!({ "not": value }),
        };
        spot.set(Some(turned));
    };
    let inner = move || if negated.get() { part(spot.key("not"), reach) } else { part(spot, reach) };
    view! {
        <li class="rule-row" class:negated=move || negated.get()>
            <div class="rule-body">{inner}<Wrongs id=format!("{}-row-error", spot.id()) wrong=spot.wrong_below() /></div>
            <div class="rule-tools">
                <button type="button" class="not" aria-pressed=move || negated.get().to_string() title=tr!(form.rule.not_hint) on:click=turn>{tr!(form.rule.not)}</button>
                <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(tr!(form.rule.remove)) on:click=move |_| spot.set(None) />
            </div>
        </li>
    }
    .into_any()
}

fn part(spot: Spot, reach: Reach) -> AnyView {
    let form = Memo::new(move |_| spot.value.with(|value| form_of(value.as_ref())));
    (move || match form.get() {
        Form::Group => group(spot, reach, false),
        Form::Not => part(spot.key("not"), reach),
        Form::Fact => view! { <FactTest spot=spot reach=reach /> }.into_any(),
        Form::Event => view! { <CollectionTest spot=spot reach=reach of=Of::Events /> }.into_any(),
        Form::List => view! { <CollectionTest spot=spot reach=reach of=Of::List /> }.into_any(),
        Form::Consent => view! { <ConsentTest spot=spot /> }.into_any(),
        Form::Segment => view! { <SegmentTest spot=spot /> }.into_any(),
        Form::Strange => view! {
            <p class="note">{tr!(form.rule.strange)}</p>
            <pre dir="ltr">{move || spot.value.with(|value| value.as_ref().map(shown).unwrap_or_default())}</pre>
        }
        .into_any(),
    })
    .into_any()
}
