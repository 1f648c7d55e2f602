//! Facts in words.

use crate::i18n::{Text, keys};

/// A fact in words. Names of the shop's own stay as the shop writes them, but for underscores.
#[must_use]
pub fn fact_words(path: &str) -> String {
    let key = if path.contains('.') { format!("facts.{path}") } else { format!("facts.root.{path}") };
    keys::find(&key).map_or_else(|| named(path), Text::get)
}

fn named(path: &str) -> String {
    let tail =
        ["customer.traits.", "event.properties.", "event.context.", "customer.", "item."].iter().find_map(|start| path.strip_prefix(start));
    let plain = |name: &str| name.replace(['_', '.'], " ");
    match (tail, path.strip_prefix("steps.")) {
        (Some(tail), _) => plain(tail),
        (None, Some(step)) => step.split_once('.').map_or_else(|| plain(step), |(step, output)| format!("{} · {step}", plain(output))),
        (None, None) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::facts::{of_everybody, of_the_run};

    #[test]
    fn every_fact_that_is_offered_has_words_of_its_own() {
        for fact in of_everybody().into_iter().chain(of_the_run()) {
            let key = if fact.path.contains('.') { format!("facts.{}", fact.path) } else { format!("facts.root.{}", fact.path) };
            assert!(keys::find(&key).is_some(), "messages/*/facts.toml says nothing of {}", fact.path);
        }
    }

    #[test]
    fn facts_are_called_what_people_call_them() {
        assert_eq!(fact_words("customer.first_name"), "First name");
        assert_eq!(fact_words("customer.traits.favourite_colour"), "favourite colour");
        assert_eq!(fact_words("event.properties.products.0.sku"), "products 0 sku");
        assert_eq!(fact_words("steps.ask.answer"), "answer · ask");
    }
}
