//! A condition in a sentence, made of the same words as its form.

use crate::i18n::format;
use crate::t;
use crate::words::fact::fact_words;
use crate::words::time::length_words;
use tradewind_nodes::Json;
use tradewind_nodes::predicate::{self, Bound, CollectionTest, Comparison, FactTest, Over, Predicate};
use tradewind_nodes::time::Duration;

/// A sentence that is longer helps nobody.
const LONGEST: usize = 600;

/// A condition in words; None when it cannot be read or asks nothing.
#[must_use]
pub fn rule_words(value: &Json) -> Option<String> {
    let said = predicate::from_json(value, "").ok().as_ref().and_then(|p| say(p, true))?;
    Some(match said.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &said[..end]),
        None => said,
    })
}

fn say(p: &Predicate, outermost: bool) -> Option<String> {
    match p {
        Predicate::All { all } => several(all, &t!(form.rule.and), outermost),
        Predicate::Any { any } => several(any, &t!(form.rule.or), outermost),
        Predicate::Not { not } => say(not, false).map(|what| format!("{}: {what}", t!(form.rule.not))),
        Predicate::Fact(test) if test.fact.is_empty() => None,
        Predicate::Fact(test) => Some(say_fact(test)),
        Predicate::Collection(test) if test.over.name().is_empty() => None,
        Predicate::Collection(test) => Some(say_collection(test)),
        Predicate::Consent { consent } => {
            Some(format!("{} {}", t!(form.rule.consents), crate::words::field::option_words(&consent.channel)))
        }
        Predicate::Segment { segment } if segment.is_empty() => None,
        Predicate::Segment { segment } => Some(format!("{} {segment}", t!(form.rule.in_segment))),
    }
}

fn several(parts: &[Predicate], between: &str, outermost: bool) -> Option<String> {
    let said: Vec<String> = parts.iter().filter_map(|part| say(part, false)).collect();
    let joined = said.join(&format!(" {between} "));
    match said.len() {
        0 => None,
        1 => Some(joined),
        _ if outermost => Some(joined),
        _ => Some(format!("({joined})")),
    }
}

/// A comparison by its name, in words.
#[must_use]
pub fn comparison_words(name: &str) -> String {
    match name {
        "eq" => t!(form.is.eq),
        "ne" => t!(form.is.ne),
        "lt" => t!(form.is.lt),
        "lte" => t!(form.is.lte),
        "gt" => t!(form.is.gt),
        "gte" => t!(form.is.gte),
        "contains" => t!(form.is.contains),
        "not_contains" => t!(form.is.not_contains),
        "starts_with" => t!(form.is.starts_with),
        "ends_with" => t!(form.is.ends_with),
        "in" => t!(form.is.one_of),
        "not_in" => t!(form.is.none_of),
        "exists" => t!(form.is.exists),
        "missing" => t!(form.is.missing),
        "before" => t!(form.is.before),
        "after" => t!(form.is.after),
        "within_last" => t!(form.is.within_last),
        "within_next" => t!(form.is.within_next),
        "longer_ago_than" => t!(form.is.longer_ago_than),
        other => other.to_owned(),
    }
}

/// A bound by its name, in words.
#[must_use]
pub fn bound_words(name: &str) -> String {
    match name {
        "gte" => t!(form.bound.gte),
        "gt" => t!(form.bound.gt),
        "lte" => t!(form.bound.lte),
        "lt" => t!(form.bound.lt),
        _ => t!(form.bound.eq),
    }
}

fn name_of(comparison: Comparison) -> String {
    serde_json::to_value(comparison).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

fn shown(value: &Json, is: Comparison) -> String {
    match value {
        Json::String(text) if matches!(is, Comparison::WithinLast | Comparison::WithinNext | Comparison::LongerAgoThan) => {
            Duration::parse(text).map_or_else(|| text.clone(), length_words)
        }
        Json::String(text) if text == "now" && matches!(is, Comparison::Before | Comparison::After) => t!(form.now),
        Json::String(text) => text.clone(),
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), format::number),
        Json::Array(items) => format::list(&items.iter().map(|item| shown(item, is)).collect::<Vec<_>>()),
        Json::Bool(true) => t!(form.yes),
        Json::Bool(false) => t!(form.no),
        Json::Null => String::new(),
        Json::Object(_) => "…".to_owned(),
    }
}

fn say_fact(test: &FactTest) -> String {
    let said = format!("{} {} {}", fact_words(&test.fact), comparison_words(&name_of(test.is)), shown(&test.value, test.is));
    said.trim_end().to_owned()
}

fn say_collection(test: &CollectionTest) -> String {
    let none = test.count.is_some_and(|bound| bound.eq == Some(0.0));
    let (what, whether) = match &test.over {
        Over::Events(name) if none => (name.clone(), t!(form.rule.did_not)),
        Over::Events(name) if test.latest.is_some() => (name.clone(), t!(form.rule.latest)),
        Over::Events(name) => (name.clone(), t!(form.rule.did)),
        Over::List(path) if none => (fact_words(path), t!(form.rule.has_no)),
        Over::List(path) if test.latest.is_some() => (fact_words(path), t!(form.rule.last)),
        Over::List(path) => (fact_words(path), t!(form.rule.has)),
    };
    let mut said = format!("{whether} {what}");
    if let Some(limit) = test.count.filter(|_| !none).as_ref().map(limits) {
        said = format!("{said} {limit} {}", t!(form.rule.times_after));
    }
    if let Some(sum) = &test.sum {
        said = format!("{said}, {} {} {}", t!(form.rule.sum_of), sum.of.replace('_', " "), limits(&sum.bound));
    }
    if let Some(time) = test.within {
        said = format!("{said} {} {}", t!(form.rule.within), length_words(time));
    }
    if test.since.is_some() {
        said = format!("{said} {}", t!(form.rule.since));
    }
    if let Some(value) = &test.distinct {
        said = format!("{said}, {} {}", t!(form.rule.once_per), value.replace('_', " "));
    }
    if let Some(latest) = test.latest.as_ref().and_then(|latest| say(latest, true)) {
        said = format!("{said}: {latest}");
    }
    match test.filter.as_ref().and_then(|filter| say(filter, true)) {
        Some(which) => format!("{said} ({which})"),
        None => said,
    }
}

fn limits(bound: &Bound) -> String {
    let all = [("eq", bound.eq), ("gte", bound.gte), ("gt", bound.gt), ("lte", bound.lte), ("lt", bound.lt)];
    let said: Vec<String> = all.iter().filter_map(|(name, n)| n.map(|n| format!("{} {}", bound_words(name), format::number(n)))).collect();
    said.join(&format!(" {} ", t!(form.rule.and)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_read_as_sentences() {
        let said = |value: Json| rule_words(&value).unwrap_or_default();
        assert_eq!(said(json!({"fact": "customer.country", "is": "in", "value": ["DE", "NL"]})), "Country is one of DE, NL");
        let all = json!({"all": [{"segment": "vip"}, {"any": [{"event": "Order Completed", "count": {"gte": 2}, "within": "30d"}, {"consent": {"channel": "email"}}]}]});
        assert_eq!(said(all), "is in the segment vip and (did Order Completed at least 2 times in the last 30 day or consents to E-mail)");
        assert_eq!(
            said(json!({"event": "Order Completed", "count": {"eq": 0}, "since": "entry"})),
            "did not Order Completed since they came in"
        );
        assert_eq!(
            said(json!({"over": "event.properties.products", "where": {"fact": "item.category", "is": "eq", "value": "Shoes"}})),
            "has products (category is Shoes)"
        );
        assert_eq!(
            said(
                json!({"event": "Order Completed", "distinct": "order_id", "latest": {"fact": "event.properties.status", "is": "eq", "value": "paid"}})
            ),
            "the latest Order Completed, once per order id: status is paid"
        );
        assert_eq!(said(json!({"fact": "customer.birthday", "is": "within_next", "value": "7d"})), "Birthday is within the next 7 day");
    }

    #[test]
    fn what_is_not_written_yet_is_not_said() {
        assert_eq!(rule_words(&json!({"all": [{"fact": "", "is": "eq", "value": ""}]})), None);
        assert_eq!(rule_words(&json!({"nonsense": 1})), None);
    }
}
