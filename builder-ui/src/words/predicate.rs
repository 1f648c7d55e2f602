//! Conditions in few words, for a card: `country = DE, consents to email`. The form has the long ones.

use super::step::length;
use crate::i18n::{format, isolated, phrase};
use crate::t;
use tradewind_nodes::Json;
use tradewind_nodes::predicate::{self, Bound, CollectionTest, Comparison, FactTest, Over, Predicate};

/// More parts than this are only hinted at.
const MOST: usize = 3;

/// A predicate in few words; None when it cannot be read or asks nothing.
#[must_use]
pub fn predicate(value: &Json) -> Option<String> {
    predicate::from_json(value, "").ok().as_ref().and_then(say).map(|said| phrase(&said))
}

/// A fact's name without the path to it.
#[must_use]
pub fn fact(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).replace('_', " ")
}

fn say(p: &Predicate) -> Option<String> {
    match p {
        Predicate::All { all } => several(all, &t!(said.comma)),
        Predicate::Any { any } => several(any, &format!(" {} ", t!(editor.say.or))),
        Predicate::Not { not } => say(not).map(|what| t!(editor.say.not, what = what)),
        Predicate::Fact(test) => Some(say_fact(test)),
        Predicate::Collection(test) => Some(say_collection(test)),
        Predicate::Consent { consent } => Some(t!(editor.say.consents_to, channel = isolated(&consent.channel))),
        Predicate::Segment { segment } => Some(t!(editor.say.in_segment, segment = isolated(segment))),
    }
}

fn several(parts: &[Predicate], between: &str) -> Option<String> {
    // Each apart from the next: one that is written from the left would drag its neighbours along.
    let mut said: Vec<String> = parts.iter().take(MOST).filter_map(say).map(|part| phrase(&part)).collect();
    if parts.len() > MOST {
        said.push("…".to_owned());
    }
    (!said.is_empty()).then(|| said.join(between))
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => match tradewind_nodes::time::Duration::parse(text) {
            Some(time) => length(time),
            None => text.clone(),
        },
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), format::number),
        Json::Array(items) => items.iter().take(MOST).map(shown).collect::<Vec<_>>().join(", "),
        Json::Bool(true) => t!(editor.port.yes),
        Json::Bool(false) => t!(editor.port.no),
        other => other.to_string(),
    }
}

fn say_fact(test: &FactTest) -> String {
    use Comparison as C;
    let (fact, value) = (isolated(&fact(&test.fact)), isolated(&shown(&test.value)));
    let sign = match test.is {
        C::Eq => "=",
        C::Ne => "≠",
        C::Lt => "<",
        C::Lte => "≤",
        C::Gt => ">",
        C::Gte => "≥",
        C::Contains => return t!(editor.say.contains, fact = fact, value = value),
        C::NotContains => return t!(editor.say.contains_not, fact = fact, value = value),
        C::StartsWith => return t!(editor.say.starts_with, fact = fact, value = value),
        C::EndsWith => return t!(editor.say.ends_with, fact = fact, value = value),
        C::In => return t!(editor.say.one_of, fact = fact, value = value),
        C::NotIn => return t!(editor.say.none_of, fact = fact, value = value),
        C::Exists => return t!(editor.say.known, fact = fact),
        C::Missing => return t!(editor.say.unknown, fact = fact),
        C::Before => return t!(editor.say.is_before, fact = fact, value = value),
        C::After => return t!(editor.say.is_after, fact = fact, value = value),
        C::WithinLast => return t!(editor.say.within_last, fact = fact, value = value),
        C::WithinNext => return t!(editor.say.within_next, fact = fact, value = value),
        C::LongerAgoThan => return t!(editor.say.longer_ago, fact = fact, value = value),
    };
    // A comparison by its sign is written from the left everywhere.
    isolated(&format!("{fact} {sign} {value}"))
}

fn say_collection(test: &CollectionTest) -> String {
    let event = &match &test.over {
        Over::Events(name) => isolated(name),
        Over::List(path) => isolated(&fact(path)),
    };
    if let Some(latest) = test.latest.as_ref().and_then(|latest| say(latest)) {
        return t!(editor.say.latest, event = event, what = latest);
    }
    let bound = test.count.unwrap_or_default();
    let none = bound.eq == Some(0.0) || bound.lt == Some(1.0) || bound.lte == Some(0.0);
    let mut said = match (none, limit(&bound), &test.sum) {
        (true, _, _) => t!(editor.say.no_event, event = event),
        (_, _, Some(sum)) => match limit(&sum.bound) {
            Some(limit) => format!("{event}: {} {limit}", fact(&sum.of)),
            None => event.clone(),
        },
        (_, Some(limit), None) => format!("{event} {limit} ×"),
        (_, None, None) => event.clone(),
    };
    if let Some(time) = test.within {
        said = t!(editor.say.event_within, event = said, time = length(time));
    } else if test.since.is_some() {
        said = t!(editor.say.event_since, event = said);
    }
    said
}

fn limit(bound: &Bound) -> Option<String> {
    let signs = [("=", bound.eq), ("≥", bound.gte), (">", bound.gt), ("≤", bound.lte), ("<", bound.lt)];
    let said: Vec<String> = signs.iter().filter_map(|(sign, n)| n.map(|n| format!("{sign} {}", format::number(n)))).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_are_short() {
        let said = |value: Json| predicate(&value).unwrap_or_default();
        assert_eq!(said(json!({"fact": "event.properties.cart_total", "is": "gte", "value": 1300})), "cart total ≥ 1,300");
        let all = json!({"all": [{"fact": "customer.country", "is": "in", "value": ["DE", "NL"]}, {"consent": {"channel": "email"}}]});
        assert_eq!(said(all), "country one of DE, NL, consents to email");
        assert_eq!(
            said(json!({"event": "Order Completed", "count": {"eq": 0}, "since": "entry"})),
            "no Order Completed since they came in"
        );
        assert_eq!(
            said(json!({"event": "Order Completed", "count": {"gte": 2}, "within": "30d"})),
            "Order Completed ≥ 2 × in the last 30 day"
        );
        assert_eq!(said(json!({"not": {"segment": "vip"}})), "not: in vip");
        assert_eq!(said(json!({"over": "event.properties.products", "count": {"gte": 2}})), "products ≥ 2 ×");
        assert_eq!(
            said(json!({"event": "Order Completed", "latest": {"fact": "event.properties.status", "is": "eq", "value": "paid"}})),
            "latest Order Completed: status = paid"
        );
        let four: Vec<Json> = (0..4).map(|n| json!({"fact": "customer.a", "is": "eq", "value": n})).collect();
        assert!(said(json!({ "any": four })).ends_with("or …"));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        assert_eq!(predicate(&json!({"fact": 1})), None);
        assert_eq!(predicate(&json!({"all": []})), None);
    }
}
