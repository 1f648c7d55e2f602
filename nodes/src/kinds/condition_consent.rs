//! `condition.consent`: two ways, by what the customer allowed.

use super::condition_if::yes_or_no;
use crate::description::{Draft, Part, Summary};
use crate::fact::{ConsentScope, FactScope};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode};
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::why::{ConsentFound, Why};
use serde::{Deserialize, Serialize};

/// Goes `yes` when the customer granted the channel for the purpose, else `no`. Never asked counts as no.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// `email`, `sms`, …
    #[serde(default = "email")]
    pub channel: String,
    /// `marketing`, `transactional`, …
    #[serde(default = "marketing")]
    pub purpose: String,
}

fn email() -> String {
    "email".to_owned()
}
fn marketing() -> String {
    "marketing".to_owned()
}

impl Kind for Consent {
    const NAME: &'static str = "condition.consent";
    const FAMILY: Family = Family::Condition;
    const LABEL: &'static str = "If they consent";
    const ICON: &'static str = r#"<path d="M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z" /> <path d="m9 12 2 2 4-4" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("channel", "Channel", FieldType::Text).or("email"),
            Field::new("purpose", "Purpose", FieldType::Text).or("marketing"),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let words = |field, usual: &str| Part::Text(draft.text(field).unwrap_or(usual).to_owned());
        Summary::of(Some(Part::said("consents", [("channel", words("channel", "email"))]))).with([words("purpose", "marketing")])
    }
    fn ports(&self) -> Vec<Port> {
        yes_or_no()
    }
    fn check(&self, _: &FactScope) -> Vec<FieldIssue> {
        // Consent is stored under channel/purpose: a slash or blank in either would name another scope or none.
        [("channel", &self.channel), ("purpose", &self.purpose)]
            .into_iter()
            .filter(|(_, name)| name.is_empty() || name.contains(|c: char| c == '/' || c.is_whitespace()))
            .map(|(field, name)| {
                let message = format!("{field} cannot be {name:?}: write one word, as email or marketing");
                FieldIssue::new(format!("/{field}"), IssueCode::Invalid, message)
            })
            .collect()
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let scope = ConsentScope { channel: self.channel.clone(), purpose: self.purpose.clone() };
        let found = ConsentFound::of(cx.facts.customer, &scope);
        let port = if found.granted() { PortName::YES } else { PortName::NO };
        Outcome::Go { port, output: None, why: Why::ConsentFor(found) }
    }
}

#[cfg(test)]
mod tests {
    use crate::fact::ConsentStatus;
    use crate::kinds::stage::{Stage, kind, port, rule, wrong};
    use serde_json::json;

    #[test]
    fn only_a_granted_consent_goes_yes() {
        let node = kind("condition.consent", json!({}));
        let stage = |status| Stage::new().consent("email/marketing", status);
        assert_eq!(port(&node.step(&stage(ConsentStatus::Granted).cx())), "yes");
        let withdrawn = stage(ConsentStatus::Withdrawn);
        let outcome = node.step(&withdrawn.cx());
        assert_eq!((port(&outcome), rule(&outcome).as_str()), ("no", "no consent for email/marketing: it was withdrawn"));
        assert_eq!(port(&node.step(&stage(ConsentStatus::Denied).cx())), "no");
        assert_eq!(rule(&node.step(&Stage::new().cx())), "no consent for email/marketing: never asked");
        assert_eq!(port(&node.step(&Stage::new().nobody().cx())), "no");
        let sms = kind("condition.consent", json!({"channel": "sms"}));
        assert_eq!(port(&sms.step(&stage(ConsentStatus::Granted).cx())), "no");
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("condition.consent", json!({"channel": 1})), ["/channel"]);
        assert_eq!(wrong("condition.consent", json!({"channel": "", "purpose": "a/b"})), ["/channel", "/purpose"]);
    }
}
