//! `delay.for`: a length of time.

use super::LONGEST;
use crate::description::{Draft, Part, Summary};
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, Resume, StepCx};
use crate::time::{Duration, Span};
use crate::why::Why;
use serde::{Deserialize, Serialize};

/// Sleeps so long, counted from the moment the run came in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayFor {
    /// How long; a day is 24 hours.
    pub duration: Duration,
}

/// What is wrong with a length of sleeping or waiting.
pub(super) fn check_length(length: Duration, pointer: &str) -> Option<FieldIssue> {
    let message = format!("{} cannot be {length}: write more than 0s and at most 5 years", &pointer[1..]);
    (length <= Duration::ZERO || length > LONGEST).then(|| FieldIssue::new(pointer, IssueCode::Invalid, message))
}

impl Kind for DelayFor {
    const NAME: &'static str = "delay.for";
    const FAMILY: Family = Family::Delay;
    const LABEL: &'static str = "Wait for a time";
    const ICON: &'static str = r#"<circle cx="12" cy="12" r="10" /> <polyline points="12 6 12 12 16 14" />"#;

    fn fields() -> Vec<Field> {
        vec![Field::new("duration", "How long", FieldType::Duration).required().begins("1d")]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::of(draft.time("duration").map(|time| Part::said("wait", [("time", Part::Time(time))])))
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::required(PortName::NEXT)]
    }
    fn check(&self, _: &FactScope) -> Vec<FieldIssue> {
        check_length(self.duration, "/duration").into_iter().collect()
    }
    fn takes(&self, _: &PortName) -> Span {
        Span::exactly(self.duration)
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let until = cx.since.plus(self.duration);
        match cx.resume {
            Resume::Woke => Outcome::Go { port: PortName::NEXT, output: None, why: Why::Passed(self.duration) },
            _ => Outcome::Sleep { until, why: Why::Sleeps { length: self.duration, until } },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::kind::{Outcome, Resume};
    use crate::kinds::stage::{Stage, at, kind, port, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_sleeps_from_the_moment_it_was_entered_and_goes_next() {
        let node = kind("delay.for", json!({"duration": "1h30m"}));
        let stage = Stage::new().entered("2026-11-23T09:00:00Z").now("2026-11-23T09:20:00Z");
        let outcome = node.step(&stage.cx());
        assert!(matches!(outcome, Outcome::Sleep { until, .. } if until == at("2026-11-23T10:30:00Z")));
        assert_eq!(rule(&outcome), "waits 1h30m until 2026-11-23T10:30:00Z");
        let woke = stage.now("2026-11-23T10:30:00Z");
        assert_eq!(port(&node.step(&woke.resumed(Resume::Woke))), "next");
        assert!(node.delays());
    }

    #[test]
    fn bad_configs_name_their_field() {
        for bad in
            [json!({}), json!({"duration": "soon"}), json!({"duration": "0s"}), json!({"duration": "-1d"}), json!({"duration": "300w"})]
        {
            assert_eq!(wrong("delay.for", bad.clone()), ["/duration"], "{bad}");
        }
    }
}
