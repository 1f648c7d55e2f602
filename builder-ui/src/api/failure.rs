//! Why a call did not succeed, and saying so.

use crate::i18n::keys;
use crate::t;
use serde::Deserialize;

/// One thing wrong with what was sent.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct FieldError {
    /// What is wrong, in the server's words.
    pub detail: String,
    /// Where: a JSON pointer into the body.
    #[serde(default)]
    pub pointer: String,
    /// A stable name.
    #[serde(default)]
    pub code: String,
    /// The node of the journey it is about.
    #[serde(default)]
    pub node: Option<String>,
}

/// A problem document (RFC 9457), the body of every error of the API.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// A stable name.
    pub code: String,
    /// What happened, in the server's words.
    pub detail: String,
    /// What is wrong, field by field.
    #[serde(default)]
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// What is wrong with the field at a JSON pointer.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.pointer == pointer)
    }
}

/// Why a call did not succeed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// No answer, however often it was tried.
    Unreachable,
    /// There is no session any more.
    SignedOut,
    /// The server refused, and says why.
    Refused(Box<Problem>),
    /// The answer is none that this builder understands: the server is of another version.
    Unreadable,
}

impl Failure {
    /// The problem document, when there is one.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        if let Self::Refused(problem) = self { Some(problem) } else { None }
    }

    /// Whether the server refused for this reason.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.problem().is_some_and(|problem| problem.code == code)
    }

    /// The failure in the user's language: what happened and what to do.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Unreachable => t!(problems.unreachable),
            Self::SignedOut => t!(problems.signed_out),
            Self::Unreadable => t!(problems.unreadable),
            // What has no words of its own is better said in English than not.
            Self::Refused(problem) => {
                keys::find(&format!("problems.code.{}", problem.code)).map_or_else(|| problem.detail.clone(), crate::i18n::Text::get)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str) -> Failure {
        let body = format!(
            r#"{{"status": 400, "code": "{code}", "detail": "in English", "errors": [{{"detail": "is needed", "pointer": "/name"}}]}}"#
        );
        Failure::Refused(serde_json::from_str(&body).unwrap())
    }

    #[test]
    fn a_known_problem_has_words_and_an_unknown_keeps_the_servers() {
        assert_eq!(refused("stale").words(), t!(problems.code.stale));
        assert_eq!(refused("never_heard_of").words(), "in English");
        assert_eq!(refused("x").problem().unwrap().at("/name").unwrap().detail, "is needed");
    }
}
