//! The person a preview is shown for: somebody made up, or a customer.

use super::combo::{Combo, Pick};
use super::earlier::Earlier;
use super::known::{Before, Known, Vocabulary};
use super::sample;
use crate::api::audience::Someone;
use crate::api::subject::{self, PersonFacts, Subject};
use crate::api::vocabulary::Property;
use crate::{browser, t, tr};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tradewind_nodes::fact::{ConsentStatus, Customer, Event, Facts, RunFacts};
use tradewind_nodes::id::{CustomerId, EventId, RunId};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::{Json, JsonMap};

/// The value that stands for the person who is made up.
const MADE_UP: &str = "-";

/// A person with everything a step may read of him.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// The customer.
    pub customer: Customer,
    /// What he did.
    pub history: Vec<Event>,
    /// The segments he is in.
    pub segments: BTreeSet<String>,
}

/// Whom a preview is shown for, and what started his run.
#[derive(Clone, Copy)]
pub struct Who {
    chosen: RwSignal<Option<Arc<Person>>>,
    picked: RwSignal<Option<Someone>>,
    /// The event that started the run.
    pub event: RwSignal<Option<Event>>,
    /// What earlier steps might put out.
    pub outputs: RwSignal<JsonMap>,
    /// The earlier steps whose work can be done here.
    earlier: RwSignal<Arc<Vec<Earlier>>>,
}

impl Who {
    /// Somebody made up of whom nothing else is known.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            chosen: RwSignal::new(None),
            picked: RwSignal::new(None),
            event: RwSignal::new(None),
            outputs: RwSignal::default(),
            earlier: RwSignal::default(),
        }
    }

    /// Somebody made up, with the events of the workspace for what he did.
    #[must_use]
    pub fn begin(known: Option<Known>) -> Self {
        let who = Self::plain();
        Effect::new(move |_| {
            let Some(known) = known else { return };
            who.event.set(known.words.with(|words| known.before.with(|before| begun(words, before))));
            who.outputs.set(known.before.with(outputs));
            who.earlier.set(known.before.with(|before| Arc::new(before.steps.clone())));
        });
        who
    }

    /// What he is called.
    #[must_use]
    pub fn name(&self) -> String {
        self.picked.with(|picked| picked.as_ref().map(|person| person.called().to_owned())).unwrap_or_else(made_up_name)
    }

    /// The person.
    #[must_use]
    pub fn person(&self) -> Arc<Person> {
        self.chosen.get().unwrap_or_else(|| Arc::new(made_up()))
    }

    /// What a step would see of him now.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen { person: self.person(), event: self.event.get(), outputs: self.outputs.get(), earlier: self.earlier.get(), now: now() }
    }
}

/// What a step sees.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// Who.
    pub person: Arc<Person>,
    /// The event that started the run.
    pub event: Option<Event>,
    /// What earlier steps put out.
    pub outputs: JsonMap,
    /// Earlier steps that are still to be done.
    pub earlier: Arc<Vec<Earlier>>,
    /// The moment.
    pub now: Timestamp,
}

impl Seen {
    /// What a step sees of somebody made up, with this before it.
    #[must_use]
    pub fn made_up(words: &Vocabulary, before: &Before) -> Self {
        let (event, outputs, earlier) = (begun(words, before), outputs(before), Arc::new(before.steps.clone()));
        Self { person: Arc::new(made_up()), event, outputs, earlier, now: now() }
    }

    /// As a step reads it.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            customer: Some(&self.person.customer),
            history: &self.person.history,
            segments: &self.person.segments,
            event: self.event.as_ref(),
            item: None,
            outputs: &self.outputs,
            run: Some(RunFacts { id: RunId(Default::default()), entered_at: self.now, key: None }),
            now: self.now,
        }
    }
}

/// The person previews are shown for; somebody made up where nobody said who.
#[must_use]
pub fn who() -> Who {
    use_context::<Who>().unwrap_or_else(|| Who::begin(None))
}

/// The moment of a preview.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_micros((browser::now() * 1000.0) as i64)
}

fn made_up_name() -> String {
    t!(form.person.made_up_name)
}

/// An event as a step sees it.
#[must_use]
pub fn event(name: &str, at: Timestamp, properties: JsonMap) -> Event {
    Event { id: EventId(Default::default()), name: name.to_owned(), at, properties, context: JsonMap::new() }
}

/// Somebody to look at a preview with before there is anybody.
fn made_up() -> Person {
    let name = made_up_name();
    let mut customer = Customer::unknown(CustomerId(Default::default()), now());
    let language = crate::i18n::language().code();
    let traits = [
        ("first_name", name.clone()),
        ("last_name", t!(form.person.made_up_last)),
        ("name", format!("{name} {}", t!(form.person.made_up_last))),
        ("email", "anna@example.com".to_owned()),
        ("locale", language.to_owned()),
        ("country", "DE".to_owned()),
        ("currency", "EUR".to_owned()),
        ("birthday", "1990-05-12".to_owned()),
    ];
    customer.traits = traits.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    customer.user_id = Some("u-1".to_owned());
    customer.consent.insert("email/marketing".to_owned(), ConsentStatus::Granted);
    Person { customer, history: Vec::new(), segments: BTreeSet::new() }
}

fn of(found: PersonFacts) -> Person {
    let PersonFacts { customer, member_of, history } = found;
    let Subject { id, user_id, traits, consent, tags, created_at } = customer;
    let id = CustomerId(id.parse().unwrap_or_default());
    let consent: BTreeMap<String, ConsentStatus> = consent;
    let customer = Customer { id, user_id, traits, tags: tags.into_iter().collect(), consent, created_at: created_at.unwrap_or_else(now) };
    let history = history.into_iter().map(|past| event(&past.event, past.at, past.properties)).collect();
    Person { customer, history, segments: member_of.into_iter().collect() }
}

/// So many items of a list are made up.
const MOST_ITEMS: usize = 20;

/// Puts a value at a dotted path; a number is a place in a list. Whatever stood on the way as a mere hint of what is below gives way.
fn put(map: &mut JsonMap, path: &str, value: &Json) {
    let (head, tail) = path.split_once('.').unwrap_or((path, ""));
    put_below(map.entry(head.to_owned()).or_insert(Json::Null), tail, value);
}

fn put_below(place: &mut Json, path: &str, value: &Json) {
    let (head, tail) = path.split_once('.').unwrap_or((path, ""));
    match head.parse::<usize>() {
        _ if path.is_empty() => *place = value.clone(),
        Ok(at) if at >= MOST_ITEMS => {}
        Ok(at) => {
            let mut items = std::mem::take(place).as_array_mut().map(std::mem::take).unwrap_or_default();
            items.resize(items.len().max(at + 1), Json::Null);
            put_below(&mut items[at], tail, value);
            *place = Json::Array(items);
        }
        Err(_) => {
            let mut inner = std::mem::take(place).as_object_mut().map(std::mem::take).unwrap_or_default();
            put(&mut inner, path, value);
            *place = Json::Object(inner);
        }
    }
}

/// A value such as a property had. Of a list and an object only the size is told: what they hold has paths of its own.
fn example(property: &Property) -> Json {
    match property.sort.as_str() {
        "list" => Json::Array(Vec::new()),
        "object" => Json::Object(JsonMap::new()),
        _ => property.example.clone(),
    }
}

/// The first event that may have started the run, with the values it had of late, or made-up ones when it has never come.
fn begun(words: &Vocabulary, before: &Before) -> Option<Event> {
    let name = before.events.first().cloned().or_else(|| words.events.first().map(|event| event.name.clone()))?;
    let mut properties = JsonMap::new();
    for property in words.events.iter().filter(|event| event.name == name).flat_map(|event| &event.properties) {
        put(&mut properties, &property.path, &example(property));
    }
    Some(if properties.is_empty() { sample::event(&name) } else { event(&name, now(), properties) })
}

/// What earlier steps might have put out.
fn outputs(before: &Before) -> JsonMap {
    let mut all = JsonMap::new();
    for fact in &before.outputs {
        if let (Some(path), Some(example)) = (fact.path.strip_prefix("steps."), &fact.example) {
            put(&mut all, path, example);
        }
    }
    all
}

/// Chooses whom previews are shown for.
#[component]
pub fn PersonPicker(
    /// Its id.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let who = who();
    let found = RwSignal::new(Vec::<Someone>::new());
    let turn = StoredValue::new(0_u32);
    let search = move |typed: String| {
        let mine = turn.get_value().wrapping_add(1);
        turn.set_value(mine);
        leptos::task::spawn_local(async move {
            browser::pause(200).await;
            if turn.try_get_value() == Some(mine)
                && let Ok(people) = subject::find(&typed).await
            {
                found.try_set(people);
            }
        });
    };
    search(String::new());
    let pick = |person: &Someone| Pick {
        value: person.id.clone(),
        label: person.called().to_owned(),
        note: person.email.clone().or_else(|| person.user_id.clone()).unwrap_or_default(),
        also: person.email.iter().chain(&person.user_id).cloned().collect(),
    };
    let picks = Memo::new(move |_| {
        let invented = Pick { value: MADE_UP.to_owned(), label: made_up_name(), note: t!(form.person.made_up), ..Pick::default() };
        let chosen = who.picked.with(|picked| picked.iter().map(pick).collect::<Vec<_>>());
        let others = found.with(|found| found.iter().map(pick).filter(|pick| !chosen.contains(pick)).collect::<Vec<_>>());
        Arc::new(std::iter::once(invented).chain(chosen).chain(others).collect::<Vec<_>>())
    });
    let value =
        Signal::derive(move || who.picked.with(|picked| picked.as_ref().map_or_else(|| MADE_UP.to_owned(), |person| person.id.clone())));
    let chosen = Callback::new(move |id: String| {
        let person = found.with_untracked(|found| found.iter().find(|person| person.id == id).cloned());
        let Some(person) = person else {
            if id == MADE_UP || id.is_empty() {
                who.picked.set(None);
                who.chosen.set(None);
            }
            return;
        };
        leptos::task::spawn_local(async move {
            match subject::facts(&person.id).await {
                Ok(facts) => {
                    who.chosen.try_set(Some(Arc::new(of(facts))));
                    who.picked.try_set(Some(person));
                }
                Err(failure) => crate::ui::toast::trouble(failure.words()),
            }
        });
    });
    view! {
        <div class="field">
            <label for=id.clone()>{tr!(form.person.label)}</label>
            <Combo id=id value=value picks=picks chosen=chosen searching=Callback::new(search) closed=true />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::vocabulary::EventName;
    use serde_json::json;

    #[test]
    fn examples_are_put_together_again() {
        let mut properties = JsonMap::new();
        for (path, value) in
            [("total", json!(62.5)), ("products.0.sku", json!("A-1")), ("products.0.qty", json!(2)), ("address.city", json!("Bonn"))]
        {
            put(&mut properties, path, &value);
        }
        assert_eq!(Json::Object(properties), json!({"total": 62.5, "products": [{"sku": "A-1", "qty": 2}], "address": {"city": "Bonn"}}));
    }

    #[test]
    fn a_list_is_made_up_of_what_its_first_item_had() {
        let property = |path: &str, sort: &str, example: Json| Property { path: path.into(), sort: sort.into(), example };
        let properties = vec![
            property("products", "list", json!(1)),
            property("products.0", "object", Json::Null),
            property("products.0.name", "text", json!("Tea")),
            property("products.0.sizes", "list", json!(2)),
            property("products.0.sizes.0", "text", json!("m")),
            property("gifts", "list", json!(0)),
        ];
        let words = Vocabulary { events: vec![EventName { name: "Cart Updated".into(), count: 1, properties }], ..Vocabulary::default() };
        let begun = begun(&words, &Before { events: vec!["Cart Updated".into()], ..Before::default() }).unwrap();
        assert_eq!(Json::Object(begun.properties), json!({"products": [{"name": "Tea", "sizes": ["m"]}], "gifts": []}));
    }

    #[test]
    fn somebody_made_up_can_be_written_to() {
        let person = made_up();
        let facts = Facts { customer: Some(&person.customer), ..Facts::empty(now()) };
        let read = tradewind_nodes::template::render("Hi {{customer.first_name}} <{{customer.email}}>", false, &facts);
        assert_eq!(read.unwrap(), "Hi Anna <anna@example.com>");
    }
}
