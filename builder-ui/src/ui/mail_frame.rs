//! A mail as its reader would see it: in a frame where no script runs and mails may bring styles of their own.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Where the empty frame is; its policy allows styles, images and nothing else.
const FRAME: &str = "/assets/frame/mail";

/// A mail's HTML.
#[component]
pub fn MailFrame(
    /// The HTML.
    #[prop(into)]
    html: Signal<String>,
    /// What is in the frame, for screen readers.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it is shown as a mail program set to dark shows it.
    #[prop(optional, into)]
    dark: Signal<bool>,
) -> impl IntoView {
    let node = NodeRef::<html::Iframe>::new();
    let loaded = RwSignal::new(0_u32);
    Effect::new(move |_| {
        loaded.track();
        let html = html.get();
        // Without `allow-scripts` nothing in it runs; the same origin lets the builder write into it.
        let Some(page) = node.get().and_then(|frame| frame.content_document()) else { return };
        let Some(root) = page.document_element().filter(|_| loaded.get_untracked() > 0) else { return };
        root.set_inner_html(&html);
        let root: HtmlElement = root.unchecked_into();
        let _ = root.style().set_property("color-scheme", if dark.get() { "dark" } else { "light" });
    });
    view! { <iframe node_ref=node class="mail-frame" class:dark=move || dark.get() src=FRAME sandbox="allow-same-origin" title=title on:load=move |_| loaded.update(|n| *n += 1)></iframe> }
}
