//! Compiling, checking and rendering.

use super::budget::{self, Body, EXHAUSTED};
use super::helpers;
use super::locale::locale_of;
use super::roots::Reading;
use super::vet::vet;
use crate::Json;
use crate::fact::{FactScope, Facts};
use crate::issue::{FieldIssue, IssueCode, Problem};
use handlebars::{
    Context, Handlebars, Output, RenderContext, RenderError, RenderErrorReason, Renderable, Template, TemplateError, TemplateErrorReason,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

/// The longest result, in bytes.
const MAX_OUTPUT: usize = 1024 * 1024;
/// How many compiled templates each thread keeps, and how much source they may come from.
const MAX_KEPT: usize = 256;
const MAX_KEPT_SOURCE: usize = 8 * 1024 * 1024;

/// Renders `source` with these facts; `html` says whether values are escaped for HTML.
///
/// # Errors
/// `template.missing` names the value that is not there, `template.invalid` a source that does not parse, `template.too_long`,
/// `template.too_much_work` and `template.failed` the rest. A problem never holds a value, only names and places.
pub fn render(source: &str, html: bool, facts: &Facts<'_>) -> Result<String, Problem> {
    if !source.contains("{{") && source.len() <= super::vet::MAX_SOURCE {
        return Ok(source.to_owned());
    }
    let compiled = compiled(source).map_err(|fault| Problem::new("template.invalid", fault.said()))?;
    budget::start();
    let mut data = compiled.reading.context(facts)?;
    helpers::give_defaults(&mut data, locale_of(facts), facts);
    let failed = |e: RenderError| problem_of(&e);
    let context = Context::from(Json::Object(data));
    let registry = if html { &*HTML } else { &*PLAIN };
    let mut output = Limited { text: String::with_capacity(source.len()), full: false };
    let whole = Body::of(&compiled.template).charge().map_err(RenderError::from);
    let rendered = whole.and_then(|()| compiled.template.render(registry, &context, &mut RenderContext::new(None), &mut output));
    if output.full {
        let message = format!("the result is longer than {} KiB: shorten the template or its loops", MAX_OUTPUT / 1024);
        return Err(Problem::new("template.too_long", message));
    }
    rendered.map_err(failed)?;
    Ok(output.text)
}

/// Everything wrong with `source`, below the JSON pointer `pointer`.
#[must_use]
pub fn check(source: &str, scope: &FactScope, pointer: &str) -> Vec<FieldIssue> {
    if !source.contains("{{") && source.len() <= super::vet::MAX_SOURCE {
        return Vec::new();
    }
    match compiled(source) {
        Err(fault) => vec![FieldIssue::new(pointer, IssueCode::BadTemplate, fault.said())],
        Ok(compiled) => {
            let findings = compiled.reading.findings(scope);
            findings.into_iter().map(|f| FieldIssue::new(pointer, f.code, format!("line {}: {}", f.line, f.message))).collect()
        }
    }
}

static HTML: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(true));
static PLAIN: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(false));

fn registry(html: bool) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    if html {
        registry.register_escape_fn(handlebars::html_escape);
    } else {
        registry.register_escape_fn(handlebars::no_escape);
    }
    helpers::register(&mut registry);
    registry
}

/// A template ready to render.
struct Compiled {
    template: Template,
    reading: Reading,
}

/// A source that cannot be used.
struct Fault {
    line: usize,
    message: String,
}

impl Fault {
    fn said(&self) -> String {
        format!("line {}: {}", self.line, self.message)
    }
}

fn compile(source: &str) -> Result<Compiled, Fault> {
    vet(source).map_err(|refusal| Fault { line: refusal.line, message: refusal.message })?;
    let template = Template::compile(source).map_err(|e| fault_of(&e))?;
    let reading = Reading::of(&template);
    Ok(Compiled { template, reading })
}

fn fault_of(error: &TemplateError) -> Fault {
    let line = error.pos().map_or(1, |(line, _)| line);
    let message = match error.reason() {
        TemplateErrorReason::MismatchingClosedHelper(open, close) => {
            format!("{{{{#{open}}}}} is closed by {{{{/{close}}}}}: close it by {{{{/{open}}}}}")
        }
        TemplateErrorReason::InvalidParam(param) => format!("{param:?} is not a value: write a path, a number or quoted text"),
        _ => "the template does not parse: check the braces and that every {{#block}} has its {{/block}}".to_owned(),
    };
    Fault { line, message }
}

/// Compiled templates of this thread, the least used going first.
#[derive(Default)]
struct Kept {
    templates: HashMap<Box<str>, (Rc<Compiled>, u64)>,
    source_bytes: usize,
    clock: u64,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

fn compiled(source: &str) -> Result<Rc<Compiled>, Fault> {
    KEPT.with_borrow_mut(|kept| {
        kept.clock += 1;
        let clock = kept.clock;
        if let Some((compiled, used)) = kept.templates.get_mut(source) {
            *used = clock;
            return Ok(Rc::clone(compiled));
        }
        let fresh = Rc::new(compile(source)?);
        while kept.templates.len() >= MAX_KEPT || (kept.source_bytes + source.len() > MAX_KEPT_SOURCE && !kept.templates.is_empty()) {
            kept.drop_oldest();
        }
        kept.source_bytes += source.len();
        kept.templates.insert(source.into(), (Rc::clone(&fresh), clock));
        Ok(fresh)
    })
}

impl Kept {
    fn drop_oldest(&mut self) {
        let oldest = self.templates.iter().min_by_key(|(_, (_, used))| *used).map(|(source, _)| source.clone());
        if let Some(source) = oldest {
            self.source_bytes = self.source_bytes.saturating_sub(source.len());
            self.templates.remove(&source);
        }
    }
}

/// A result that ends at [`MAX_OUTPUT`].
struct Limited {
    text: String,
    full: bool,
}

impl Output for Limited {
    fn write(&mut self, part: &str) -> std::io::Result<()> {
        if self.text.len() + part.len() > MAX_OUTPUT {
            self.full = true;
            return Err(std::io::Error::other("the result is too long"));
        }
        self.text.push_str(part);
        Ok(())
    }
}

fn problem_of(error: &RenderError) -> Problem {
    let place = error.line_no.map(|line| format!("line {line}: ")).unwrap_or_default();
    let problem = |code: &str, message: &str| Problem::new(code, format!("{place}{message}"));
    match error.reason() {
        RenderErrorReason::MissingVariable(Some(name)) => problem(
            "template.missing",
            &format!("{name} has no value: write {{{{default {name} \"friend\"}}}} to say what stands there instead"),
        ),
        RenderErrorReason::MissingVariable(None) | RenderErrorReason::InvalidJsonIndex(_) => {
            problem("template.missing", "a value is not there: wrap it in {{default … \"friend\"}} to say what stands there instead")
        }
        RenderErrorReason::HelperNotFound(name) => {
            problem("template.invalid", &format!("unknown helper {name:?}: the helpers are {}", helpers::names()))
        }
        RenderErrorReason::Other(said) if said == EXHAUSTED => budget::exhausted(&place),
        // Only our own helpers make these, and they name arguments, not values.
        RenderErrorReason::Other(said) => problem("template.failed", said),
        RenderErrorReason::ParamNotFoundForIndex(helper, index) => {
            problem("template.invalid", &format!("the helper {helper} lacks its value number {}", index + 1))
        }
        _ => problem("template.failed", "the template could not be rendered: check the tags in this line"),
    }
}
