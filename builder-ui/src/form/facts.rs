//! The facts a step may read, in the marketer's words: `customer.first_name` is "First name".

use tradewind_nodes::Json;
use tradewind_nodes::fact::{FAMILIES, FactType, Family, Shape};
use tradewind_nodes::time::Timestamp;

/// What sort of value a fact has, as far as is known: it decides what it can be compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// Not known.
    #[default]
    Any,
    /// Text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Truth,
    /// A day or a moment.
    Time,
    /// A list.
    List,
}

impl Sort {
    /// The sort of a value.
    #[must_use]
    pub fn of(value: &Json) -> Self {
        match value {
            Json::Bool(_) => Self::Truth,
            Json::Number(_) => Self::Number,
            Json::Array(_) => Self::List,
            Json::String(text) if text.len() >= 10 && Timestamp::parse(text).is_some() => Self::Time,
            Json::String(_) => Self::Text,
            Json::Null | Json::Object(_) => Self::Any,
        }
    }

    /// The sort by the name the API gives it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "text" => Self::Text,
            "number" => Self::Number,
            "boolean" => Self::Truth,
            "time" => Self::Time,
            "list" => Self::List,
            _ => Self::Any,
        }
    }
}

/// A fact there is.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// Its path.
    pub path: String,
    /// The sort of its values.
    pub sort: Sort,
    /// One value it had.
    pub example: Option<Json>,
}

impl Fact {
    /// A fact with an example, which tells its sort.
    #[must_use]
    pub fn seen(path: String, example: &Json) -> Self {
        Self { path, sort: Sort::of(example), example: Some(example.clone()).filter(|value| !value.is_null()) }
    }

    /// What the example is, shortened.
    #[must_use]
    pub fn note(&self) -> String {
        let text = match &self.example {
            Some(Json::String(text)) => text.clone(),
            Some(Json::Object(_) | Json::Array(_)) | None => String::new(),
            Some(other) => other.to_string(),
        };
        match text.char_indices().nth(28) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

impl From<FactType> for Sort {
    fn from(ty: FactType) -> Self {
        match ty {
            FactType::Id | FactType::Text => Self::Text,
            FactType::Time => Self::Time,
            FactType::List => Self::List,
            FactType::Map => Self::Any,
        }
    }
}

/// The facts of a family that are always there. Ids of ours say nothing to anybody, and what is in a map only the shop knows.
fn declared(family: &'static Family) -> Vec<Fact> {
    let fact = |path: String, ty: FactType| Fact { path, sort: ty.into(), example: None };
    if let Shape::Value(ty, _) = family.shape {
        return vec![fact(family.root.to_owned(), ty)];
    }
    let offered = family.fields().iter().filter(|field| !matches!(field.ty, FactType::Id | FactType::Map));
    offered.map(|field| fact(format!("{}.{}", family.root, field.name), field.ty)).collect()
}

/// The facts every person has.
#[must_use]
pub fn of_everybody() -> Vec<Fact> {
    Family::of(PERSON).map_or_else(Vec::new, declared)
}

/// All others: those of the event, the run and the moment.
#[must_use]
pub fn of_the_run() -> Vec<Fact> {
    FAMILIES.iter().copied().filter(|family| family.root != PERSON).flat_map(declared).collect()
}

/// The root of what is known of a person.
const PERSON: &str = "customer";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_tells_its_sort() {
        assert_eq!(Sort::of(&json!("2026-11-23")), Sort::Time);
        assert_eq!(Sort::of(&json!("62.50")), Sort::Text);
        assert_eq!(Sort::of(&json!(62.5)), Sort::Number);
        assert_eq!(Fact::seen("event.properties.x".into(), &json!("a long value that is cut for the list")).note().chars().count(), 29);
    }
}
