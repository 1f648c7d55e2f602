//! The one Rhai engine: what scripts may use and how much of it.

use super::{call, functions};
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage, BasicStringPackage,
    LanguageCorePackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, Token};
use std::sync::LazyLock;

/// Operations one call may take.
pub(super) const MAX_OPERATIONS: u64 = 100_000;
/// Bytes of one text.
pub(super) const MAX_STRING: usize = 64 * 1024;
/// Items of one list or map, those of lists within it counted too.
pub(super) const MAX_ITEMS: usize = 10_000;
const MAX_CALLS: usize = 32;

/// Built once: making an engine costs more than most scripts.
pub(super) static ENGINE: LazyLock<Engine> = LazyLock::new(build);

fn build() -> Engine {
    let mut engine = Engine::new_raw();
    // The standard package without time (its `timestamp` reads a clock), blobs and bits.
    LanguageCorePackage::new().register_into_engine(&mut engine);
    ArithmeticPackage::new().register_into_engine(&mut engine);
    BasicStringPackage::new().register_into_engine(&mut engine);
    BasicIteratorPackage::new().register_into_engine(&mut engine);
    BasicFnPackage::new().register_into_engine(&mut engine);
    LogicPackage::new().register_into_engine(&mut engine);
    BasicMathPackage::new().register_into_engine(&mut engine);
    BasicArrayPackage::new().register_into_engine(&mut engine);
    BasicMapPackage::new().register_into_engine(&mut engine);
    MoreStringPackage::new().register_into_engine(&mut engine);
    functions::register(&mut engine);

    free_go(&mut engine);
    engine.disable_symbol("eval").disable_symbol("import").disable_symbol("export");
    engine.set_max_modules(0);
    engine.set_max_operations(MAX_OPERATIONS);
    engine.set_max_call_levels(MAX_CALLS);
    engine.set_max_expr_depths(64, 32);
    engine.set_max_variables(200);
    engine.set_max_functions(50);
    engine.set_max_string_size(MAX_STRING);
    engine.set_max_array_size(MAX_ITEMS);
    engine.set_max_map_size(MAX_ITEMS);
    engine.on_print(|_| {});
    engine.on_debug(|_, _, _| {});
    // A clock is read every 16 operations, for one operation may copy a list of 10,000: seldom enough not to be felt.
    engine.on_progress(|count| (count % 16 == 0 && call::overdue()).then(|| Dynamic::from("time")));
    engine
}

/// Rhai keeps the word `go` for itself without using it; here it is the name of a function.
#[allow(deprecated, reason = "Rhai may change its form; a test calls `go`, so an upgrade that breaks it is seen")]
fn free_go(engine: &mut Engine) {
    engine.on_parse_token(|token, _, _| match token {
        Token::Reserved(word) if word.as_str() == "go" => Token::Identifier(word),
        other => other,
    });
}
