//! The blocks, each of which counts what rendering its body costs: a loop whose body writes nothing would never meet the limit of the
//! output.

use super::budget::{self, Body};
use crate::Json;
use handlebars::{
    BlockContext, BlockParams, Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy, Output, PathAndJson, RenderContext,
    RenderErrorReason, Renderable, Template,
};

/// Units of one round of a loop beside its body.
const ROUND: usize = 8;

fn param<'h, 'rc>(helper: &'h Helper<'rc>, name: &'static str) -> Result<&'h PathAndJson<'rc>, RenderErrorReason> {
    helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex(name, 0))
}

/// Renders the body of a block, if it has one, once.
fn render<'reg: 'rc, 'rc>(
    body: Option<&'rc Template>,
    registry: &'reg Handlebars<'reg>,
    context: &'rc Context,
    rc: &mut RenderContext<'reg, 'rc>,
    out: &mut dyn Output,
) -> HelperResult {
    let Some(body) = body else { return Ok(()) };
    Body::of(body).charge()?;
    body.render(registry, context, rc, out)
}

/// `{{#if}}`, and `{{#unless}}` when it is false that is asked for.
pub(super) struct If(pub bool);

impl HelperDef for If {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let include_zero = helper.hash_get("includeZero").and_then(|v| v.value().as_bool()).unwrap_or(false);
        let holds = param(helper, if self.0 { "if" } else { "unless" })?.value().is_truthy(include_zero) == self.0;
        render(if holds { helper.template() } else { helper.inverse() }, registry, context, rc, out)
    }
}

/// `{{#with}}`: the names inside it belong to one value.
pub(super) struct With;

impl HelperDef for With {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let of = param(helper, "with")?;
        if !of.value().is_truthy(false) {
            return match helper.inverse() {
                None => Err(RenderErrorReason::MissingVariable(of.relative_path().cloned()).into()),
                otherwise => render(otherwise, registry, context, rc, out),
            };
        }
        let mut block = BlockContext::new();
        // @index and @key of the loop around it stay readable.
        if let Some(around) = rc.block() {
            block.local_variables_mut().clone_from(around.local_variables());
        }
        let base = begin(&mut block, of.context_path(), None, of.value())?;
        if let Some(name) = helper.block_param() {
            let mut names = BlockParams::new();
            match of.context_path() {
                Some(_) => names.add_path(name, Vec::new())?,
                None => names.add_value(name, of.value().clone())?,
            }
            block.set_block_params(names);
        }
        rc.push_block(block);
        budget::within(base, || render(helper.template(), registry, context, rc, out))?;
        rc.pop_block();
        Ok(())
    }
}

/// Lets the names of a block belong to `item`: by its path, to which `step` is the last one, or as a copy where it has no path. Gives
/// what each path inside the block costs more for that.
fn begin(block: &mut BlockContext<'_>, base: Option<&Vec<String>>, step: Option<String>, item: &Json) -> Result<usize, RenderErrorReason> {
    let Some(base) = base else {
        let size = budget::size(item, usize::MAX);
        // Copied for the block and for its name.
        budget::charge(2 * size)?;
        block.set_base_value(item.clone());
        return Ok(size);
    };
    let path = block.base_path_mut();
    path.clone_from(base);
    path.extend(step);
    let steps = budget::of_path(path);
    budget::charge(steps)?;
    Ok(steps)
}

/// The loop over a list or the entries of an object.
pub(super) struct Each;

impl HelperDef for Each {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        rc: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let over = param(helper, "each")?;
        let Some(body) = helper.template() else { return Ok(()) };
        let cost = Body::of(body);
        let base = over.context_path();
        let mut round = |i: usize, last: bool, step: String, key: Json, item: &Json, rc: &mut RenderContext<'reg, 'rc>| {
            budget::charge(ROUND)?;
            budget::charge_value(&key)?;
            let mut block = BlockContext::new();
            block.set_local_var("first", (i == 0).into());
            block.set_local_var("last", last.into());
            block.set_local_var("index", i.into());
            block.set_local_var("key", key.clone());
            let reach = begin(&mut block, base, Some(step), item)?;
            block.set_block_params(names(helper, base.is_some(), key, item)?);
            rc.push_block(block);
            budget::within(reach, || {
                cost.charge()?;
                Template::render(body, registry, context, rc, out)
            })?;
            rc.pop_block();
            HelperResult::Ok(())
        };
        match over.value() {
            Json::Array(items) if !items.is_empty() => {
                for (i, item) in items.iter().enumerate() {
                    round(i, i + 1 == items.len(), i.to_string(), i.into(), item, rc)?;
                }
                Ok(())
            }
            Json::Object(map) if !map.is_empty() => {
                for (i, (key, item)) in map.iter().enumerate() {
                    round(i, i + 1 == map.len(), key.clone(), key.as_str().into(), item, rc)?;
                }
                Ok(())
            }
            _ => match helper.inverse() {
                None if over.is_value_missing() => Err(RenderErrorReason::MissingVariable(over.relative_path().cloned()).into()),
                otherwise => render(otherwise, registry, context, rc, out),
            },
        }
    }
}

/// The names that `as |item key|` gives.
fn names<'rc>(helper: &Helper<'rc>, by_path: bool, key: Json, item: &Json) -> Result<BlockParams<'rc>, handlebars::RenderError> {
    let mut names = BlockParams::new();
    let (item_name, key_name) = match (helper.block_param(), helper.block_param_pair()) {
        (Some(one), _) => (one, None),
        (None, Some((one, two))) => (one, Some(two)),
        (None, None) => return Ok(names),
    };
    if by_path {
        names.add_path(item_name, Vec::new())?;
    } else {
        names.add_value(item_name, item.clone())?;
    }
    if let Some(name) = key_name {
        names.add_value(name, key)?;
    }
    Ok(names)
}
