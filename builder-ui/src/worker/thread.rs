//! Both ends of the line between the page and the worker.

use super::Kinds;
use crate::{browser, t};
use futures::channel::oneshot;
use std::cell::RefCell;
use std::collections::HashMap;
use tradewind_nodes::kinds::Registry;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What the worker says once it can hear.
const READY: &str = "ready";
/// What the kinds are sent under; questions count from 1.
const KINDS: u32 = 0;

/// The worker as the page has it.
struct Running {
    worker: Worker,
    /// What was sent before it could hear.
    early: Option<Vec<String>>,
    waiting: HashMap<u32, oneshot::Sender<String>>,
    last: u32,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _died: Closure<dyn FnMut(JsValue)>,
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
    /// Told again to each worker.
    static KNOWN: RefCell<Option<Kinds>> = const { RefCell::new(None) };
}

fn line(number: u32, what: &impl serde::Serialize) -> Option<String> {
    Some(format!("{number}:{}", serde_json::to_string(what).ok()?))
}

fn heard(text: &str) {
    RUNNING.with_borrow_mut(|running| {
        let Some(running) = running else { return };
        if text == READY {
            for early in running.early.take().into_iter().flatten() {
                let _ = running.worker.post_message(&early.into());
            }
        } else if let Some((number, answer)) = text.split_once(':')
            && let Some(asker) = number.parse().ok().and_then(|number| running.waiting.remove(&number))
        {
            // Whoever asked may have gone.
            let _ = asker.send(answer.to_owned());
        }
    });
}

/// The worker is of no use any more: whoever waits is told, the next question starts another.
fn died() {
    if let Some(running) = RUNNING.with_borrow_mut(Option::take) {
        running.worker.terminate();
        crate::ui::toast::trouble(t!(shell.worker_died));
        // Its closures run at this moment.
        wasm_bindgen_futures::spawn_local(async move { drop(running) });
    }
}

fn started() -> Option<Running> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&browser::meta("worker")?, &options).ok()?;
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            heard(&text);
        }
    });
    let on_error = Closure::<dyn FnMut(JsValue)>::new(|_| died());
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    let early = KNOWN.with_borrow(|known| known.as_ref().and_then(|known| line(KINDS, known))).into_iter().collect();
    Some(Running { worker, early: Some(early), waiting: HashMap::new(), last: KINDS, _heard: on_message, _died: on_error })
}

impl Running {
    fn post(&mut self, text: String) {
        match &mut self.early {
            Some(early) => early.push(text),
            None => {
                let _ = self.worker.post_message(&text.into());
            }
        }
    }
}

fn with<T>(work: impl FnOnce(&mut Running) -> T) -> Option<T> {
    RUNNING.with_borrow_mut(|running| {
        if running.is_none() {
            *running = started();
        }
        running.as_mut().map(work)
    })
}

pub(super) fn wake() {
    with(|_| ());
}

pub(super) fn know(kinds: Kinds) {
    let text = line(KINDS, &kinds);
    KNOWN.set(Some(kinds));
    // A worker that is started later gets them at its start.
    RUNNING.with_borrow_mut(|running| {
        if let (Some(running), Some(text)) = (running, text) {
            running.post(text);
        }
    });
}

pub(super) async fn send(name: &str, question: &impl serde::Serialize) -> Option<String> {
    let answer = with(|running| {
        running.last += 1;
        let text = format!("{}:{name}:{}", running.last, serde_json::to_string(question).ok()?);
        let (asker, answer) = oneshot::channel();
        running.waiting.insert(running.last, asker);
        running.post(text);
        Some(answer)
    })??;
    answer.await.ok()
}

/// The worker's own end: answers, one question after the other, as long as the page is there. `answer` gets a question's name and body.
pub fn serve(answer: fn(&str, &str, &Registry) -> Option<String>) {
    // This program is only ever started as a worker.
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let mut registry = Registry::builtin();
    let back = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        let Some((number, body)) = text.split_once(':') else { return };
        if number.parse() == Ok(KINDS) {
            registry = serde_json::from_str::<Kinds>(body).unwrap_or_default().registry();
        } else if let Some(said) = body.split_once(':').and_then(|(name, question)| answer(name, question, &registry)) {
            let _ = back.post_message(&format!("{number}:{said}").into());
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let _ = scope.post_message(&READY.into());
}
