//! Which facts a parsed template reads, and which of them do not exist.

use super::{budget, helpers};
use crate::effect::UNSUBSCRIBE_URL;
use crate::fact::{FactScope, Facts, Family, check_path, is_group};
use crate::issue::{IssueCode, Problem};
use crate::{Json, JsonMap};
use handlebars::template::{BlockParam, HelperTemplate, Parameter, Template, TemplateElement};
use handlebars::{Path, PathSeg};
use std::collections::BTreeSet;

/// The one value that templates have and predicates do not: where the reader unsubscribes.
const UNSUBSCRIBE: &str = "unsubscribe_url";

/// One path a template reads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Mention {
    segments: Vec<String>,
    line: usize,
    /// Whether it is handed to a helper, which may take a whole group.
    argument: bool,
}

/// What is wrong in which line.
pub(super) struct Finding {
    pub line: usize,
    pub code: IssueCode,
    pub message: String,
}

/// What a template reads.
#[derive(Default)]
pub(super) struct Reading {
    mentions: Vec<Mention>,
    /// The distinct paths, shorter ones first.
    paths: Vec<Vec<String>>,
    /// Mistakes that the tree shows.
    findings: Vec<(usize, String)>,
}

impl Reading {
    /// Walks the tree of a template. Its depth was bounded before it was parsed.
    pub fn of(template: &Template) -> Self {
        let mut walk = Walk { reading: Self::default(), scopes: Vec::new(), line: 1 };
        walk.template(template);
        let mut reading = walk.reading;
        let distinct: BTreeSet<Vec<String>> = reading.mentions.iter().map(|m| m.segments.clone()).collect();
        reading.paths = distinct.into_iter().collect();
        reading.paths.sort_by_key(Vec::len);
        reading
    }

    /// Paths that name no fact, and other mistakes.
    pub fn findings(&self, scope: &FactScope) -> Vec<Finding> {
        let mut found: Vec<Finding> = self
            .findings
            .iter()
            .map(|(line, message)| Finding { line: *line, code: IssueCode::BadTemplate, message: message.clone() })
            .collect();
        for mention in &self.mentions {
            let path = mention.segments.join(".");
            let node = mention.segments.get(1).filter(|_| mention.segments.len() == 2 && mention.segments[0] == "steps");
            let whole_step = node.is_some_and(|node| scope.nodes.contains(node.as_str()));
            if path == UNSUBSCRIBE || mention.argument && (whole_step || is_group(&path)) {
                continue;
            }
            if let Some(message) = check_path(&path, scope) {
                found.push(Finding { line: mention.line, code: IssueCode::UnknownFact, message });
            }
        }
        found
    }

    /// The data a render needs and no more.
    ///
    /// # Errors
    /// When copying it takes more than the step has left.
    pub fn context(&self, facts: &Facts<'_>) -> Result<JsonMap, Problem> {
        let mut data = JsonMap::new();
        for segments in &self.paths {
            if !is_there(&data, segments)
                && let Some(value) = value_at(&segments.join("."), facts)
            {
                budget::charge_value(&value).map_err(|_| budget::exhausted(""))?;
                put(&mut data, segments, value);
            }
        }
        Ok(data)
    }
}

/// Whether a shorter path has brought what `segments` name.
fn is_there(map: &JsonMap, segments: &[String]) -> bool {
    let Some((head, tail)) = segments.split_first() else { return true };
    match map.get(head) {
        None => false,
        Some(Json::Object(inner)) => is_there(inner, tail),
        Some(_) => true,
    }
}

/// Puts `value` below `segments`, unless a shorter path has brought it already.
fn put(map: &mut JsonMap, segments: &[String], value: Json) {
    let Some((head, tail)) = segments.split_first() else { return };
    if tail.is_empty() {
        map.entry(head.clone()).or_insert(value);
        return;
    }
    if let Json::Object(inner) = map.entry(head.clone()).or_insert_with(|| JsonMap::new().into()) {
        put(inner, tail, value);
    }
}

fn value_at(path: &str, facts: &Facts<'_>) -> Option<Json> {
    if path == UNSUBSCRIBE { Some(UNSUBSCRIBE_URL.into()) } else { facts.whole(path) }
}

struct Walk {
    reading: Reading,
    /// The names that each enclosing `each` or `with` gives its items.
    scopes: Vec<Vec<String>>,
    line: usize,
}

impl Walk {
    fn template(&mut self, template: &Template) {
        for (i, element) in template.elements.iter().enumerate() {
            if let Some(place) = template.mapping.get(i) {
                self.line = place.0;
            }
            match element {
                TemplateElement::Expression(call) | TemplateElement::HtmlExpression(call) => self.call(call),
                TemplateElement::HelperBlock(block) => self.block(block),
                _ => {}
            }
        }
    }

    fn report(&mut self, message: String) {
        self.reading.findings.push((self.line, message));
    }

    fn call(&mut self, call: &HelperTemplate) {
        let name = call.name.as_name().unwrap_or_default();
        if call.params.is_empty() && call.hash.is_empty() {
            if helpers::is_value_helper(name) {
                self.report(format!("{{{{{name}}}}} needs a value: write {{{{{name} event.properties.value}}}}"));
            } else {
                self.parameter(&call.name, false);
            }
            return;
        }
        if !helpers::is_value_helper(name) {
            self.report(format!("unknown helper {name:?}: the helpers are {}", helpers::names()));
        }
        self.arguments(call);
    }

    fn arguments(&mut self, call: &HelperTemplate) {
        call.params.iter().chain(call.hash.values()).for_each(|p| self.parameter(p, true));
    }

    fn block(&mut self, block: &HelperTemplate) {
        let name = block.name.as_name().unwrap_or_default();
        if !helpers::BLOCKS.contains(&name) {
            self.report(format!("unknown block {name:?}: the blocks are {}", helpers::BLOCKS.join(", ")));
        } else if block.params.len() != 1 {
            self.report(format!("{{{{#{name}}}}} takes one value"));
        }
        self.arguments(block);
        let scoped = matches!(name, "each" | "with");
        if scoped {
            self.scopes.push(block_names(block.block_param.as_ref()));
        }
        if let Some(inner) = &block.template {
            self.template(inner);
        }
        if scoped {
            self.scopes.pop();
        }
        if let Some(inner) = &block.inverse {
            self.template(inner);
        }
    }

    fn parameter(&mut self, parameter: &Parameter, argument: bool) {
        match parameter {
            Parameter::Path(Path::Relative((segments, raw))) => self.path(segments, raw, argument),
            Parameter::Subexpression(inner) => {
                if let TemplateElement::Expression(call) = inner.as_element() {
                    self.call(call);
                }
            }
            _ => {}
        }
    }

    fn path(&mut self, segments: &[PathSeg], raw: &str, argument: bool) {
        let named: Vec<String> = segments.iter().filter_map(|s| if let PathSeg::Named(n) = s { Some(n.clone()) } else { None }).collect();
        let Some(first) = named.first() else { return };
        let ups = raw.matches("../").count();
        let depth = self.scopes.len();
        if raw.starts_with("@root") || ups >= depth {
            self.reading.mentions.push(Mention { segments: named, line: self.line, argument });
            return;
        }
        let is_item = self.scopes.iter().any(|names| names.contains(first));
        // `this.event` says that the item is meant; a bare root in a loop is nearly always the fact, which is not there.
        if ups == 0 && !is_item && raw.starts_with(first.as_str()) && (first == UNSUBSCRIBE || Family::of(first).is_some()) {
            self.report(format!("inside {{{{#each}}}} and {{{{#with}}}} names belong to the item: write @root.{raw}"));
        }
    }
}

fn block_names(names: Option<&BlockParam>) -> Vec<String> {
    let name = |p: &Parameter| p.as_name().unwrap_or_default().to_owned();
    match names {
        Some(BlockParam::Single(one)) => vec![name(one)],
        Some(BlockParam::Pair((one, two))) => vec![name(one), name(two)],
        _ => Vec::new(),
    }
}
