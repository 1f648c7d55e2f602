//! Server-sent events: a stream that comes back by itself.

use crate::api::link;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventSource, MessageEvent};

const FIRST_PAUSE: u32 = 1_000;
const LONGEST_PAUSE: u32 = 30_000;

/// A stream that is being listened to; dropping it closes it.
pub(super) struct Stream {
    state: Rc<State>,
}

/// Is told an event's name and body.
type Tell = Box<dyn Fn(&str, &str)>;
type Heard = Closure<dyn FnMut(MessageEvent)>;
type Failed = Closure<dyn FnMut(Event)>;

struct State {
    address: String,
    names: &'static [&'static str],
    tell: Tell,
    source: RefCell<Option<EventSource>>,
    heard: RefCell<Vec<Heard>>,
    failed: RefCell<Option<Failed>>,
    pause: Cell<u32>,
    closed: Cell<bool>,
}

impl Stream {
    /// Listens at `address` for events of these names; `tell` gets an event's name and body.
    pub fn listen(address: String, names: &'static [&'static str], tell: impl Fn(&str, &str) + 'static) -> Self {
        let state = Rc::new(State {
            address,
            names,
            tell: Box::new(tell),
            source: RefCell::default(),
            heard: RefCell::default(),
            failed: RefCell::default(),
            pause: Cell::new(FIRST_PAUSE),
            closed: Cell::new(false),
        });
        open(&state);
        Self { state }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.state.closed.set(true);
        if let Some(source) = self.state.source.take() {
            source.close();
        }
    }
}

fn open(state: &Rc<State>) {
    let Ok(source) = EventSource::new(&state.address) else { return };
    let mut heard = Vec::new();
    for name in state.names {
        let weak = Rc::downgrade(state);
        let closure = Heard::new(move |event: MessageEvent| {
            if let (Some(state), Some(data)) = (weak.upgrade(), event.data().as_string()) {
                state.pause.set(FIRST_PAUSE);
                (state.tell)(name, &data);
            }
        });
        let _ = source.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        heard.push(closure);
    }
    let weak = Rc::downgrade(state);
    let failed = Failed::new(move |_| {
        if let Some(state) = weak.upgrade() {
            again(&state);
        }
    });
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    // The former's closures go when the new ones are in place.
    *state.source.borrow_mut() = Some(source);
    *state.heard.borrow_mut() = heard;
    *state.failed.borrow_mut() = Some(failed);
}

/// The browser reconnects after a broken line by itself, but gives up on an answer that is an error: then we do it.
fn again(state: &Rc<State>) {
    let gave_up = state.source.borrow().as_ref().is_none_or(|source| source.ready_state() == EventSource::CLOSED);
    if state.closed.get() || !gave_up {
        return;
    }
    let pause = state.pause.get();
    state.pause.set((pause * 2).min(LONGEST_PAUSE));
    let weak = Rc::downgrade(state);
    leptos::task::spawn_local(async move {
        crate::browser::pause(pause).await;
        link::back().await;
        if let Some(state) = weak.upgrade().filter(|state| !state.closed.get()) {
            open(&state);
        }
    });
}
