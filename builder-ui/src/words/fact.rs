//! Facts in words.

use crate::t;

/// A fact in words. Names of the shop's own stay as the shop writes them, but for underscores.
#[must_use]
pub fn fact_words(path: &str) -> String {
    match path {
        "customer.email" => t!(form.fact.email),
        "customer.phone" => t!(form.fact.phone),
        "customer.first_name" => t!(form.fact.first_name),
        "customer.last_name" => t!(form.fact.last_name),
        "customer.name" => t!(form.fact.name),
        "customer.locale" => t!(form.fact.locale),
        "customer.timezone" => t!(form.fact.timezone),
        "customer.country" => t!(form.fact.country),
        "customer.currency" => t!(form.fact.currency),
        "customer.birthday" => t!(form.fact.birthday),
        "customer.user_id" => t!(form.fact.user_id),
        "customer.created_at" => t!(form.fact.created_at),
        "customer.tags" => t!(form.fact.tags),
        "event.name" => t!(form.fact.event_name),
        "event.timestamp" => t!(form.fact.event_time),
        "run.entered_at" => t!(form.fact.entered_at),
        "run.key" => t!(form.fact.run_key),
        "now" => t!(form.fact.now),
        _ => named(path),
    }
}

fn named(path: &str) -> String {
    let tail = ["customer.traits.", "event.properties.", "event.context.", "customer."].iter().find_map(|start| path.strip_prefix(start));
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

    #[test]
    fn facts_are_called_what_people_call_them() {
        assert_eq!(fact_words("customer.first_name"), "First name");
        assert_eq!(fact_words("customer.traits.favourite_colour"), "favourite colour");
        assert_eq!(fact_words("event.properties.products.0.sku"), "products 0 sku");
        assert_eq!(fact_words("steps.ask.answer"), "answer · ask");
    }
}
