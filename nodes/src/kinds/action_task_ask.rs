//! `task.ask`: a person decides.

use super::delay_for::check_length;
use super::{ports, rendered};
use crate::description::{Draft, Output, Sort, Summary};
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode, Problem};
use crate::kind::{Family, Kind, Outcome, Port, Question, Resume, StepCx};
use crate::time::{Duration, Span};
use crate::why::Why;
use crate::{Json, JsonMap, template};
use serde::{Deserialize, Serialize};

/// The most answers to choose from.
const MOST: usize = 10;

/// Asks a person and goes by his answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskAsk {
    /// One line, a template.
    pub title: String,
    /// What there is to know, a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who should answer; anybody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// The answers to choose from, each also a port.
    pub answers: Vec<String>,
    /// How long at most; for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl TaskAsk {
    fn question(&self, cx: &StepCx<'_>) -> Result<Question, Problem> {
        let title = rendered::text(&self.title, &cx.facts, "/title")?;
        let body = self.body.as_ref().map(|body| rendered::text(body, &cx.facts, "/body")).transpose()?;
        Ok(Question { title, body: body.unwrap_or_default(), assignee: self.assignee.clone(), answers: self.answers.clone() })
    }

    /// The way of an answer: its text, or an object with it in `answer` and more to keep beside.
    fn answered(&self, answer: &Json) -> Outcome {
        let chosen = answer.as_str().or_else(|| answer.get("answer").and_then(Json::as_str));
        let Some(port) = chosen.filter(|chosen| self.answers.iter().any(|a| a == chosen)) else {
            let message = format!("the answer {answer} is none of {}: answer with one of them", self.answers.join(", "));
            return Outcome::Fail { problem: Problem::new("task.answer", message).in_field("/answers") };
        };
        let mut output = answer.as_object().cloned().unwrap_or_else(JsonMap::new);
        output.insert("answer".to_owned(), port.into());
        let why = Why::Answered(port.to_owned());
        Outcome::Go { port: PortName::new(port), output: Some(output), why }
    }
}

impl Kind for TaskAsk {
    const NAME: &'static str = "task.ask";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Ask a person";
    const ICON: &'static str =
        r#"<path d="M7.9 20A9 9 0 1 0 4 16.1L2 22Z" /> <path d="M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3" /> <path d="M12 17h.01" />"#;
    const REACHES_OUT: bool = true;

    fn fields() -> Vec<Field> {
        vec![
            Field::new("title", "Question", FieldType::Template { html: false }).required(),
            Field::new("body", "Details", FieldType::Template { html: false }),
            Field::new("assignee", "Who", FieldType::Text).help("Anybody when empty."),
            Field::new("answers", "Answers", FieldType::Texts).required().begins(vec!["yes", "no"]).help("Each is a way out."),
            Field::new("timeout", "At most", FieldType::Duration).help("For ever when empty."),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        Summary::of(draft.template("title")).with(draft.words("assignee").into_iter().chain(draft.named("answers")))
    }
    fn outputs(draft: Draft<'_>) -> Vec<Output> {
        vec![Output::value("answer", Sort::Text, draft.items("answers").first().cloned().unwrap_or_default())]
    }
    fn ports(&self) -> Vec<Port> {
        let answers = self.answers.iter().map(|answer| Port::optional(PortName::new(answer.clone())));
        answers.chain(self.timeout.map(|_| Port::optional(PortName::TIMEOUT))).collect()
    }
    fn delays(&self) -> bool {
        true
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues = template::check(&self.title, scope, "/title");
        issues.extend(self.body.iter().flat_map(|body| template::check(body, scope, "/body")));
        let names = self.answers.iter().enumerate().map(|(i, name)| (name.as_str(), format!("/answers/{i}")));
        issues.extend(ports::check(names, &[PortName::TIMEOUT.as_str(), PortName::FAILED.as_str()]));
        if self.answers.len() > MOST {
            let message = format!("{} answers are given and {MOST} are allowed: leave some out", self.answers.len());
            issues.push(FieldIssue::new("/answers", IssueCode::TooLarge, message));
        }
        issues.extend(self.timeout.and_then(|timeout| check_length(timeout, "/timeout")));
        issues
    }
    fn takes(&self, port: &PortName) -> Span {
        if *port == PortName::TIMEOUT { self.timeout.map_or(Span::OPEN, Span::exactly) } else { Span::up_to(self.timeout) }
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        match (cx.resume, self.timeout) {
            (Resume::Answer(answer), _) => self.answered(answer),
            (Resume::TimedOut, Some(timeout)) => Outcome::Go { port: PortName::TIMEOUT, output: None, why: Why::NoAnswer(timeout) },
            _ => match self.question(cx) {
                Err(problem) => Outcome::Fail { problem },
                Ok(question) => {
                    let why = Why::Asks { whom: self.assignee.clone(), question: question.title.clone() };
                    Outcome::Ask { question, deadline: self.timeout.map(|timeout| cx.since.plus(timeout)), why }
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::{Stage, at, kind, output, port, problem, rule, wrong};
    use serde_json::json;

    #[test]
    fn it_asks_and_goes_by_the_answer_or_the_timeout() {
        let node = kind(
            "task.ask",
            json!({"title": "Refund {{event.properties.total}}?", "assignee": "kim", "answers": ["yes", "no thanks"], "timeout": "1d"}),
        );
        let stage = Stage::new().event("Return", json!({"total": 62}));
        let asks = node.step(&stage.cx());
        assert_eq!(rule(&asks), "asks kim: Refund 62?");
        assert!(
            matches!(&asks, Outcome::Ask { question, deadline: Some(d), .. } if question.answers.len() == 2 && *d == at("2026-11-24T09:00:00Z"))
        );
        let said = json!("no thanks");
        assert_eq!(port(&node.step(&stage.resumed(Resume::Answer(&said)))), "no thanks");
        let noted = json!({"answer": "yes", "note": "ok"});
        let outcome = node.step(&stage.resumed(Resume::Answer(&noted)));
        assert_eq!((port(&outcome), output(&outcome)), ("yes", noted.clone()));
        assert_eq!(port(&node.step(&stage.resumed(Resume::TimedOut))), "timeout");
        let odd = json!("perhaps");
        assert_eq!(problem(&node.step(&stage.resumed(Resume::Answer(&odd)))).0, "task.answer");
    }

    #[test]
    fn without_a_timeout_there_is_no_such_port() {
        let node = kind("task.ask", json!({"title": "t", "answers": ["a"]}));
        assert_eq!(node.ports().len(), 1);
        assert!(matches!(node.step(&Stage::new().cx()), Outcome::Ask { deadline: None, .. }));
    }

    #[test]
    fn bad_configs_name_their_field() {
        assert_eq!(wrong("task.ask", json!({"answers": []})), ["/title", "/answers"]);
        let bad = json!({"title": "{{who}}", "body": "{{#if}}", "answers": ["a", "a", "timeout"], "timeout": "0s"});
        assert_eq!(wrong("task.ask", bad), ["/title", "/body", "/answers/1", "/answers/2", "/timeout"]);
    }
}
