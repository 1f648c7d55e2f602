//! What the templates of one step may cost together. It is counted and not timed, so the engine, a dry run and a scenario test stop at
//! the same place. One unit is about 50 ns in a release build: a tag, a path's step, a value read or copied.

use crate::Json;
use crate::issue::Problem;
use handlebars::template::{HelperTemplate, Parameter, Template, TemplateElement};
use handlebars::{Path, RenderErrorReason};
use std::cell::Cell;

/// Units that the templates of one step may use.
const MOST: usize = 1_000_000;
/// What is said when they need more.
pub(super) const EXHAUSTED: &str = "the templates of this step do more than one step may (1000000 units: a tag costs about 10, a value \
    read 1): loop over a shorter list, put fewer tags into the loop, and give helpers a single value instead of a whole list or object";

/// A tag: parsing its call, looking up its helper, writing its result.
const TAG: usize = 8;
/// Bytes that cost as much as one value.
const BYTES_A_UNIT: usize = 32;

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(MOST) };
    static SHARED: Cell<bool> = const { Cell::new(false) };
    static BASE: Cell<usize> = const { Cell::new(0) };
}

/// Lets all templates rendered by `work` share one budget, as those of one step do.
pub fn share_budget<T>(work: impl FnOnce() -> T) -> T {
    struct Restored {
        left: usize,
        shared: bool,
    }
    // Also when `work` panics: the engine catches panics of nodes and goes on with the same thread.
    impl Drop for Restored {
        fn drop(&mut self) {
            LEFT.set(self.left);
            SHARED.set(self.shared);
        }
    }
    let _restored = Restored { left: LEFT.replace(MOST), shared: SHARED.replace(true) };
    work()
}

/// Counts a value that is copied out of the facts.
///
/// # Errors
/// `template.too_much_work` when the step has nothing left.
pub fn count_copy(value: &Json) -> Result<(), Problem> {
    start();
    charge_value(value).map_err(|_| exhausted(""))
}

/// The problem of a step that has nothing left; `place` is the line, with a colon.
pub(super) fn exhausted(place: &str) -> Problem {
    Problem::new("template.too_much_work", format!("{place}{EXHAUSTED}"))
}

/// Begins a render: with what its step has left, or with a budget of its own.
pub(super) fn start() {
    if !SHARED.get() {
        LEFT.set(MOST);
    }
    BASE.set(0);
}

/// Takes units.
pub(super) fn charge(units: usize) -> Result<(), RenderErrorReason> {
    match LEFT.get().checked_sub(units) {
        Some(left) => {
            LEFT.set(left);
            Ok(())
        }
        None => {
            LEFT.set(0);
            Err(RenderErrorReason::Other(EXHAUSTED.to_owned()))
        }
    }
}

/// Takes what reading or copying the whole of `value` costs.
pub(super) fn charge_value(value: &Json) -> Result<(), RenderErrorReason> {
    charge(size(value, LEFT.get()))
}

/// Takes what handling this much text costs.
pub(super) fn charge_bytes(length: usize) -> Result<(), RenderErrorReason> {
    charge(length / BYTES_A_UNIT)
}

/// Units of a whole value; counting ends soon after `most`.
pub(super) fn size(value: &Json, most: usize) -> usize {
    let mut units = 1;
    let mut add = |key: usize, value: &Json| {
        units += key / BYTES_A_UNIT + size(value, most.saturating_sub(units));
        units <= most
    };
    match value {
        Json::Array(items) => drop(items.iter().all(|item| add(0, item))),
        Json::Object(map) => drop(map.iter().all(|(key, item)| add(key.len() + BYTES_A_UNIT, item))),
        Json::String(text) => units += text.len() / BYTES_A_UNIT,
        _ => {}
    }
    units
}

/// Does `work` inside a block whose paths begin at something that costs `base` to reach, as copying a long path or an item does.
pub(super) fn within<T>(base: usize, work: impl FnOnce() -> T) -> T {
    let outer = BASE.get();
    BASE.set(outer.max(base));
    let done = work();
    BASE.set(outer);
    done
}

/// Units that copying a path costs.
pub(super) fn of_path(steps: &[String]) -> usize {
    steps.iter().map(|step| 1 + step.len() / BYTES_A_UNIT).sum()
}

/// What rendering a body once costs; the bodies of blocks inside it are charged when they are rendered.
#[derive(Clone, Copy, Default)]
pub(super) struct Body {
    fixed: usize,
    paths: usize,
}

impl Body {
    pub fn of(template: &Template) -> Self {
        let mut body = Self::default();
        for element in &template.elements {
            match element {
                TemplateElement::Expression(call) | TemplateElement::HtmlExpression(call) | TemplateElement::HelperBlock(call) => {
                    body.call(call);
                }
                _ => body.fixed += 1,
            }
        }
        body
    }

    fn call(&mut self, call: &HelperTemplate) {
        self.fixed += TAG;
        for parameter in std::iter::once(&call.name).chain(&call.params).chain(call.hash.values()) {
            match parameter {
                Parameter::Path(path) => {
                    let (steps, text) = match path {
                        Path::Relative((steps, text)) => (steps.len(), text),
                        Path::Local((_, _, text)) => (1, text),
                    };
                    self.fixed += steps + text.len() / BYTES_A_UNIT;
                    self.paths += 1;
                }
                Parameter::Subexpression(inner) => {
                    if let TemplateElement::Expression(call) = inner.as_element() {
                        self.call(call);
                    }
                }
                // Names and literals are borrowed.
                _ => self.fixed += 1,
            }
        }
    }

    /// Takes its cost, at the place where rendering is now.
    pub fn charge(self) -> Result<(), RenderErrorReason> {
        charge(self.fixed.saturating_add(self.paths.saturating_mul(1 + BASE.get())))
    }
}
