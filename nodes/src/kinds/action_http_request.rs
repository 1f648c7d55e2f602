//! `http.request`: a request to another system.

use super::{address, headers, receipt, rendered};
use crate::description::{Draft, Output, Part, Sort, Summary};
use crate::effect::{About, Channel, DeliveryMode, Effect, Guards, Message, Payload};
use crate::fact::{FactScope, dig};
use crate::field::{Field, FieldType};
use crate::id::{NodeId, PortName};
use crate::issue::{FieldIssue, IssueCode, Problem};
use crate::kind::{Family, Kind, Outcome, Port, Resume, StepCx, Then};
use crate::time::Duration;
use crate::why::Why;
use crate::{Json, JsonMap, template};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest one attempt may take.
const SLOWEST: Duration = Duration::from_secs(30);
/// Sends a request and may keep parts of the answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSend {
    /// The method.
    #[serde(default)]
    pub method: Method,
    /// The address, a template; facts in it are percent-encoded.
    pub url: String,
    /// Headers; texts are templates.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub headers: JsonMap,
    /// The body, a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The body as JSON whose texts are templates; exactly `{{path}}` keeps the fact's type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Json>,
    /// Whether it is signed by Standard Webhooks.
    #[serde(default)]
    pub sign: bool,
    /// How long one attempt may take.
    #[serde(default = "ten_seconds")]
    pub timeout: Duration,
    /// How many times it is tried in all.
    #[serde(default = "eight")]
    pub attempts: u32,
    /// Outputs of this node by name, each with its path in the answer: `status`, `headers.…`, `body.…`.
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub response: JsonMap,
    /// How often it may happen when a crash falls between doing and recording.
    #[serde(default)]
    pub delivery: DeliveryMode,
}

/// An HTTP request, rendered.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HttpRequest {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// An absolute http or https address.
    pub url: String,
    /// Headers, names in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, empty when none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Whether it is signed by Standard Webhooks with the workspace's secret.
    #[serde(default)]
    pub sign: bool,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// How many times it is tried in all.
    pub attempts: u32,
    /// How many bytes of the answer are read at most.
    pub max_response: u32,
}

impl Message for HttpRequest {
    const CHANNEL: &'static str = "http";
    const TO_PERSON: bool = false;

    fn about(&self) -> About {
        About {
            recipient: self.url.clone(),
            title: format!("{} {}", self.method, self.url),
            text: self.body.clone(),
            attempts: self.attempts,
            ..About::default()
        }
    }
    fn simulated(_: &NodeId, reply: Option<&Json>) -> Result<Json, Problem> {
        let mut answer = serde_json::json!({"status": 200, "headers": {}, "body": null});
        if let (Some(known), Some(Json::Object(said))) = (answer.as_object_mut(), reply) {
            known.extend(said.clone());
        }
        match answer.get("status").and_then(Json::as_u64) {
            Some(200..=299) => Ok(answer),
            status => {
                let said = status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
                Err(Problem::new("http.status", format!("the answer was {said}: the scenario replies so")))
            }
        }
    }
}

/// A method of HTTP.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Method {
    Get,
    #[default]
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As it stands in a request.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}
fn eight() -> u32 {
    8
}

impl HttpSend {
    fn enter(&self, cx: &StepCx<'_>) -> Result<Outcome, Problem> {
        let url = address::render(&self.url, &cx.facts)?;
        let body = match (&self.body, &self.json) {
            (Some(body), _) => template::render(body, false, &cx.facts).map_err(|p| p.in_field("/body"))?,
            (None, Some(json)) => rendered::value(json, &cx.facts).map_err(|p| p.in_field("/json"))?.to_string(),
            (None, None) => String::new(),
        };
        let keeps = !self.response.is_empty();
        let why = Why::Requests { method: self.method.as_str().to_owned(), url: url.clone() };
        let request = HttpRequest {
            method: self.method.as_str().to_owned(),
            url,
            headers: headers::render(&self.headers, self.json.is_some(), &cx.facts)?,
            body,
            sign: self.sign,
            timeout: self.timeout,
            attempts: self.attempts,
            // Unkept answers are read a little, for the words of an incident.
            max_response: if keeps { 65_536 } else { 4_096 },
        };
        let effect = Effect { payload: Payload::of(&request)?, guards: Guards::default(), delivery: self.delivery };
        let then = if keeps || cx.wired(&PortName::FAILED) { Then::AwaitReceipt } else { Then::Go(PortName::NEXT) };
        Ok(Outcome::Effect { effect: Box::new(effect), then, why })
    }

    fn answered(&self, answer: &Json) -> Outcome {
        let status = answer.get("status").cloned().unwrap_or_default();
        let mut output = JsonMap::new();
        output.insert("status".to_owned(), status.clone());
        let mut missing = Vec::new();
        for (name, path) in &self.response {
            match path.as_str().and_then(|path| dig(answer, path)) {
                Some(value) => {
                    output.insert(name.clone(), value.clone());
                }
                None => missing.push(format!("{name} ({})", path.as_str().unwrap_or_default())),
            }
        }
        Outcome::Go { port: PortName::NEXT, output: Some(output), why: Why::Responded { status, without: missing } }
    }

    fn check_response(&self) -> Vec<FieldIssue> {
        let known = |path: &str| path == "status" || path == "body" || path.starts_with("body.") || path.starts_with("headers.");
        let wrong = self.response.iter().filter(|(_, path)| !path.as_str().is_some_and(known));
        let issue = |(name, path): (&String, &Json)| {
            let message = format!("{path} is no path in an answer: write status, body, body.id or headers.location");
            FieldIssue::new(format!("/response/{name}"), IssueCode::Invalid, message)
        };
        wrong.map(issue).collect()
    }
}

impl Kind for HttpSend {
    const NAME: &'static str = "http.request";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Send an HTTP request";
    const ICON: &'static str = r#"<path d="M18 16.98h-5.99c-1.1 0-1.95.94-2.48 1.9A4 4 0 0 1 2 17c.01-.7.2-1.4.57-2" /> <path d="m6 17 3.13-5.78c.53-.97.1-2.18-.5-3.1a4 4 0 1 1 6.89-4.06" /> <path d="m12 6 3.13 5.73C15.66 12.7 16.9 13 18 13a4 4 0 0 1 0 8" />"#;
    const REACHES_OUT: bool = true;
    const CHANNEL: Option<Channel> = Some(Channel::of::<HttpRequest>());

    fn fields() -> Vec<Field> {
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"].map(str::to_owned).to_vec();
        let plain = FieldType::Template { html: false };
        vec![
            Field::new("method", "Method", FieldType::Choice { options: methods }).or("POST"),
            Field::new("url", "Address", plain.clone()).required().help("Facts in it are percent-encoded."),
            Field::new("headers", "Headers", FieldType::KeyValue),
            Field::new("body", "Body", plain),
            Field::new("json", "JSON body", FieldType::Json).help("A template of one fact alone keeps its type."),
            Field::new("sign", "Sign it", FieldType::Boolean).or(false).help("By Standard Webhooks."),
            Field::new("timeout", "One attempt may take", FieldType::Duration).or("10s"),
            Field::new("attempts", "Attempts", FieldType::Integer { min: 1, max: 20 }).or(8),
            Field::new("response", "Keep of the answer", FieldType::KeyValue).help("Name and path, as body.id or status."),
            receipt::delivery_field(),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let method = draft.text("method").unwrap_or(Method::default().as_str());
        let host = draft.text("url").map(|url| url.split_once("://").map_or(url, |(_, rest)| rest));
        Summary::of(host.map(|host| Part::joined(" ", [Part::Text(method.to_owned()), Part::Template(host.to_owned())])))
    }
    fn outputs(draft: Draft<'_>) -> Vec<Output> {
        let kept = draft.0.get("response").and_then(Json::as_object).into_iter().flatten();
        std::iter::once(Output::value("status", Sort::Number, 200)).chain(kept.map(|(name, _)| Output::any(name))).collect()
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::optional(PortName::NEXT), Port::optional(PortName::FAILED)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let invalid = |field: &str, message: String| FieldIssue::new(field, IssueCode::Invalid, message);
        let mut issues = template::check(&self.url, scope, "/url");
        if !["https://", "http://", "{{"].iter().any(|start| self.url.trim().starts_with(start)) {
            issues.push(invalid("/url", format!("{:?} is not an address: begin it with https://", self.url)));
        }
        issues.extend(headers::check(&self.headers, scope));
        issues.extend(self.body.iter().flat_map(|body| template::check(body, scope, "/body")));
        issues.extend(self.json.iter().flat_map(|json| rendered::check(json, scope, "/json")));
        if self.body.is_some() && self.json.is_some() {
            issues.push(invalid("/json", "a request has one body: remove body or json".to_owned()));
        }
        if self.method == Method::Get && (self.body.is_some() || self.json.is_some()) {
            issues.push(invalid("/method", "GET carries no body: choose POST, or remove the body".to_owned()));
        }
        if self.timeout <= Duration::ZERO || self.timeout > SLOWEST {
            issues.push(invalid("/timeout", format!("timeout cannot be {}: write more than 0s and at most {SLOWEST}", self.timeout)));
        }
        issues.extend(self.check_response());
        issues
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let Resume::Receipt(receipt) = cx.resume else {
            return self.enter(cx).unwrap_or_else(|problem| Outcome::Fail { problem });
        };
        receipt::resumed(receipt, |answer| self.answered(answer))
    }
}

#[cfg(test)]
#[path = "action_http_request_tests.rs"]
mod tests;
