//! `customer.set`: traits and tags of the customer.

use super::rendered;
use crate::command::SetAttributes;
use crate::description::{Draft, Part, Summary};
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode, Problem};
use crate::kind::{Family, Kind, Outcome, Port, StepCx};
use crate::why::{Change, Why};
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};

/// Sets traits and tags. A null removes a trait; a template whose fact is missing leaves it as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerSet {
    /// Traits to set; texts are templates, and exactly `{{path}}` keeps the fact's type.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub traits: JsonMap,
    /// Tags to add; each a template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    /// Tags to take away; each a template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
}

impl CustomerSet {
    fn changes(&self, cx: &StepCx<'_>) -> Result<(SetAttributes, Why), Problem> {
        if cx.facts.customer.is_none() {
            return Err(rendered::nobody(Self::NAME));
        }
        let tags = |tags: &[String], field: &str| -> Result<Vec<String>, Problem> {
            let texts = tags.iter().map(|tag| rendered::text(tag, &cx.facts, field)).collect::<Result<Vec<_>, _>>()?;
            Ok(texts.into_iter().filter(|tag| !tag.is_empty()).collect())
        };
        let (traits, missing) = rendered::map(&self.traits, &cx.facts, "/traits")?;
        let (add_tags, remove_tags) = (tags(&self.add_tags, "/add_tags")?, tags(&self.remove_tags, "/remove_tags")?);
        let set = |(name, value): (&String, &Json)| {
            if value.is_null() { Change::Removed(name.clone()) } else { Change::Set(name.clone(), value.clone()) }
        };
        let mut changes: Vec<Change> = traits.iter().map(set).collect();
        changes.extend(missing.into_iter().map(Change::Kept));
        changes.extend(add_tags.iter().cloned().map(Change::TagAdded));
        changes.extend(remove_tags.iter().cloned().map(Change::TagTaken));
        Ok((SetAttributes { traits, add_tags, remove_tags }, Why::Changed(changes)))
    }
}

impl Kind for CustomerSet {
    const NAME: &'static str = "customer.set";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Change the customer";
    const ICON: &'static str = r#"<path d="M11.5 15H7a4 4 0 0 0-4 4v2" /> <path d="M21.378 16.626a1 1 0 0 0-3.004-3.004l-4.01 4.012a2 2 0 0 0-.506.854l-.837 2.87a.5.5 0 0 0 .62.62l2.87-.837a2 2 0 0 0 .854-.506z" /> <circle cx="10" cy="7" r="4" />"#;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("traits", "Traits", FieldType::KeyValue).help("A template of one fact alone keeps its type."),
            Field::new("add_tags", "Add tags", FieldType::Texts),
            Field::new("remove_tags", "Take away tags", FieldType::Texts),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let names: Vec<String> =
            draft.0.get("traits").and_then(Json::as_object).map(|traits| traits.keys().cloned().collect()).unwrap_or_default();
        let main = (!names.is_empty()).then(|| Part::said("set", [("traits", Part::Names(names))]));
        let tags = |field, sign: &'static str| {
            draft.texts(field).into_iter().map(move |tag| Part::joined("", [Part::Text(sign.to_owned()), Part::Template(tag)]))
        };
        Summary::of(main).with([Part::joined(" ", tags("add_tags", "+").chain(tags("remove_tags", "−")))])
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::optional(PortName::NEXT)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues = rendered::check_map(&self.traits, scope, "/traits");
        for (tags, field) in [(&self.add_tags, "/add_tags"), (&self.remove_tags, "/remove_tags")] {
            for (i, tag) in tags.iter().enumerate() {
                let pointer = format!("{field}/{i}");
                if tag.trim().is_empty() {
                    issues.push(FieldIssue::new(pointer, IssueCode::Missing, "a tag is empty: write its name or remove it"));
                } else {
                    issues.extend(crate::template::check(tag, scope, &pointer));
                }
            }
        }
        if self.traits.is_empty() && self.add_tags.is_empty() && self.remove_tags.is_empty() {
            issues.push(FieldIssue::new("/traits", IssueCode::Missing, "nothing is changed: give a trait, or a tag to add or take away"));
        }
        issues
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        match self.changes(cx) {
            Ok((set, why)) => Outcome::command(&set, Some(why)),
            Err(problem) => Outcome::Fail { problem },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::kinds::stage::{Stage, kind, port, problem, rule, wrong};
    use serde_json::json;

    #[test]
    fn numbers_stay_numbers_and_missing_facts_erase_nothing() {
        let traits = json!({"last_total": "{{event.properties.total}}", "old": null, "gone": "{{event.properties.none}}", "note": "paid {{event.properties.total}}"});
        let node = kind("customer.set", json!({"traits": traits, "add_tags": ["buyer-{{event.name}}"], "remove_tags": ["lead"]}));
        let stage = Stage::new().event("Order", json!({"total": 62.5}));
        let outcome = node.step(&stage.cx());
        assert_eq!(port(&outcome), "next");
        let Outcome::Command { commands, .. } = &outcome else { panic!("{outcome:?}") };
        let expected = json!({"last_total": 62.5, "old": null, "note": "paid 62.5"});
        let wanted = SetAttributes {
            traits: expected.as_object().unwrap().clone(),
            add_tags: vec!["buyer-Order".into()],
            remove_tags: vec!["lead".into()],
        };
        assert_eq!(commands, &[Command::of(&wanted).unwrap()]);
        assert!(rule(&outcome).contains("set last_total to 62.5; removed old"), "{}", rule(&outcome));
        assert!(rule(&outcome).contains("left gone as it was"), "{}", rule(&outcome));
    }

    #[test]
    fn a_run_about_nobody_fails_with_the_reason() {
        let outcome = kind("customer.set", json!({"add_tags": ["a"]})).step(&Stage::new().nobody().cx());
        assert_eq!(problem(&outcome).0, "customer.none");
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("customer.set", json!({})), ["/traits"]);
        assert_eq!(wrong("customer.set", json!({"traits": [], "add_tags": [1]})), ["/traits", "/add_tags/0"]);
        assert_eq!(wrong("customer.set", json!({"traits": {"a": "{{customer.plan}}"}, "add_tags": [""]})), ["/traits/a", "/add_tags/0"]);
    }
}
