//! What the engine decided, as it is told: the English sentence, and the same as data beside it.

use serde::Serialize;
use tradewind_nodes::why::Why;
use tradewind_nodes::{Json, JsonMap};

/// Why something was decided.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Reason {
    /// The rule that decided, in English: `event.properties.value is 62, at least 50`.
    pub rule: String,
    /// The same as data, for those who say it in words of their own: one tag with what it saw, as
    /// `{"is":{"path":"event.properties.value","value":62,"against":{"at_least":50}}}`; a tag alone where there is nothing more to say,
    /// as `"paused"`; `{"rule":…}` where the words are somebody else's, as a mail server's.
    pub said: Why,
    /// The values seen, by the path of the fact.
    #[serde(skip_serializing_if = "JsonMap::is_empty")]
    pub seen: JsonMap,
}

impl From<Why> for Reason {
    fn from(why: Why) -> Self {
        Self { rule: why.to_string(), seen: why.seen(), said: why }
    }
}

/// The reason inside the result of a delivery: the problem of a failure, the rule of a suppression.
#[must_use]
pub fn reason(result: &Json) -> Option<Why> {
    let problem = result.get("problem").and_then(|problem| problem.get("message").or(Some(problem))).and_then(Json::as_str);
    problem.map(Why::words).or_else(|| serde_json::from_value(result.get("why")?.clone()).ok())
}

/// The result of a delivery as the API gives it: its reason told like every other.
#[must_use]
pub fn told(mut result: Json) -> Json {
    if let Some(why) = result.get_mut("why")
        && let Ok(read) = serde_json::from_value::<Why>(why.clone())
    {
        *why = serde_json::to_value(Reason::from(read)).unwrap_or_default();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn results_give_their_reason() {
        let words = |result: Json| reason(&result).map(|why| why.to_string());
        assert_eq!(words(json!({"type": "suppressed", "why": "paused"})).as_deref(), Some("the journey was paused"));
        assert_eq!(words(json!({"type": "suppressed", "why": {"rule": "no consent"}})).as_deref(), Some("no consent"));
        assert_eq!(words(json!({"type": "failed", "problem": {"code": "smtp", "message": "refused"}})).as_deref(), Some("refused"));
        assert_eq!(words(json!({"problem": {"code": "smtp", "message": "later"}})).as_deref(), Some("later"));
        assert_eq!(words(json!({"type": "done", "output": {}})), None);
    }

    #[test]
    fn a_reason_is_told_in_english_and_as_data() {
        let stored = json!({"type": "suppressed", "why": {"too_late": "2026-11-23T09:00:00Z"}});
        let why = json!({
            "rule": "too late: it was of use until 2026-11-23T09:00:00Z",
            "said": {"too_late": "2026-11-23T09:00:00Z"},
            "seen": {"not_after": "2026-11-23T09:00:00Z"},
        });
        assert_eq!(told(stored), json!({"type": "suppressed", "why": why}));
        let old = json!({"type": "suppressed", "why": {"rule": "no consent"}});
        assert_eq!(told(old)["why"]["rule"], "no consent");
    }
}
