//! The headers of a request: which a node may set, and what they come out as.

use super::rendered;
use crate::JsonMap;
use crate::fact::{FactScope, Facts};
use crate::issue::{FieldIssue, IssueCode, Problem};
use std::collections::BTreeMap;

/// Headers that the connector sets itself: another value would break the framing or the promise that a key stays the same.
const OURS: [&str; 10] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "te",
    "upgrade",
    "idempotency-key",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// The headers rendered, names in lower case. One whose fact is missing is left out.
pub(super) fn render(source: &JsonMap, json: bool, facts: &Facts<'_>) -> Result<BTreeMap<String, String>, Problem> {
    let mut headers = BTreeMap::new();
    if json {
        headers.insert("content-type".to_owned(), "application/json".to_owned());
    }
    let (rendered, _) = rendered::map(source, facts, "/headers")?;
    for (name, value) in rendered {
        let text = value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
        // A line break would begin another header.
        if text.chars().any(char::is_control) {
            let message = format!("the header {name} has a line break or control character in its value: correct the facts in it");
            return Err(Problem::new("http.header", message).in_field(&format!("/headers/{name}")));
        }
        headers.insert(name.to_ascii_lowercase(), text);
    }
    Ok(headers)
}

/// Everything wrong with the names and the templates of the headers.
pub(super) fn check(source: &JsonMap, scope: &FactScope) -> Vec<FieldIssue> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let issue = |name: &str, message| FieldIssue::new(format!("/headers/{name}"), IssueCode::Invalid, message);
    let wrong = |name: &String| {
        if OURS.contains(&name.to_ascii_lowercase().as_str()) {
            Some(issue(name, format!("the header {name} is set by Tradewind itself: remove it")))
        } else if name.is_empty() || !name.chars().all(token) {
            Some(issue(name, format!("{name:?} is not a name of a header: use letters, digits and '-'")))
        } else {
            None
        }
    };
    let mut issues: Vec<_> = source.keys().filter_map(wrong).collect();
    issues.extend(rendered::check_map(source, scope, "/headers"));
    issues
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::Stage;
    use serde_json::json;

    #[test]
    fn names_come_out_in_lower_case_and_a_missing_fact_leaves_its_header_out() {
        let source = json!({"X-A": "{{event.name}}", "X-B": "{{event.properties.none}}", "Content-Type": "text/plain"});
        let stage = Stage::new().event("Order", json!({}));
        let made = render(source.as_object().unwrap(), true, &stage.cx().facts).unwrap();
        let made: Vec<_> = made.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(made, [("content-type", "text/plain"), ("x-a", "Order")]);
    }

    #[test]
    fn headers_of_the_connector_and_illegal_names_are_refused() {
        let source = json!({"Idempotency-Key": "x", "a b": "c", "ok": "d"});
        let fields: Vec<_> = check(source.as_object().unwrap(), &FactScope::default()).into_iter().map(|i| i.field).collect();
        assert_eq!(fields, ["/headers/Idempotency-Key", "/headers/a b"]);
    }
}
