//! Reading a predicate, so that a mistake is named with its place and the remedy.

use super::ast::{Aggregate, Bound, CollectionTest, FactTest, Over, Predicate};
use super::check::{MAX_DEPTH, MAX_PARTS};
use crate::issue::{FieldIssue, IssueCode};
use crate::{Json, JsonMap};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// The keys one of which every predicate has.
const FORMS: [&str; 8] = ["all", "any", "not", "fact", "event", "over", "consent", "segment"];
const FORMS_SAID: &str = "a predicate has one of all, any, not, fact, event, over, consent, segment";

/// Reads a predicate; the issue names the exact part that is wrong by a JSON pointer below `pointer`.
///
/// # Errors
/// When the JSON is not one of the documented forms, or deeper or larger than allowed.
pub fn from_json(value: &Json, pointer: &str) -> Result<Predicate, FieldIssue> {
    Reader { parts: 0 }.predicate(value, pointer, 1)
}

impl<'de> Deserialize<'de> for Predicate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = Json::deserialize(d)?;
        from_json(&value, "").map_err(|issue| {
            let place = if issue.field.is_empty() { String::new() } else { format!(" (at {})", issue.field) };
            serde::de::Error::custom(format!("{}{place}", issue.message))
        })
    }
}

struct Reader {
    parts: usize,
}

type Read<T> = Result<T, FieldIssue>;

fn wrong<T>(at: impl Into<String>, code: IssueCode, message: impl Into<String>) -> Read<T> {
    Err(FieldIssue::new(at, code, message))
}

impl Reader {
    fn predicate(&mut self, value: &Json, at: &str, depth: usize) -> Read<Predicate> {
        self.parts += 1;
        if depth > MAX_DEPTH || self.parts > MAX_PARTS {
            return wrong(
                at,
                IssueCode::TooLarge,
                format!("a predicate may be {MAX_DEPTH} deep and have {MAX_PARTS} parts: make it smaller"),
            );
        }
        let Some(map) = value.as_object() else {
            return wrong(at, IssueCode::Invalid, format!("{} is not a predicate: {FORMS_SAID}", name_of(value)));
        };
        let Some(form) = FORMS.into_iter().find(|form| map.contains_key(*form)) else {
            return match map.keys().next() {
                Some(key) => wrong(below(at, key), IssueCode::UnknownField, format!("unknown key {key:?}: {FORMS_SAID}")),
                None => wrong(at, IssueCode::Missing, format!("an empty object is not a predicate: {FORMS_SAID}")),
            };
        };
        match form {
            "all" => Ok(Predicate::All { all: self.list(map, "all", at, depth)? }),
            "any" => Ok(Predicate::Any { any: self.list(map, "any", at, depth)? }),
            "not" => {
                only(map, &["not"], at)?;
                let inner = self.predicate(&map["not"], &below(at, "not"), depth + 1)?;
                Ok(Predicate::Not { not: Box::new(inner) })
            }
            "fact" => fact(map, at).map(Predicate::Fact),
            "event" | "over" => self.collection(map, form, at, depth).map(|test| Predicate::Collection(Box::new(test))),
            "consent" => {
                only(map, &["consent"], at)?;
                let form = "write {\"channel\": \"email\", \"purpose\": \"marketing\"}";
                Ok(Predicate::Consent { consent: typed(map, "consent", at, form)? })
            }
            _ => {
                only(map, &["segment"], at)?;
                Ok(Predicate::Segment { segment: text(map, "segment", at)? })
            }
        }
    }

    fn list(&mut self, map: &JsonMap, key: &str, at: &str, depth: usize) -> Read<Vec<Predicate>> {
        only(map, &[key], at)?;
        let at = below(at, key);
        let Some(items) = map[key].as_array() else {
            return wrong(at, IssueCode::Invalid, format!("{key:?} takes a list of predicates, not {}", name_of(&map[key])));
        };
        items.iter().enumerate().map(|(i, item)| self.predicate(item, &format!("{at}/{i}"), depth + 1)).collect()
    }

    fn collection(&mut self, map: &JsonMap, form: &str, at: &str, depth: usize) -> Read<CollectionTest> {
        only(map, &[form, "where", "distinct", "count", "sum", "latest", "within", "since"], at)?;
        let mut inner = |key: &str| match present(map, key) {
            Some(inner) => Ok(Some(Box::new(self.predicate(inner, &below(at, key), depth + 1)?))),
            None => Ok(None),
        };
        let (filter, latest) = (inner("where")?, inner("latest")?);
        let name = text(map, form, at)?;
        Ok(CollectionTest {
            over: if form == "event" { Over::Events(name) } else { Over::List(name) },
            filter,
            distinct: optional(map, "distinct", at, "write the path of a value, as \"order_id\"")?,
            count: bound(map, "count", &[], at)?,
            sum: sum(map, at)?,
            latest,
            within: optional(map, "within", at, "write a duration, as \"60d\"")?,
            since: optional(map, "since", at, "the only moment is \"entry\"")?,
        })
    }
}

fn fact(map: &JsonMap, at: &str) -> Read<FactTest> {
    only(map, &["fact", "is", "value"], at)?;
    let comparisons = "write one of eq, ne, lt, lte, gt, gte, contains, not_contains, starts_with, ends_with, in, not_in, exists, missing, \
                       before, after, within_last, within_next, longer_ago_than";
    Ok(FactTest {
        fact: text(map, "fact", at)?,
        is: typed(map, "is", at, comparisons)?,
        value: map.get("value").cloned().unwrap_or_default(),
    })
}

fn sum(map: &JsonMap, at: &str) -> Read<Option<Aggregate>> {
    let Some(bound) = bound(map, "sum", &["of"], at)? else {
        return Ok(None);
    };
    // `bound` has seen that it is an object; the default stands for a case that cannot be.
    let inner = present(map, "sum").and_then(Json::as_object).cloned().unwrap_or_default();
    Ok(Some(Aggregate { of: text(&inner, "of", &below(at, "sum"))?, bound }))
}

fn bound(map: &JsonMap, key: &str, also: &[&str], at: &str) -> Read<Option<Bound>> {
    let Some(value) = present(map, key) else {
        return Ok(None);
    };
    let at = below(at, key);
    let Some(inner) = value.as_object() else {
        return wrong(at, IssueCode::Invalid, format!("{key:?} takes bounds, as {{\"gte\": 2}}, not {}", name_of(value)));
    };
    let mut legal = vec!["eq", "gte", "gt", "lte", "lt"];
    legal.extend_from_slice(also);
    only(inner, &legal, &at)?;
    let form = "write a number";
    Ok(Some(Bound {
        eq: optional(inner, "eq", &at, form)?,
        gte: optional(inner, "gte", &at, form)?,
        gt: optional(inner, "gt", &at, form)?,
        lte: optional(inner, "lte", &at, form)?,
        lt: optional(inner, "lt", &at, form)?,
    }))
}

/// Refuses a key that is not in `legal`.
fn only(map: &JsonMap, legal: &[&str], at: &str) -> Read<()> {
    match map.keys().find(|key| !legal.contains(&key.as_str())) {
        Some(key) => {
            let form = legal.first().copied().unwrap_or_default();
            let legal = legal.join(", ");
            wrong(below(at, key), IssueCode::UnknownField, format!("unknown key {key:?} beside {form:?}: the keys here are {legal}"))
        }
        None => Ok(()),
    }
}

fn present<'j>(map: &'j JsonMap, key: &str) -> Option<&'j Json> {
    map.get(key).filter(|value| !value.is_null())
}

fn text(map: &JsonMap, key: &str, at: &str) -> Read<String> {
    typed(map, key, at, "write text")
}

fn typed<T: DeserializeOwned>(map: &JsonMap, key: &str, at: &str, remedy: &str) -> Read<T> {
    match optional(map, key, at, remedy)? {
        Some(value) => Ok(value),
        None => wrong(below(at, key), IssueCode::Missing, format!("the key {key:?} is missing: {remedy}")),
    }
}

fn optional<T: DeserializeOwned>(map: &JsonMap, key: &str, at: &str, remedy: &str) -> Read<Option<T>> {
    let Some(value) = present(map, key) else {
        return Ok(None);
    };
    match T::deserialize(value) {
        Ok(read) => Ok(Some(read)),
        Err(_) => wrong(below(at, key), IssueCode::Invalid, format!("{} is not right for {key:?}: {remedy}", name_of(value))),
    }
}

/// The pointer of `key` below `at`, escaped as RFC 6901 wants it.
fn below(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn name_of(value: &Json) -> String {
    match value {
        Json::Null => "null".into(),
        Json::Array(_) => "a list".into(),
        Json::Object(_) => "an object".into(),
        Json::String(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_the_documented_forms_and_writes_them_back() {
        for form in [
            json!({"all": []}),
            json!({"any": [{"segment": "vip"}, {"not": {"segment": "lost"}}]}),
            json!({"fact": "customer.country", "is": "eq", "value": "DE"}),
            json!({"fact": "customer.traits.plan", "is": "in", "value": ["pro", "team"]}),
            json!({"fact": "customer.email", "is": "exists"}),
            json!({"event": "Order Completed", "count": {"gte": 2.0}, "within": "8w4d"}),
            json!({"event": "Order Completed", "count": {"eq": 0.0}, "since": "entry"}),
            json!({"event": "Order Completed", "where": {"fact": "event.properties.total", "is": "gt", "value": 5}, "sum": {"of": "total", "gte": 100.0}, "within": "12h"}),
            json!({"event": "Order Completed", "distinct": "order_id", "count": {"gte": 2.0}}),
            json!({"event": "Order Completed", "latest": {"fact": "event.properties.status", "is": "eq", "value": "paid"}}),
            json!({"over": "event.properties.products", "where": {"fact": "item.category", "is": "eq", "value": "Shoes"}, "sum": {"of": "price", "gt": 50.0}}),
            json!({"consent": {"channel": "email", "purpose": "marketing"}}),
        ] {
            let read = from_json(&form, "").unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), form);
            assert_eq!(serde_json::from_value::<Predicate>(form).unwrap(), read);
        }
        assert_eq!(
            from_json(&json!({"consent": {"channel": "sms"}}), "").unwrap(),
            from_json(&json!({"consent": {"channel": "sms", "purpose": "marketing"}}), "").unwrap()
        );
    }

    #[test]
    fn names_the_bad_part_and_its_place() {
        use IssueCode as C;
        for (bad, place, code, says) in [
            (
                json!({"evnt": "x"}),
                "/p/evnt",
                C::UnknownField,
                "unknown key \"evnt\": a predicate has one of all, any, not, fact, event, over, consent, segment",
            ),
            (json!({"all": [{"segment": "a"}, {"segmnt": "b"}]}), "/p/all/1/segmnt", C::UnknownField, "segmnt"),
            (json!({"not": {"fact": "now", "is": "equals"}}), "/p/not/is", C::Invalid, "\"equals\" is not right for \"is\""),
            (json!({"fact": "now"}), "/p/is", C::Missing, "\"is\" is missing"),
            (json!({"fact": "now", "is": "exists", "a/b": 1}), "/p/a~1b", C::UnknownField, "a/b"),
            (json!({"event": "X", "count": 2}), "/p/count", C::Invalid, "takes bounds"),
            (json!({"event": "X", "count": {"min": 2}}), "/p/count/min", C::UnknownField, "eq, gte"),
            (json!({"event": "X", "sum": {"gte": 2}}), "/p/sum/of", C::Missing, "of"),
            (json!({"event": "X", "within": "60"}), "/p/within", C::Invalid, "duration"),
            (json!({"event": "X", "since": "noon"}), "/p/since", C::Invalid, "entry"),
            (json!({"event": "X", "where": {"any": 5}}), "/p/where/any", C::Invalid, "list"),
            (json!({"consent": "email"}), "/p/consent", C::Invalid, "channel"),
            (json!({}), "/p", C::Missing, "empty object"),
            (json!("vip"), "/p", C::Invalid, "\"vip\" is not a predicate"),
            (json!({"all": [], "any": []}), "/p/any", C::UnknownField, "any"),
        ] {
            let issue = from_json(&bad, "/p").unwrap_err();
            assert_eq!((issue.field.as_str(), issue.code), (place, code), "{bad}");
            assert!(issue.message.contains(says), "{bad}: {}", issue.message);
        }
        let said = serde_json::from_value::<Predicate>(json!({"not": {"evnt": 1}})).unwrap_err().to_string();
        assert!(said.contains("evnt") && said.contains("/not/evnt"), "{said}");
    }

    #[test]
    fn depth_and_size_have_an_end() {
        let mut deep = json!({"all": []});
        for _ in 0..MAX_DEPTH {
            deep = json!({"not": deep});
        }
        assert_eq!(from_json(&deep, "").unwrap_err().code, IssueCode::TooLarge);
        let wide = json!({"any": vec![json!({"segment": "x"}); MAX_PARTS]});
        assert_eq!(from_json(&wide, "").unwrap_err().code, IssueCode::TooLarge);
        let fits = json!({"any": vec![json!({"segment": "x"}); MAX_PARTS - 1]});
        assert!(from_json(&fits, "").is_ok());
    }
}
