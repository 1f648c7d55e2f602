//! Following the size of an element.

use leptos::html;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// What is kept to stop.
struct Watch {
    observer: ResizeObserver,
    _call: Closure<dyn FnMut()>,
}

/// Follows until it is dropped.
pub struct Follow(StoredValue<Rc<RefCell<Option<Watch>>>, LocalStorage>);

impl Drop for Follow {
    fn drop(&mut self) {
        if let Some(watch) = self.0.try_get_value().and_then(|held| held.borrow_mut().take()) {
            watch.observer.disconnect();
        }
    }
}

/// Calls whenever the element has another size, once it is on the page.
pub fn follow(node: NodeRef<html::Div>, call: impl Fn(&Element) + Clone + 'static) -> Follow {
    let held: Rc<RefCell<Option<Watch>>> = Rc::default();
    let keep = Rc::clone(&held);
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let (call, watched) = (call.clone(), element.clone());
        let closure = Closure::<dyn FnMut()>::new(move || call(&watched));
        if let Ok(observer) = ResizeObserver::new(closure.as_ref().unchecked_ref()) {
            observer.observe(&element);
            *keep.borrow_mut() = Some(Watch { observer, _call: closure });
        }
    });
    Follow(StoredValue::new_local(held))
}
