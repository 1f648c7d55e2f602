//! Compares a configuration with a kind's field list, so that every missing, unknown or mistyped field is told at once and at its own
//! place; serde would stop at the first and name none.

use super::nearest::nearest;
use crate::field::{Field, FieldType};
use crate::issue::{FieldIssue, IssueCode};
use crate::time::{Duration, LocalTime, Weekday, Zone};
use crate::{Json, JsonMap, predicate};

/// The configuration without its nulls: a form sends null for a field somebody emptied.
pub(super) fn filled(config: &JsonMap) -> JsonMap {
    config.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Everything in `config` that the fields of `kind` do not allow.
pub(super) fn check(kind: &str, fields: &[Field], config: &JsonMap) -> Vec<FieldIssue> {
    let mut issues = Vec::new();
    for key in config.keys().filter(|key| fields.iter().all(|f| f.name != **key)) {
        let remedy = match nearest(key, fields.iter().map(|f| f.name.as_str())) {
            Some(name) => format!("did you mean {name}?"),
            None if fields.is_empty() => "it takes none, so remove it".to_owned(),
            None => format!("it has {}", fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ")),
        };
        issues.push(FieldIssue::new(
            format!("/{}", escaped(key)),
            IssueCode::UnknownField,
            format!("{kind} has no field {key:?}: {remedy}"),
        ));
    }
    for field in fields {
        let pointer = format!("/{}", field.name);
        match config.get(&field.name) {
            Some(value) if !(value.is_null() || field.required && empty(value)) => one(&field.ty, value, &pointer, &mut issues),
            _ if field.required => {
                let message = format!("{} of {kind} must be filled: {}", field.name, expected(&field.ty));
                issues.push(FieldIssue::new(pointer, IssueCode::Missing, message));
            }
            _ => {}
        }
    }
    issues
}

fn empty(value: &Json) -> bool {
    match value {
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// A key as a part of a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What a field of this type wants, as a remedy.
fn expected(ty: &FieldType) -> String {
    match ty {
        FieldType::Text | FieldType::Segment | FieldType::Journey => "write text".to_owned(),
        FieldType::Template { .. } => "write text, with {{facts}} where they belong".to_owned(),
        FieldType::Integer { min, max } => format!("write a whole number from {min} to {max}"),
        FieldType::Number => "write a number".to_owned(),
        FieldType::Boolean => "write true or false".to_owned(),
        FieldType::Choice { options } => format!("write one of {}", options.join(", ")),
        FieldType::Duration => "write a duration, as 1h30m, 2d or 45s".to_owned(),
        FieldType::LocalTime => "write a time of day, as 09:30".to_owned(),
        FieldType::Weekdays => "write a list of mon, tue, wed, thu, fri, sat, sun".to_owned(),
        FieldType::Zone => "write the IANA name of a time zone, as Europe/Berlin".to_owned(),
        FieldType::Cron => "write a cron expression of five fields, as 0 9 * * 1".to_owned(),
        FieldType::EventName { many: false } => "write the name of an event".to_owned(),
        FieldType::EventName { many: true } => "write a list of names of events, as [\"Order Completed\"]".to_owned(),
        FieldType::Fact => "write the path of a fact, as customer.birthday".to_owned(),
        FieldType::Predicate => "write a predicate, as {\"fact\": \"customer.country\", \"is\": \"eq\", \"value\": \"DE\"}".to_owned(),
        FieldType::Cases => "write a list of ways, each {\"port\": …, \"when\": predicate}".to_owned(),
        FieldType::Weights => "write a list of ways, each {\"port\": …, \"weight\": number}".to_owned(),
        FieldType::KeyValue => "write names with a value each, as {\"plan\": \"pro\"}".to_owned(),
        FieldType::Texts => "write a list of texts".to_owned(),
        FieldType::Script => "write a Rhai script".to_owned(),
        FieldType::Json => "write JSON".to_owned(),
    }
}

fn one(ty: &FieldType, value: &Json, pointer: &str, issues: &mut Vec<FieldIssue>) {
    let text = value.as_str();
    let fits = match ty {
        FieldType::Predicate => return issues.extend(predicate::from_json(value, pointer).err()),
        FieldType::Cases => return ways(value, pointer, ("when", &FieldType::Predicate), &[("label", &FieldType::Text)], issues),
        FieldType::Weights => return ways(value, pointer, ("weight", &FieldType::Number), &[], issues),
        FieldType::EventName { many: true } => return each(value, ty, &FieldType::EventName { many: false }, pointer, issues),
        FieldType::Texts => return each(value, ty, &FieldType::Text, pointer, issues),
        FieldType::Text
        | FieldType::Template { .. }
        | FieldType::Script
        | FieldType::Cron
        | FieldType::Fact
        | FieldType::Segment
        | FieldType::Journey => text.is_some(),
        FieldType::EventName { many: false } => text.is_some_and(|t| !t.trim().is_empty()),
        FieldType::Integer { min, max } => value.as_i64().is_some_and(|n| (*min..=*max).contains(&n)),
        FieldType::Number => value.is_number(),
        FieldType::Boolean => value.is_boolean(),
        FieldType::Choice { options } => text.is_some_and(|t| options.iter().any(|o| o == t)),
        FieldType::Duration => text.is_some_and(|t| Duration::parse(t).is_some()),
        FieldType::LocalTime => serde_json::from_value::<LocalTime>(value.clone()).is_ok(),
        FieldType::Weekdays => serde_json::from_value::<Vec<Weekday>>(value.clone()).is_ok(),
        FieldType::Zone => text.is_some_and(|t| Zone::named(t).is_some()),
        FieldType::KeyValue => value.is_object(),
        FieldType::Json => true,
    };
    if !fits {
        issues.push(mistyped(ty, value, pointer));
    }
}

fn mistyped(ty: &FieldType, value: &Json, pointer: &str) -> FieldIssue {
    let mut seen: String = value.to_string().chars().take(60).collect();
    if seen.is_empty() {
        seen.push_str("nothing");
    }
    FieldIssue::new(pointer, IssueCode::Invalid, format!("{} cannot be {seen}: {}", &pointer[1..], expected(ty)))
}

fn each(value: &Json, list: &FieldType, item: &FieldType, pointer: &str, issues: &mut Vec<FieldIssue>) {
    let Some(items) = value.as_array() else { return issues.push(mistyped(list, value, pointer)) };
    for (i, value) in items.iter().enumerate() {
        one(item, value, &format!("{pointer}/{i}"), issues);
    }
}

/// A list of `{port, <decider>, …}`.
fn ways(value: &Json, pointer: &str, decider: (&str, &FieldType), more: &[(&str, &FieldType)], issues: &mut Vec<FieldIssue>) {
    let whole = if decider.0 == "when" { &FieldType::Cases } else { &FieldType::Weights };
    let Some(items) = value.as_array() else { return issues.push(mistyped(whole, value, pointer)) };
    let mut fields = vec![Field::new("port", "", FieldType::Text).required(), Field::new(decider.0, "", decider.1.clone()).required()];
    fields.extend(more.iter().map(|(name, ty)| Field::new(name, "", (*ty).clone())));
    for (i, item) in items.iter().enumerate() {
        let pointer = format!("{pointer}/{i}");
        match item {
            Json::Object(map) => issues.extend(check("a way", &fields, map).into_iter().map(|issue| issue.under(&pointer))),
            other => issues.push(mistyped(whole, other, &pointer)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(ty: FieldType, value: Json) -> Vec<FieldIssue> {
        let mut issues = Vec::new();
        one(&ty, &value, "/x", &mut issues);
        issues
    }

    #[test]
    fn every_field_speaks_for_itself() {
        let fields = [Field::new("duration", "", FieldType::Duration).required(), Field::new("zone", "", FieldType::Zone)];
        let config = json!({"durration": "1d", "zone": "Mars/Base", "a/b": 1});
        let issues = check("delay.for", &fields, config.as_object().unwrap());
        let told: Vec<_> = issues.iter().map(|i| (i.field.as_str(), i.code)).collect();
        let expected = [
            ("/durration", IssueCode::UnknownField),
            ("/a~1b", IssueCode::UnknownField),
            ("/duration", IssueCode::Missing),
            ("/zone", IssueCode::Invalid),
        ];
        assert_eq!(told, expected);
        assert!(issues[0].message.contains("did you mean duration?"), "{}", issues[0].message);
    }

    #[test]
    fn a_null_is_an_emptied_field() {
        let fields = [Field::new("a", "", FieldType::Text), Field::new("b", "", FieldType::Text).required()];
        let config = json!({"a": null, "b": null});
        assert_eq!(check("k", &fields, config.as_object().unwrap()).len(), 1);
        assert!(filled(config.as_object().unwrap()).is_empty());
    }

    #[test]
    fn each_type_refuses_another() {
        for (ty, bad) in [
            (FieldType::Text, json!(1)),
            (FieldType::Integer { min: 1, max: 3 }, json!(4)),
            (FieldType::Integer { min: 1, max: 3 }, json!(1.5)),
            (FieldType::Number, json!("1")),
            (FieldType::Boolean, json!("yes")),
            (FieldType::Choice { options: vec!["a".into()] }, json!("b")),
            (FieldType::Duration, json!("5")),
            (FieldType::LocalTime, json!("25:00")),
            (FieldType::Weekdays, json!(["monday"])),
            (FieldType::EventName { many: true }, json!("Order Completed")),
            (FieldType::EventName { many: false }, json!(" ")),
            (FieldType::KeyValue, json!([])),
            (FieldType::Texts, json!("a")),
            (FieldType::Cases, json!({})),
        ] {
            assert_eq!(wrong(ty.clone(), bad.clone()).len(), 1, "{ty:?} {bad}");
        }
    }

    #[test]
    fn a_way_is_pointed_at_by_its_number() {
        let issues = wrong(FieldType::Weights, json!([{"port": "a", "weight": 1}, {"port": "b", "wieght": 1}, 3]));
        let fields: Vec<_> = issues.iter().map(|i| i.field.as_str()).collect();
        assert_eq!(fields, ["/x/1/wieght", "/x/1/weight", "/x/2"]);
        assert_eq!(wrong(FieldType::Texts, json!(["a", 2]))[0].field, "/x/1");
    }
}
