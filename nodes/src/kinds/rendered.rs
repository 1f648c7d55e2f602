//! Values out of a configuration: JSON whose texts are templates. A text that is exactly one `{{path}}` keeps the type of the fact, so a
//! number stays a number on its way into a trait or a property.

use crate::fact::{FactScope, Facts, check_path};
use crate::issue::{FieldIssue, IssueCode, Problem};
use crate::{Json, JsonMap, template};

/// The path in a text that is exactly one `{{path}}`.
pub(super) fn lone_path(text: &str) -> Option<&str> {
    let path = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let names_fact = (path.contains('.') && !path.starts_with('.')) || path == "now";
    (names_fact && path.chars().all(legal)).then_some(path)
}

/// `value` with every text in it rendered.
pub(super) fn value(value: &Json, facts: &Facts<'_>) -> Result<Json, Problem> {
    Ok(match value {
        Json::String(text) => match lone_path(text) {
            Some(path) => match facts.get(path) {
                Some(value) => {
                    template::count_copy(&value)?;
                    value.into_owned()
                }
                None => Json::Null,
            },
            None => template::render(text, false, facts)?.into(),
        },
        Json::Array(items) => items.iter().map(|item| self::value(item, facts)).collect::<Result<Vec<_>, _>>()?.into(),
        Json::Object(map) => {
            let pairs = map.iter().map(|(key, item)| Ok((key.clone(), self::value(item, facts)?)));
            pairs.collect::<Result<JsonMap, Problem>>()?.into()
        }
        other => other.clone(),
    })
}

/// A map rendered. A name whose fact is missing is left out and listed: a missing fact must not erase what is known, only a null
/// written in the configuration may.
pub(super) fn map(map: &JsonMap, facts: &Facts<'_>, pointer: &str) -> Result<(JsonMap, Vec<String>), Problem> {
    let mut rendered = JsonMap::new();
    let mut missing = Vec::new();
    for (key, source) in map {
        match value(source, facts).map_err(|p| p.in_field(&format!("{pointer}/{key}")))? {
            Json::Null if !source.is_null() => missing.push(key.clone()),
            value => {
                rendered.insert(key.clone(), value);
            }
        }
    }
    Ok((rendered, missing))
}

/// A text rendered, without blanks around it.
pub(super) fn text(source: &str, facts: &Facts<'_>, pointer: &str) -> Result<String, Problem> {
    let rendered = template::render(source, false, facts).map_err(|p| p.in_field(pointer))?;
    Ok(rendered.trim().to_owned())
}

/// Everything wrong with the templates inside `value`.
pub(super) fn check(value: &Json, scope: &FactScope, pointer: &str) -> Vec<FieldIssue> {
    match value {
        Json::String(text) => match lone_path(text) {
            Some(path) => check_path(path, scope).map(|m| FieldIssue::new(pointer, IssueCode::UnknownFact, m)).into_iter().collect(),
            None => template::check(text, scope, pointer),
        },
        Json::Array(items) => items.iter().enumerate().flat_map(|(i, item)| check(item, scope, &format!("{pointer}/{i}"))).collect(),
        Json::Object(map) => check_map(map, scope, pointer),
        _ => Vec::new(),
    }
}

/// Everything wrong with the templates of a map.
pub(super) fn check_map(map: &JsonMap, scope: &FactScope, pointer: &str) -> Vec<FieldIssue> {
    map.iter().flat_map(|(key, item)| check(item, scope, &format!("{pointer}/{key}"))).collect()
}

/// The issue of a path that names no fact.
pub(super) fn check_fact(path: &str, scope: &FactScope, pointer: &str) -> Option<FieldIssue> {
    check_path(path, scope).map(|message| FieldIssue::new(pointer, IssueCode::UnknownFact, message))
}

/// How a step about a person ends when its run is about none.
pub(super) fn nobody(kind: &str) -> Problem {
    let message = format!("{kind} needs a customer and this run has none: start the journey with an event or call that names one");
    Problem::new("customer.none", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::Stage;
    use serde_json::json;

    #[test]
    fn a_lone_path_keeps_its_type_and_text_stays_text() {
        let stage = Stage::new().event("Order", json!({"total": 62.5, "items": ["a"]}));
        let source = json!({"n": "{{event.properties.total}}", "t": "{{event.properties.total}} EUR", "deep": ["{{ event.properties.items }}"], "b": true});
        let cx = stage.cx();
        let rendered = value(&source, &cx.facts).unwrap();
        assert_eq!(rendered, json!({"n": 62.5, "t": "62.5 EUR", "deep": [["a"]], "b": true}));
    }

    #[test]
    fn a_missing_fact_is_left_out_but_a_written_null_is_kept() {
        let stage = Stage::new();
        let source = json!({"plan": "{{customer.traits.plan}}", "old": null, "x": 1});
        let (rendered, missing) = map(source.as_object().unwrap(), &stage.cx().facts, "/traits").unwrap();
        assert_eq!((Json::Object(rendered), missing), (json!({"old": null, "x": 1}), vec!["plan".to_owned()]));
    }

    #[test]
    fn a_wrong_path_is_told_at_its_place() {
        let issues = check(&json!({"a": ["{{steps.nowhere.x}}"]}), &FactScope::default(), "/data");
        assert_eq!((issues[0].field.as_str(), issues[0].code), ("/data/a/0", IssueCode::UnknownFact));
        assert_eq!(lone_path("{{#if a.b}}"), None);
        assert_eq!(lone_path("{{{a.b}}}"), None);
    }
}
