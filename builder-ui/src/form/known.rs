//! What a form can complete: facts, events, segments and journeys. Fetched once for a page, and narrowed to the step.

use super::combo::{Pick, Picks};
use super::earlier::Earlier;
use super::facts::{Fact, Sort, of_everybody, of_the_run};
use crate::api::vocabulary::{self, EventName, JourneyName};
use crate::browser;
use crate::words::fact::fact_words;
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_nodes::JsonMap;

/// The words of the workspace.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Vocabulary {
    /// Events of late.
    pub events: Vec<EventName>,
    /// Traits with a value each.
    pub traits: JsonMap,
    /// Segments.
    pub segments: Vec<String>,
    /// Journeys.
    pub journeys: Vec<JourneyName>,
}

/// What is before a step in its journey.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Before {
    /// The events that may have started the run; all are offered when there are none.
    pub events: Vec<String>,
    /// What earlier steps put out.
    pub outputs: Vec<Fact>,
    /// The earlier steps that previews can do again, each behind those it may need.
    pub steps: Vec<Earlier>,
}

/// What the fields of a form complete from.
#[derive(Clone, Copy)]
pub struct Known {
    /// The words of the workspace.
    pub words: RwSignal<Arc<Vocabulary>>,
    /// What is before the step.
    pub before: Signal<Before>,
    /// The facts the step may read.
    pub facts: Memo<Arc<Vec<Fact>>>,
}

impl Known {
    /// Fetches the words and narrows them to what is before a step. What cannot be fetched is not offered; it may be typed all
    /// the same.
    pub fn fetch(before: impl Into<Signal<Before>>) -> Self {
        Self::fetch_with(|_| before.into())
    }

    /// The same, where what is before the step depends on the words.
    pub fn fetch_with(before: impl FnOnce(RwSignal<Arc<Vocabulary>>) -> Signal<Before>) -> Self {
        let words = RwSignal::new(Arc::new(Vocabulary::default()));
        let before = before(words);
        leptos::task::spawn_local(async move {
            let (events, traits) = futures::join!(vocabulary::events(), vocabulary::traits());
            let (segments, journeys) = futures::join!(vocabulary::segments(), vocabulary::journeys());
            let found = Vocabulary {
                events: events.unwrap_or_default(),
                traits: traits.unwrap_or_default(),
                segments: segments.unwrap_or_default(),
                journeys: journeys.unwrap_or_default(),
            };
            words.try_set(Arc::new(found));
        });
        let facts = Memo::new(move |_| words.with(|words| before.with(|before| Arc::new(facts(words, before)))));
        Self { words, before, facts }
    }

    /// The facts as a list to choose from.
    #[must_use]
    pub fn fact_picks(self) -> Picks {
        let picks = move || self.facts.with(|facts| facts.iter().map(pick).collect::<Vec<_>>());
        Memo::new(move |_| Arc::new(picks())).into()
    }

    /// The properties of an event, as facts of that event.
    #[must_use]
    pub fn properties_of(self, event: impl Fn() -> String + Send + Sync + 'static) -> Memo<Arc<Vec<Fact>>> {
        Memo::new(move |_| {
            let event = event();
            self.words.with(|words| Arc::new(words.events.iter().filter(|known| known.name == event).flat_map(properties).collect()))
        })
    }

    /// The events.
    #[must_use]
    pub fn event_picks(self) -> Picks {
        let called = |event: &EventName| {
            let note = crate::i18n::format::number(event.count as f64);
            Pick { value: event.name.clone(), label: event.name.clone(), note: format!("{note} ×"), ..Pick::default() }
        };
        Memo::new(move |_| self.words.with(|words| Arc::new(words.events.iter().map(called).collect()))).into()
    }

    /// The segments.
    #[must_use]
    pub fn segment_picks(self) -> Picks {
        Memo::new(move |_| self.words.with(|words| Arc::new(words.segments.iter().map(|name| Pick::plain(name)).collect()))).into()
    }

    /// The journeys.
    #[must_use]
    pub fn journey_picks(self) -> Picks {
        let called = |journey: &JourneyName| Pick {
            value: journey.slug.clone(),
            label: journey.name.clone(),
            note: journey.slug.clone(),
            ..Pick::default()
        };
        Memo::new(move |_| self.words.with(|words| Arc::new(words.journeys.iter().map(called).collect()))).into()
    }

    /// The sort of a fact's values, as far as it is known.
    #[must_use]
    pub fn sort(&self, path: &str) -> Sort {
        self.facts.with(|facts| facts.iter().find(|fact| fact.path == path).map_or(Sort::Any, |fact| fact.sort))
    }
}

/// The form's vocabulary; one that knows nothing where nobody gave one.
#[must_use]
pub fn known() -> Known {
    use_context::<Known>().unwrap_or_else(|| Known::fetch(Signal::stored(Before::default())))
}

/// The time zones.
#[must_use]
pub fn zone_picks() -> Picks {
    let zones: Vec<Pick> = browser::zones().iter().map(|name| Pick { label: name.replace('_', " "), ..Pick::plain(name) }).collect();
    Signal::stored(Arc::new(zones))
}

/// A fact as an entry of a list.
#[must_use]
pub fn pick(fact: &Fact) -> Pick {
    let from = match fact.path.split('.').next() {
        Some("event") => crate::t!(form.from.event),
        Some("steps") => crate::t!(form.from.step),
        Some("customer") => crate::t!(form.from.customer),
        Some("item") => crate::t!(form.from.item),
        _ => crate::t!(form.from.run),
    };
    let example = fact.note();
    let note = if example.is_empty() { from } else { format!("{from} · {example}") };
    Pick { value: fact.path.clone(), label: fact_words(&fact.path), note, ..Pick::default() }
}

fn properties(event: &EventName) -> impl Iterator<Item = Fact> {
    event.properties.iter().map(|property| Fact {
        path: format!("event.properties.{}", property.path),
        sort: Sort::named(&property.sort),
        example: Some(property.example.clone()).filter(|value| !value.is_null()),
    })
}

fn facts(words: &Vocabulary, before: &Before) -> Vec<Fact> {
    let mut all = of_everybody();
    let short = |name: &str| all.iter().any(|fact| fact.path == format!("customer.{name}"));
    let traits: Vec<Fact> = words
        .traits
        .iter()
        .filter(|(name, _)| !short(name))
        .map(|(name, value)| Fact::seen(format!("customer.traits.{name}"), value))
        .collect();
    all.extend(traits);
    let starts = |event: &&EventName| before.events.is_empty() || before.events.contains(&event.name);
    for property in words.events.iter().filter(starts).flat_map(properties) {
        if all.iter().all(|fact| fact.path != property.path) {
            all.push(property);
        }
    }
    all.extend(before.outputs.iter().cloned());
    all.extend(of_the_run());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::vocabulary::Property;
    use serde_json::json;

    #[test]
    fn only_properties_of_the_events_that_start_it_are_offered() {
        let event = |name: &str, path: &str| EventName {
            name: name.into(),
            count: 1,
            properties: vec![Property { path: path.into(), sort: "number".into(), example: json!(1) }],
        };
        let words = Vocabulary {
            events: vec![event("A", "a"), event("B", "b")],
            traits: json!({"plan": "pro", "email": "x"}).as_object().unwrap().clone(),
            ..Vocabulary::default()
        };
        let paths = |before: &Before| facts(&words, before).into_iter().map(|fact| fact.path).collect::<Vec<_>>();
        let all = paths(&Before::default());
        assert!(all.contains(&"event.properties.a".into()) && all.contains(&"event.properties.b".into()));
        let some = paths(&Before { events: vec!["B".into()], ..Before::default() });
        assert!(!some.contains(&"event.properties.a".into()) && some.contains(&"customer.traits.plan".into()));
        assert_eq!(some.iter().filter(|path| path.ends_with("email")).count(), 1);
    }
}
