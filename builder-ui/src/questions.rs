//! The questions that the worker can be asked, each answered where it is defined.

use crate::editor::dry_run::{Ending, Playing, Testing};
use crate::editor::model::drafts::Check;
use crate::form::{MailPart, Mistake, Reading, Ticking, Trying};
use crate::pages::kinds::{Fitting, KindTesting, Manifesting};
use crate::worker::{Ask, Listed};
use tradewind_nodes::kinds::Registry;

fn answered<Q: Ask>(question: &str, kinds: &Registry) -> Option<String> {
    let question: Q = serde_json::from_str(question).ok()?;
    serde_json::to_string(&question.answer(kinds)).ok()
}

macro_rules! questions {
    ($($name:ident),* $(,)?) => {
        $(impl Listed for $name {
            const NAME: &'static str = stringify!($name);
        })*

        /// The answer, as JSON, to the question of this name. None when it does not read, which one of this program's own always does.
        #[must_use]
        pub fn answer(name: &str, question: &str, kinds: &Registry) -> Option<String> {
            match name {
                $(stringify!($name) => answered::<$name>(question, kinds),)*
                _ => None,
            }
        }
    };
}

questions!(Check, Playing, Ending, Testing, Fitting, MailPart, Mistake, Reading, Ticking, Trying, Manifesting, KindTesting);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::Kinds;
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn questions_and_answers_cross_as_text() {
        let graph = serde_json::from_value(json!({"nodes": [{"id": "a", "kind": "shop.tier"}], "edges": []})).unwrap();
        let question = serde_json::to_string(&Check { graph: Arc::new(graph) }).unwrap();
        let said = |kinds: &Kinds| {
            let said = answer(Check::NAME, &question, &kinds.registry()).unwrap();
            serde_json::from_str::<<Check as Ask>::Answer>(&said).unwrap()
        };
        let unknown = |kinds: &Kinds| said(kinds).issues.iter().any(|issue| issue.message.contains("no kind is called"));
        assert!(unknown(&Kinds::default()));
        let source = "/* tradewind {\"name\": \"shop.tier\", \"label\": \"Tier\", \"family\": \"condition\", \"version\": 1} */\nfn step() { go(\"next\") }";
        assert!(!unknown(&Kinds(vec!["no kind".into(), source.into()])));
    }
}
