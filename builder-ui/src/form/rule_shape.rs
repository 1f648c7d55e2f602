//! The shapes of a condition as JSON: groups, tests, and what is written when one is chosen. Pure.

use super::facts::Sort;
use serde_json::json;
use tradewind_nodes::predicate::{Over, Predicate};
use tradewind_nodes::time::Duration;
use tradewind_nodes::{Json, JsonMap};

/// How the parts of a group belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Every one holds.
    All,
    /// At least one holds.
    Any,
    /// None holds.
    None,
    /// There is one part, and no group round it.
    Single,
}

impl Mode {
    /// Where its parts are, below the group.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::None => "not/any",
            Self::Single => "",
        }
    }

    /// The mode with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "any" => Self::Any,
            "none" => Self::None,
            _ => Self::All,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::None => "none",
            Self::All | Self::Single => "all",
        }
    }
}

fn list<'j>(value: &'j Json, key: &str) -> Option<&'j Vec<Json>> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get(key)?.as_array()
}

/// A condition as a group and its parts.
#[must_use]
pub fn parts(value: Option<&Json>) -> (Mode, Vec<Json>) {
    let Some(value) = value else { return (Mode::All, Vec::new()) };
    if let Some(all) = list(value, "all") {
        return (Mode::All, all.clone());
    }
    if let Some(any) = list(value, "any") {
        return (Mode::Any, any.clone());
    }
    let inner = value.as_object().filter(|map| map.len() == 1).and_then(|map| map.get("not"));
    match inner.and_then(|inner| list(inner, "any")) {
        Some(none) => (Mode::None, none.clone()),
        None => (Mode::Single, vec![value.clone()]),
    }
}

/// The condition of a group; none when it has no parts, for an empty group says nothing anybody would want.
#[must_use]
pub fn whole(mode: Mode, mut parts: Vec<Json>) -> Option<Json> {
    match mode {
        _ if parts.is_empty() => None,
        Mode::Single if parts.len() == 1 => parts.pop(),
        Mode::All | Mode::Single => Some(json!({ "all": parts })),
        Mode::Any => Some(json!({ "any": parts })),
        Mode::None => Some(json!({ "not": { "any": parts } })),
    }
}

/// What a part of a condition is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Form {
    Group,
    Not,
    Fact,
    Event,
    List,
    Consent,
    Segment,
    Strange,
}

/// What a part is about.
#[must_use]
pub fn form_of(value: Option<&Json>) -> Form {
    let Some(map) = value.and_then(Json::as_object) else { return Form::Strange };
    let has = |key: &str| map.contains_key(key);
    match parts(value).0 {
        Mode::All | Mode::Any | Mode::None => Form::Group,
        Mode::Single if has("not") => Form::Not,
        Mode::Single if has("fact") => Form::Fact,
        Mode::Single if has("event") => Form::Event,
        Mode::Single if has("over") => Form::List,
        Mode::Single if has("consent") => Form::Consent,
        Mode::Single if has("segment") => Form::Segment,
        Mode::Single => Form::Strange,
    }
}

/// What a new part begins with.
#[must_use]
pub fn fresh(form: Form) -> Json {
    match form {
        Form::Event => json!({"event": ""}),
        Form::List => json!({"over": ""}),
        Form::Consent => json!({"consent": {"channel": "email", "purpose": "marketing"}}),
        Form::Segment => json!({"segment": ""}),
        Form::Group => json!({"any": [{"fact": "", "is": "eq", "value": ""}]}),
        Form::Fact | Form::Not | Form::Strange => json!({"fact": "", "is": "eq", "value": ""}),
    }
}

/// The comparisons that fit a sort of values, the likeliest first.
#[must_use]
pub fn comparisons(sort: Sort) -> &'static [&'static str] {
    match sort {
        Sort::Text => &["eq", "ne", "contains", "not_contains", "starts_with", "ends_with", "in", "not_in", "exists", "missing"],
        Sort::Number => &["eq", "ne", "gte", "gt", "lte", "lt", "in", "not_in", "exists", "missing"],
        Sort::Truth => &["eq", "exists", "missing"],
        Sort::Time => &["within_last", "within_next", "longer_ago_than", "before", "after", "exists", "missing"],
        Sort::List => &["contains", "not_contains", "exists", "missing"],
        Sort::Any => &[
            "eq",
            "ne",
            "gte",
            "gt",
            "lte",
            "lt",
            "contains",
            "not_contains",
            "starts_with",
            "ends_with",
            "in",
            "not_in",
            "within_last",
            "within_next",
            "longer_ago_than",
            "before",
            "after",
            "exists",
            "missing",
        ],
    }
}

/// What a comparison is made with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Against {
    Nothing,
    Length,
    Instant,
    List,
    Number,
    Truth,
    Text,
}

/// What a comparison of a sort of values is made with; `value` is what is there, whose type is kept.
#[must_use]
pub fn against(comparison: &str, sort: Sort, value: Option<&Json>) -> Against {
    match (comparison, sort) {
        ("exists" | "missing", _) => Against::Nothing,
        ("within_last" | "within_next" | "longer_ago_than", _) => Against::Length,
        ("before" | "after", _) => Against::Instant,
        ("in" | "not_in", _) => Against::List,
        ("gte" | "gt" | "lte" | "lt", _) | (_, Sort::Number) => Against::Number,
        (_, Sort::Truth) => Against::Truth,
        _ if value.is_some_and(Json::is_number) => Against::Number,
        _ if value.is_some_and(Json::is_boolean) => Against::Truth,
        _ => Against::Text,
    }
}

/// A test of a fact with another comparison: its value is kept where it still means something.
#[must_use]
pub fn compared(test: &JsonMap, comparison: &str, sort: Sort) -> Json {
    let old = test.get("value");
    let scalar = || match old {
        Some(Json::Array(items)) => items.first().cloned(),
        other => other.cloned(),
    };
    let value = match against(comparison, sort, old) {
        Against::Nothing => None,
        Against::Length => {
            Some(old.filter(|value| value.as_str().and_then(Duration::parse).is_some()).cloned().unwrap_or_else(|| "30d".into()))
        }
        Against::Instant => Some("now".into()),
        Against::List => match scalar() {
            Some(Json::String(text)) if text.is_empty() => Some(json!([])),
            _ if old.is_some_and(Json::is_array) => old.cloned(),
            scalar => Some(Json::Array(scalar.into_iter().collect())),
        },
        Against::Number => scalar().filter(Json::is_number),
        Against::Truth => Some(scalar().filter(Json::is_boolean).unwrap_or(true.into())),
        Against::Text => Some(scalar().filter(Json::is_string).unwrap_or_else(|| "".into())),
    };
    let mut test = test.clone();
    test.insert("is".to_owned(), comparison.into());
    match value {
        Some(value) => drop(test.insert("value".to_owned(), value)),
        None => drop(test.shift_remove("value")),
    }
    Json::Object(test)
}

/// A list as people type it; none when it holds what cannot be typed so.
#[must_use]
pub fn as_commas(value: Option<&Json>) -> Option<String> {
    let items = match value {
        None | Some(Json::Null) => return Some(String::new()),
        Some(Json::Array(items)) => items,
        Some(_) => return None,
    };
    let text = |item: &Json| match item {
        Json::String(text) if !text.contains(',') && text.trim() == text && !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Some(items.iter().map(text).collect::<Option<Vec<_>>>()?.join(", "))
}

/// The list of what was typed; numbers where numbers are compared.
#[must_use]
pub fn of_commas(text: &str, numbers: bool) -> Json {
    let one = |part: &str| {
        let number = numbers.then(|| serde_json::from_str::<serde_json::Number>(part).ok()).flatten();
        number.map_or_else(|| part.into(), Json::Number)
    };
    Json::Array(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(one).collect())
}

/// Whether a condition is about people alone, so that they can be counted by it without a run or an event.
#[must_use]
pub fn is_about_people(p: &Predicate) -> bool {
    let fact = |path: &str| path.starts_with("customer.") || path == "now";
    match p {
        Predicate::All { all: parts } | Predicate::Any { any: parts } => parts.iter().all(is_about_people),
        Predicate::Not { not } => is_about_people(not),
        Predicate::Fact(test) => fact(&test.fact),
        // Inside, `event.…` is the event that is counted.
        Predicate::Collection(test) => match &test.over {
            Over::Events(name) => test.since.is_none() && !name.is_empty(),
            Over::List(path) => fact(path),
        },
        Predicate::Consent { .. } => true,
        Predicate::Segment { segment } => !segment.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_nodes::predicate::from_json;

    #[test]
    fn groups_are_taken_apart_and_put_together_again() {
        for value in [
            json!({"all": [{"segment": "a"}]}),
            json!({"any": [{"segment": "a"}, {"segment": "b"}]}),
            json!({"not": {"any": [{"segment": "a"}]}}),
            json!({"segment": "a"}),
        ] {
            let (mode, items) = parts(Some(&value));
            assert_eq!(whole(mode, items), Some(value));
        }
        assert_eq!(parts(None), (Mode::All, Vec::new()));
        assert_eq!(whole(Mode::Any, Vec::new()), None);
        assert_eq!(whole(Mode::Single, vec![json!(1), json!(2)]), Some(json!({"all": [1, 2]})));
    }

    #[test]
    fn a_comparison_keeps_what_still_means_something() {
        let test = |value: Json| json!({"fact": "customer.country", "is": "eq", "value": value}).as_object().unwrap().clone();
        assert_eq!(compared(&test(json!("DE")), "in", Sort::Text)["value"], json!(["DE"]));
        assert_eq!(compared(&test(json!(["DE", "NL"])), "eq", Sort::Text)["value"], json!("DE"));
        assert_eq!(compared(&test(json!("DE")), "exists", Sort::Text).get("value"), None);
        assert_eq!(compared(&test(json!("DE")), "within_last", Sort::Time)["value"], json!("30d"));
        assert_eq!(compared(&test(json!("7d")), "longer_ago_than", Sort::Time)["value"], json!("7d"));
    }

    #[test]
    fn lists_are_typed_with_commas_where_nothing_is_lost() {
        assert_eq!(as_commas(Some(&json!(["DE", 7]))).as_deref(), Some("DE, 7"));
        assert_eq!(as_commas(Some(&json!(["Bonn, Rhein"]))), None);
        assert_eq!(of_commas(" DE ,, NL", false), json!(["DE", "NL"]));
        assert_eq!(of_commas("1, 2.5, x", true), json!([1, 2.5, "x"]));
    }

    #[test]
    fn what_needs_a_run_is_not_counted_by() {
        let about = |value: Json| is_about_people(&from_json(&value, "").unwrap());
        assert!(about(json!({"all": [{"segment": "vip"}, {"event": "Order Completed", "within": "30d"}]})));
        assert!(!about(json!({"fact": "event.properties.total", "is": "gt", "value": 1})));
        assert!(!about(json!({"event": "Order Completed", "since": "entry"})));
        assert!(about(json!({"over": "customer.tags"})) && !about(json!({"over": "event.properties.products"})));
    }

    #[test]
    fn every_new_part_reads_but_for_what_is_empty() {
        for form in [Form::Fact, Form::Event, Form::List, Form::Consent, Form::Segment, Form::Group] {
            assert_eq!(form_of(Some(&fresh(form))), form);
            assert!(from_json(&fresh(form), "").is_ok(), "{form:?}");
        }
    }
}
