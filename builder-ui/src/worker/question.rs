//! The questions there are. They cross from one thread to another as JSON.

use crate::editor::drafts::Check;
use crate::editor::dry_run::{Ending, Playing, Testing};
use crate::form::{MailPart, Mistake, Reading, Ticking, Trying};
use crate::pages::kinds::{Fitting, KindTesting, Manifesting};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::script::ScriptKind;

/// Something the worker can be asked.
pub trait Ask: Into<Question> {
    /// What it says.
    type Answer: Serialize + DeserializeOwned;
    /// Works it out. `kinds` are those of the workspace.
    fn answer(self, kinds: &Registry) -> Self::Answer;
}

macro_rules! questions {
    ($($name:ident),* $(,)?) => {
        /// Any question.
        #[derive(Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each is named after its own type")]
        pub enum Question {
            $($name($name)),*
        }
        $(impl From<$name> for Question {
            fn from(question: $name) -> Self {
                Self::$name(question)
            }
        })*
        impl Question {
            /// The answer as JSON.
            #[must_use]
            pub fn answer(self, kinds: &Registry) -> String {
                let said = match self {
                    $(Self::$name(question) => serde_json::to_string(&question.answer(kinds))),*
                };
                // Every answer is made of text, numbers, lists and maps with keys of text.
                said.unwrap_or_default()
            }
        }
    };
}

questions!(Check, Playing, Ending, Testing, Fitting, MailPart, Mistake, Reading, Ticking, Trying, Manifesting, KindTesting);

/// The files of a workspace's own kinds.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Kinds(pub Vec<String>);

impl Kinds {
    /// The kinds they make with the built-in ones. A file that this program cannot read is left out; journeys that use it say so.
    #[must_use]
    pub fn registry(&self) -> Registry {
        let scripts = self.0.iter().filter_map(|source| ScriptKind::parse(source).ok().map(Arc::new)).collect();
        Registry::with_scripts(scripts).unwrap_or_else(|_| Registry::builtin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn questions_and_answers_cross_as_text() {
        let graph = serde_json::from_value(json!({"nodes": [{"id": "a", "kind": "shop.tier"}], "edges": []})).unwrap();
        let text = serde_json::to_string(&Question::from(Check { graph: Arc::new(graph) })).unwrap();
        let answer = |kinds: &Kinds| {
            let question: Question = serde_json::from_str(&text).unwrap();
            serde_json::from_str::<<Check as Ask>::Answer>(&question.answer(&kinds.registry())).unwrap()
        };
        let unknown = |kinds: &Kinds| answer(kinds).issues.iter().any(|issue| issue.message.contains("no kind is called"));
        assert!(unknown(&Kinds::default()));
        let source = "/* tradewind {\"name\": \"shop.tier\", \"label\": \"Tier\", \"family\": \"condition\", \"version\": 1} */\nfn step() { go(\"next\") }";
        assert!(!unknown(&Kinds(vec!["no kind".into(), source.into()])));
    }
}
