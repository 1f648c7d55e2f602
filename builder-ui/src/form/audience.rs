//! How many people a condition holds for, while it is being written, and some of them.

use super::rule_shape::is_about_people;
use super::spot::Spot;
use crate::api::audience::{self, Audience};
use crate::{browser, t};
use leptos::prelude::*;
use tradewind_nodes::Json;
use tradewind_nodes::predicate;

/// How long after the last change people are counted, in milliseconds.
const PAUSE: u32 = 600;

/// Whom a condition can be asked about: it reads, asks something, and is about people alone.
fn countable(value: &Json) -> bool {
    let asks = value
        .as_object()
        .is_some_and(|map| ["all", "any"].iter().all(|key| map.get(*key).and_then(Json::as_array).is_none_or(|list| !list.is_empty())));
    asks && predicate::from_json(value, "").is_ok_and(|p| is_about_people(&p))
}

/// The count and the names.
#[component]
pub fn People(
    /// The condition.
    spot: Spot,
) -> impl IntoView {
    let found = RwSignal::new(None::<Audience>);
    let turn = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let value = spot.value.get().filter(countable);
        let mine = turn.get_value().wrapping_add(1);
        turn.set_value(mine);
        let Some(value) = value else { return found.set(None) };
        leptos::task::spawn_local(async move {
            browser::pause(PAUSE).await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            let counted = audience::count(&value).await.ok();
            if turn.try_get_value() == Some(mine) {
                found.try_set(counted);
            }
        });
    });
    let told = move || found.get().map(|found| words(&found));
    let names = move || {
        found.with(|found| {
            found.as_ref().map(|found| found.sample.iter().map(|person| person.called().to_owned()).collect::<Vec<_>>()).unwrap_or_default()
        })
    };
    view! {
        <div class="people" aria-live="polite">
            <Show when=move || found.with(Option::is_some)>
                <b>{told}</b>
                <span class="names" dir="auto">{move || names().join(", ")}</span>
            </Show>
        </div>
    }
}

fn words(found: &Audience) -> String {
    let of = crate::i18n::format::number(found.of as f64);
    if found.exact { t!(form.people.exactly, n = found.count, of = of) } else { t!(form.people.about, n = found.count, of = of) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_about_people_is_counted() {
        assert!(countable(&json!({"all": [{"segment": "vip"}]})));
        assert!(countable(&json!({"fact": "customer.country", "is": "eq", "value": "DE"})));
        assert!(!countable(&json!({"all": []})));
        assert!(!countable(&json!({"fact": "steps.ask.answer", "is": "exists"})));
        assert!(!countable(&json!({"segment": ""})));
    }

    #[test]
    fn a_sample_is_told_as_one() {
        let found = |exact| Audience { count: 412, of: 12_000, exact, sample: Vec::new() };
        assert_eq!(words(&found(true)), "412 people of 12,000");
        assert_eq!(words(&found(false)), "about 412 people of 12,000");
    }
}
