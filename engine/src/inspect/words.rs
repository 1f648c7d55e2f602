//! Sentences out of what was recorded.

use super::names::Labels;
use tradewind_nodes::Json;
use tradewind_nodes::kind::End;
use tradewind_nodes::run::{RunState, Step, StepOutcome};
use tradewind_nodes::time::Timestamp;

/// An instant to the second: nobody reads microseconds.
#[must_use]
pub fn instant(at: Timestamp) -> String {
    let whole = at.micros().div_euclid(1_000_000).saturating_mul(1_000_000);
    Timestamp::from_micros(whole).to_string()
}

/// What one step did, in a sentence.
#[must_use]
pub fn step(labels: &Labels, step: &Step) -> String {
    let label = labels.of(step.node.as_str());
    let done = outcome(&step.outcome);
    let rule = step.why.rule.trim();
    // A failure is its own reason: saying it twice would only be longer.
    if rule.is_empty() || matches!(step.outcome, StepOutcome::Failed(_)) {
        return format!("{label}: {done}");
    }
    format!("{label}: {rule}; {done}")
}

/// What became of a step.
#[must_use]
pub fn outcome(outcome: &StepOutcome) -> String {
    match outcome {
        StepOutcome::Went(port) if port.as_str() == "next" => "went on".to_owned(),
        StepOutcome::Went(port) => format!("went on by {port}"),
        StepOutcome::Sleeps(until) => format!("sleeps until {}", instant(*until)),
        StepOutcome::Waits(Some(until)) => format!("waits until {} at the latest", instant(*until)),
        StepOutcome::Waits(None) => "waits without a limit".to_owned(),
        StepOutcome::Calls(channel) => format!("put its {channel} into the outbox and waits for the outcome"),
        StepOutcome::Asks(_) => "asked a person".to_owned(),
        StepOutcome::Failed(problem) => format!("failed: {}", problem.message),
        StepOutcome::Skipped(port) => format!("was skipped by a person, on by {port}"),
        StepOutcome::Ended(end) => format!("the run ended: {}", self::end(end)),
    }
}

/// How a run ended.
#[must_use]
pub fn end(end: &End) -> String {
    match end {
        End::Completed => "completed".to_owned(),
        End::Exited { reason } => format!("left early, {reason}"),
        End::Goal { goal } if goal == "goal" => "reached its goal".to_owned(),
        End::Goal { goal } => format!("reached its goal, {goal}"),
        End::Cancelled { reason } => format!("cancelled, {reason}"),
    }
}

/// What a run does now, in a sentence.
#[must_use]
pub fn state(labels: &Labels, state: &RunState) -> String {
    let by = |deadline: &Option<Timestamp>| {
        deadline.map_or_else(|| "without a limit".to_owned(), |at| format!("until {} at the latest", instant(at)))
    };
    let at = state.node().map(|node| labels.of(node.as_str()).to_owned()).unwrap_or_default();
    match state {
        RunState::Ready { at: when, .. } => format!("is about to enter “{at}”, not before {}", instant(*when)),
        RunState::Queued { .. } => format!("waits for a free place in the journey before “{at}”"),
        RunState::Sleeping { until, .. } => format!("sleeps at “{at}” until {}", instant(*until)),
        RunState::Awaiting { event, deadline, .. } => format!("waits at “{at}” for {} {}", event.names.join(" or "), by(deadline)),
        RunState::AwaitingChange { deadline, .. } => format!("waits at “{at}” until its condition holds, {}", by(deadline)),
        RunState::Calling { .. } => format!("waits at “{at}” for the outcome of its delivery"),
        RunState::Asking { deadline, .. } => format!("waits at “{at}” for a person's answer {}", by(deadline)),
        RunState::Held { problem, .. } => format!("is held at “{at}” by an incident: {}", problem.message),
        RunState::Done { end, at: when } => format!("ended at {}: {}", instant(*when), self::end(end)),
    }
}

/// The reason inside the result of a delivery: the problem of a failure, the rule of a suppression.
#[must_use]
pub fn reason(result: &Json) -> Option<String> {
    let problem = result.get("problem").and_then(|problem| problem.get("message").or(Some(problem))).and_then(Json::as_str);
    let rule = result.get("why").and_then(|why| why.get("rule")).and_then(Json::as_str);
    problem.or(rule).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tradewind_nodes::id::{NodeId, PortName};
    use tradewind_nodes::why::Why;

    #[test]
    fn a_step_is_a_sentence() {
        let labels = Labels::test(&[("if", "Big spender?")]);
        let step = Step {
            node: NodeId::new("if").unwrap(),
            visit: 1,
            at: Timestamp::from_micros(0),
            outcome: StepOutcome::Went(PortName::YES),
            why: Why::said("event.properties.value is 62, at least 50"),
        };
        assert_eq!(super::step(&labels, &step), "Big spender?: event.properties.value is 62, at least 50; went on by yes");
    }

    #[test]
    fn results_give_their_reason() {
        assert_eq!(reason(&json!({"type": "suppressed", "why": {"rule": "no consent"}})).as_deref(), Some("no consent"));
        assert_eq!(reason(&json!({"type": "failed", "problem": {"code": "smtp", "message": "refused"}})).as_deref(), Some("refused"));
        assert_eq!(reason(&json!({"problem": {"code": "smtp", "message": "later"}})).as_deref(), Some("later"));
        assert_eq!(reason(&json!({"type": "done", "output": {}})), None);
    }
}
