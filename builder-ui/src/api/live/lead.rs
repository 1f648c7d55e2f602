//! Which tab listens for the others: the one that holds a lock of the browser's.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Whether this tab listens.
pub(super) enum Lead {
    /// It does not and has not asked for it.
    No,
    /// It listens once the tab that does has gone.
    Asked,
    /// It does, for all tabs or, where the browser has no locks, for itself.
    Yes(#[allow(dead_code, reason = "held until it is dropped")] Option<Lock>),
}

/// A lock that is held; free again when dropped.
pub(super) struct Lock(Function);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::NULL);
    }
}

/// The browser's locks and what asks for one. None in pages that came by plain HTTP from another host, and in old browsers.
fn locks() -> Option<(JsValue, Function)> {
    let locks = Reflect::get(&web_sys::window()?.navigator(), &"locks".into()).ok()?;
    let request = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    Some((locks, request))
}

/// Whether tabs can agree on one.
pub(super) fn is_possible() -> bool {
    locks().is_some()
}

/// Asks for the lock of this name; `granted` is called when it is this tab's, maybe much later.
pub(super) fn ask(name: &str, granted: impl FnOnce(Lock) + 'static) {
    let Some((locks, request)) = locks() else { return };
    // It is held until the promise is kept.
    let held = Closure::once_into_js(move |_lock: JsValue| {
        let mut granted = Some(granted);
        Promise::new(&mut |free, _| {
            if let Some(granted) = granted.take() {
                granted(Lock(free));
            }
        })
    });
    let _ = request.call2(&locks, &name.into(), &held);
}
