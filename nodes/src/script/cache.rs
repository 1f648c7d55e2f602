//! Parsed scripts by their source, so that a busy node is parsed once.

use rhai::AST;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// How many scripts a generation holds; two generations are kept.
const GENERATION: usize = 256;

/// A bounded map in two generations: what was not asked for during a whole generation is let go.
/// It needs no clock and no list of uses, and a burst of new scripts cannot push out all that are busy.
#[derive(Default)]
struct Cache {
    young: HashMap<String, Arc<AST>>,
    old: HashMap<String, Arc<AST>>,
}

impl Cache {
    fn get(&mut self, source: &str) -> Option<Arc<AST>> {
        if let Some(found) = self.young.get(source) {
            return Some(Arc::clone(found));
        }
        let (source, found) = self.old.remove_entry(source)?;
        self.put(source, Arc::clone(&found));
        Some(found)
    }
    fn put(&mut self, source: String, ast: Arc<AST>) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(source, ast);
    }
}

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// The parsed form of `source`, from the cache or by `parse`.
pub(super) fn parsed<E>(source: &str, parse: impl FnOnce() -> Result<AST, E>) -> Result<Arc<AST>, E> {
    // A poisoned lock only means a panic elsewhere between two whole operations: the map is sound.
    if let Some(found) = CACHE.lock().unwrap_or_else(PoisonError::into_inner).get(source) {
        return Ok(found);
    }
    let ast = Arc::new(parse()?);
    CACHE.lock().unwrap_or_else(PoisonError::into_inner).put(source.to_owned(), Arc::clone(&ast));
    Ok(ast)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_bounded_and_keeps_what_is_used() {
        let mut cache = Cache::default();
        for n in 0..10 * GENERATION {
            cache.put(format!("{n}"), Arc::new(AST::empty()));
            cache.get("0");
        }
        assert!(cache.young.len() + cache.old.len() <= 2 * GENERATION);
        assert!(cache.get("0").is_some());
        assert!(cache.get("1").is_none());
    }
}
