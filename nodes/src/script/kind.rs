//! Whole kinds of nodes written in Rhai: a manifest in the first comment and a function `step`.
//!
//! ```text
//! /* tradewind {
//!   "name": "shop.loyalty_tier", "label": "Loyalty tier", "family": "condition", "version": 1,
//!   "fields": [{"name": "gold_from", "label": "Gold from", "type": "integer", "min": 1, "max": 100000, "required": true}],
//!   "ports": ["gold", "silver"]
//! } */
//! fn step() {
//!     if customer.traits.points >= fields.gold_from { go("gold") }
//!     go("silver", #{missing: fields.gold_from - customer.traits.points})
//! }
//! ```
//! `step` sees what [every script](super) sees; other functions of the file get what they need as arguments. Fields arrive
//! ready to use: a template rendered, a fact as its value, a predicate as true or false.

use super::run::{ScriptInput, parse, run_step_function};
use super::{MAX_SOURCE, run};
use crate::fact::{FactScope, Facts, Needs, check_path};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode, Problem};
use crate::kind::{AnyKind, Family, KindOutline, KindSpec, Outcome, Port, StepCx, Trigger};
use crate::time::Span;
use crate::{Json, JsonMap, predicate, template};
use rhai::AST;
use serde::Deserialize;
use std::sync::Arc;

/// A kind of node written in Rhai.
pub struct ScriptKind {
    manifest: Manifest,
    ports: Vec<Port>,
    ast: Arc<AST>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    label: String,
    family: Family,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default = "next")]
    ports: Vec<ManifestPort>,
    version: u32,
}

fn next() -> Vec<ManifestPort> {
    vec![ManifestPort::Name(PortName::NEXT.to_string())]
}

/// A port by its name, or with the word whether it must be wired.
#[derive(Deserialize)]
#[serde(untagged)]
enum ManifestPort {
    Name(String),
    Whole {
        name: String,
        #[serde(default)]
        required: bool,
    },
}

impl ManifestPort {
    fn port(&self) -> Port {
        match self {
            Self::Name(name) => Port::optional(PortName::new(name.clone())),
            Self::Whole { name, required } => Port { name: PortName::new(name.clone()), required: *required },
        }
    }
}

/// The manifest's JSON: what stands between `/* tradewind` and `*/` at the head of `text`.
fn manifest_text(text: &str) -> Option<&str> {
    let inside = text.trim_start_matches('\u{feff}').trim_start().strip_prefix("/*")?;
    let inside = inside.trim_start().strip_prefix("tradewind")?;
    inside.split_once("*/").map(|(manifest, _)| manifest)
}

/// What is wrong with the manifest, with its place in the whole file.
fn placed(text: &str, json: &str, error: &serde_json::Error) -> String {
    let words = error.to_string();
    let bare = words.rfind(" at line ").map_or(words.as_str(), |end| &words[..end]);
    // The manifest is a part of the text: what stands before it moves its lines and, in its first line, its columns.
    let before = text.find(json).map_or("", |at| &text[..at]);
    let above = before.matches('\n').count();
    let left = if error.line() == 1 { before.rsplit('\n').next().map_or(0, |line| line.chars().count()) } else { 0 };
    format!("{bare}, line {} column {}", above + error.line().max(1), left + error.column())
}

impl ScriptKind {
    /// Reads a `.rhai` file.
    ///
    /// # Errors
    /// Everything wrong with its manifest (pointers into it) and its script (pointer `/script`).
    pub fn parse(text: &str) -> Result<Self, Vec<FieldIssue>> {
        let one = |field: &str, code, words: String| vec![FieldIssue::new(field, code, words)];
        if text.len() > MAX_SOURCE {
            let words = format!("the file has {} bytes and may have {MAX_SOURCE}: split the kind", text.len());
            return Err(one("/script", IssueCode::TooLarge, words));
        }
        let Some(json) = manifest_text(text) else {
            let words = "the file has no manifest: begin it with /* tradewind {\"name\": \"shop.tier\", \"label\": …, \"family\": \"condition\", \"ports\": […], \"version\": 1} */";
            return Err(one("", IssueCode::Missing, words.into()));
        };
        let manifest: Manifest = serde_json::from_str(json)
            .map_err(|e| one("", IssueCode::Invalid, format!("the manifest is not right: {}", placed(text, json, &e))))?;
        let mut issues = manifest.check();
        let ast = match parse(text) {
            Ok(ast) => {
                if !ast.iter_functions().any(|f| f.name == "step" && f.params.is_empty()) {
                    let words = "the script has no function step: write fn step() { go(\"port\") }";
                    issues.push(FieldIssue::new("/script", IssueCode::BadScript, words));
                }
                if !ast.statements().is_empty() {
                    let words = "the script has statements outside its functions, which would never run: move them into step";
                    issues.push(FieldIssue::new("/script", IssueCode::BadScript, words));
                }
                ast
            }
            Err((code, words)) => {
                issues.push(FieldIssue::new("/script", code, words));
                return Err(issues);
            }
        };
        if !issues.is_empty() {
            return Err(issues);
        }
        let mut ports: Vec<Port> = manifest.ports.iter().map(ManifestPort::port).collect();
        // A script can always go wrong, so its failures can always be wired.
        if ports.iter().all(|p| p.name != PortName::FAILED) {
            ports.push(Port::optional(PortName::FAILED));
        }
        Ok(Self { manifest, ports, ast })
    }

    /// The kind as palettes and forms see it.
    #[must_use]
    pub fn spec(&self) -> KindSpec {
        let Manifest { name, label, family, fields, .. } = &self.manifest;
        KindSpec { name: name.clone(), family: *family, label: label.clone(), fields: fields.clone() }
    }

    /// The kind as canvases see it.
    #[must_use]
    pub fn outline(&self) -> KindOutline {
        KindOutline { spec: self.spec(), ports: self.ports.clone() }
    }

    /// The version its manifest gives it.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.manifest.version
    }

    /// The kind with a configuration, whose fields [`Registry::parse`](crate::kinds::Registry::parse) has compared with the
    /// manifest's. Absent fields get their defaults.
    ///
    /// # Errors
    /// When a predicate of it cannot be read.
    pub fn configure(self: &Arc<Self>, config: &JsonMap) -> Result<Arc<dyn AnyKind>, Vec<FieldIssue>> {
        let mut config = config.clone();
        let mut issues = Vec::new();
        let mut predicates = Vec::new();
        for field in &self.manifest.fields {
            if let (false, Some(default)) = (config.contains_key(&field.name), &field.default) {
                config.insert(field.name.clone(), default.clone());
            }
            if let (FieldType::Predicate, Some(value)) = (&field.ty, config.get(&field.name)) {
                match predicate::from_json(value, &format!("/{}", field.name)) {
                    Ok(read) => predicates.push((field.name.clone(), read)),
                    Err(issue) => issues.push(issue),
                }
            }
        }
        if issues.is_empty() { Ok(Arc::new(Configured { kind: Arc::clone(self), config, predicates })) } else { Err(issues) }
    }
}

impl Manifest {
    fn check(&self) -> Vec<FieldIssue> {
        let mut issues = Vec::new();
        let mut invalid = |field: String, words: String| issues.push(FieldIssue::new(field, IssueCode::Invalid, words));
        let part = |p: &str| p.starts_with(|c: char| c.is_ascii_lowercase()) && p.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
        if self.name.len() > 64 || !self.name.contains('.') || !self.name.split('.').all(part) {
            invalid(
                "/name".into(),
                format!("the name {:?} is not legal: use small letters, digits and '_' with a dot, as shop.loyalty_tier", self.name),
            );
        }
        if self.label.trim().is_empty() {
            invalid("/label".into(), "the label is empty: say in a few words what the node does".into());
        }
        if self.family == Family::Trigger {
            invalid("/family".into(), "a script cannot be a trigger: use condition, delay or action".into());
        }
        if self.version == 0 {
            invalid("/version".into(), "versions count from 1".into());
        }
        for (n, field) in self.fields.iter().enumerate() {
            let legal =
                !field.name.is_empty() && field.name.len() <= 64 && field.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !legal || self.fields[..n].iter().any(|f| f.name == field.name) {
                invalid(
                    format!("/fields/{n}/name"),
                    format!("the field {:?} needs a name of letters, digits and '_' that no other has", field.name),
                );
            }
            if matches!(field.ty, FieldType::Cases | FieldType::Weights) {
                invalid(format!("/fields/{n}/type"), "a script kind names its ways out in its ports: use another type".into());
            }
            if let FieldType::Integer { min, max } = field.ty
                && min > max
            {
                invalid(format!("/fields/{n}/min"), format!("no number is at least {min} and at most {max}"));
            }
        }
        let ports: Vec<Port> = self.ports.iter().map(ManifestPort::port).collect();
        if ports.is_empty() {
            invalid("/ports".into(), "a kind needs a way out: leave ports away for a single \"next\"".into());
        }
        for (n, port) in ports.iter().enumerate() {
            let name = port.name.as_str();
            let legal = !name.is_empty() && name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
            if !legal || ports[..n].iter().any(|p| p.name == port.name) {
                invalid(format!("/ports/{n}"), format!("the port {name:?} needs a name of letters, digits, '_' and '-' that no other has"));
            }
        }
        issues
    }
}

/// A script kind with its configuration.
struct Configured {
    kind: Arc<ScriptKind>,
    config: JsonMap,
    predicates: Vec<(String, predicate::Predicate)>,
}

impl Configured {
    /// The fields as the script sees them.
    fn resolved(&self, facts: &Facts<'_>) -> Result<JsonMap, Problem> {
        let mut fields = self.config.clone();
        for field in &self.kind.manifest.fields {
            let Some(Json::String(text)) = self.config.get(&field.name) else { continue };
            let ready = match field.ty {
                FieldType::Template { html } => {
                    template::render(text, html, facts).map_err(|p| p.in_field(&format!("/{}", field.name)))?.into()
                }
                FieldType::Fact => match facts.get(text) {
                    Some(value) => {
                        template::count_copy(&value)?;
                        value.into_owned()
                    }
                    None => Json::Null,
                },
                _ => continue,
            };
            fields.insert(field.name.clone(), ready);
        }
        for (name, read) in &self.predicates {
            fields.insert(name.clone(), predicate::holds(read, facts).into());
        }
        Ok(fields)
    }
}

impl AnyKind for Configured {
    fn name(&self) -> &str {
        &self.kind.manifest.name
    }
    fn family(&self) -> Family {
        self.kind.manifest.family
    }
    fn ports(&self) -> Vec<Port> {
        self.kind.ports.clone()
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues: Vec<FieldIssue> =
            self.predicates.iter().flat_map(|(name, read)| predicate::check(read, scope, &format!("/{name}"))).collect();
        for field in &self.kind.manifest.fields {
            let pointer = format!("/{}", field.name);
            let Some(Json::String(text)) = self.config.get(&field.name) else { continue };
            match field.ty {
                FieldType::Template { .. } => issues.extend(template::check(text, scope, &pointer)),
                FieldType::Fact => issues.extend(check_path(text, scope).map(|m| FieldIssue::new(&pointer, IssueCode::UnknownFact, m))),
                FieldType::Script => issues.extend(run::check(text, &pointer)),
                _ => {}
            }
        }
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        self.predicates.iter().for_each(|(_, read)| predicate::needs(read, needs));
    }
    fn trigger(&self) -> Option<Trigger> {
        None
    }
    fn delays(&self) -> bool {
        self.family() == Family::Delay
    }
    // How long a script sleeps is its own affair.
    fn takes(&self, _: &PortName) -> Span {
        if AnyKind::delays(self) { Span::OPEN } else { Span::ZERO }
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let decided = self.resolved(&cx.facts).and_then(|fields| run_step_function(&self.kind.ast, &ScriptInput::of(cx, &fields)));
        match decided {
            Ok(output) => output.into_outcome(cx, &self.kind.ports),
            Err(problem) => Outcome::Fail { problem },
        }
    }
}
