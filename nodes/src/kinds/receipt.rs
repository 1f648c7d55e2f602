//! What becomes of a run when the outcome of its effect is known; the same for every effect.

use crate::effect::Receipt;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::kind::Outcome;
use crate::why::Why;
use crate::{Json, JsonMap};

/// The choices of the field `delivery`.
pub(super) fn delivery_field() -> Field {
    let options = vec!["at_least_once".into(), "at_most_once".into()];
    Field::new("delivery", "Delivery", FieldType::Choice { options })
        .or("at_least_once")
        .help("What a crash in the middle does: may repeat it, or may lose it.")
}

/// The outcome of `receipt`; `done` makes the one of an effect that was done.
pub(super) fn resumed(receipt: &Receipt, done: impl FnOnce(&Json) -> Outcome) -> Outcome {
    match receipt {
        Receipt::Done { output } => done(output),
        Receipt::Suppressed { why } => suppressed(why),
        Receipt::Failed { problem } => Outcome::Fail { problem: problem.clone() },
    }
}

/// A guard stopped it: that is no failure, and the run goes on.
fn suppressed(why: &Why) -> Outcome {
    let output = not_sent(&why.to_string());
    Outcome::Go { port: PortName::NEXT, output: Some(output), why: Why::NotSent(Box::new(why.clone())) }
}

/// The output of a node whose effect did not happen.
pub(super) fn not_sent(reason: &str) -> JsonMap {
    [("sent".to_owned(), Json::Bool(false)), ("reason".to_owned(), reason.into())].into_iter().collect()
}
