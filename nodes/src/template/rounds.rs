//! `{{#each}}` with an end: a loop whose body writes nothing would never meet the limit of the output.

use crate::Json;
use handlebars::{
    BlockContext, BlockParams, Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, Renderable,
    Template,
};
use std::cell::Cell;

/// How many rounds all loops of one render may make together.
const MOST: usize = 20_000;
/// What is said when they make more.
pub(super) const TOO_MANY_ROUNDS: &str = "the loops make more than 20000 rounds: loop over a shorter list, or nest less";

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(MOST) };
}

/// Begins a new render.
pub(super) fn start() {
    LEFT.set(MOST);
}

fn take_one() -> Result<(), RenderErrorReason> {
    match LEFT.get().checked_sub(1) {
        Some(left) => {
            LEFT.set(left);
            Ok(())
        }
        None => Err(RenderErrorReason::Other(TOO_MANY_ROUNDS.to_owned())),
    }
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
        let over = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("each", 0))?;
        let Some(body) = helper.template() else { return Ok(()) };
        let base = over.context_path().cloned();
        let mut round = |i: usize, last: bool, step: String, key: Json, item: &Json, rc: &mut RenderContext<'reg, 'rc>| {
            take_one()?;
            let mut block = BlockContext::new();
            block.set_local_var("first", (i == 0).into());
            block.set_local_var("last", last.into());
            block.set_local_var("index", i.into());
            block.set_local_var("key", key.clone());
            block.set_block_params(names(helper, base.is_some(), key, item)?);
            match &base {
                Some(base) => {
                    let path = block.base_path_mut();
                    path.clone_from(base);
                    path.push(step);
                }
                None => block.set_base_value(item.clone()),
            }
            rc.push_block(block);
            Template::render(body, registry, context, rc, out)?;
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
                Some(otherwise) => otherwise.render(registry, context, rc, out),
                None if over.is_value_missing() => Err(RenderErrorReason::MissingVariable(over.relative_path().cloned()).into()),
                None => Ok(()),
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
