//! Templates: text with facts in it, a list of facts to put in, and how it reads for the chosen person.

use super::combo::Combo;
use super::known::known;
use super::person::{Seen, who};
use super::plain::described;
use super::spot::{Spot, Typed, as_text, of_text, typed};
use crate::ui::{Button, toast};
use crate::words::field::size;
use crate::worker::{Ask, asked};
use crate::{browser, t, tr};
use leptos::html;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_nodes::Json;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::template;

/// The longest template, in bytes: the engine refuses longer ones, and a page with one would crawl.
pub const LONGEST: usize = 256 * 1024;
/// What is shown of a template that is too long.
const GLIMPSE: usize = 2_000;
/// Longer results are cut in the preview of a line.
const READS: usize = 600;

/// What is put into a template for a fact. A first name is what people forget to give: it gets something in its place.
fn written(path: &str) -> String {
    let path = path
        .split('.')
        .map(|part| if part.contains([' ', '-']) { format!("[{part}]") } else { part.to_owned() })
        .collect::<Vec<_>>()
        .join(".");
    match path.as_str() {
        "customer.first_name" | "customer.name" => format!("{{{{default {path} \"{}\"}}}}", t!(form.template.friend)),
        _ => format!("{{{{{path}}}}}"),
    }
}

/// A template.
#[component]
pub fn Template(
    /// The value.
    spot: Spot,
    /// Whether its values are escaped for HTML.
    html: bool,
    /// What it is worth while it is empty.
    #[prop(optional, into)]
    placeholder: MaybeProp<String>,
    /// What it is called, where no label says so.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// Whether how it reads is told below.
    #[prop(default = true)]
    reads: bool,
) -> impl IntoView {
    let long = Memo::new(move |_| spot.value.with(|value| value.as_ref().and_then(Json::as_str).map_or(0, str::len)) > LONGEST);
    view! {
        <Show when=move || long.get() fallback=move || view! { <Writing spot=spot html=html placeholder=placeholder label=label reads=reads /> }>
            <TooLong spot=spot />
        </Show>
    }
}

/// A template that nobody can edit here: it is kept, its beginning is shown, and it can be taken out whole.
#[component]
fn TooLong(spot: Spot) -> impl IntoView {
    let bytes = move || spot.value.with(|value| value.as_ref().and_then(Json::as_str).map_or(0, str::len));
    let glimpse = move || {
        spot.value.with(|value| {
            value.as_ref().and_then(Json::as_str).map(|text| text.chars().take(GLIMPSE).collect::<String>()).unwrap_or_default()
        })
    };
    let copy = move |_| {
        let text = spot.value.with_untracked(|value| as_text(value.as_ref()));
        leptos::task::spawn_local(async move {
            if browser::copy(&text).await {
                toast(t!(ui.copied));
            }
        });
    };
    view! {
        <div class="too-long" id=spot.id() tabindex="-1">
            <p>{move || t!(form.template.too_long, size = size(bytes()), most = size(LONGEST))}</p>
            <pre dir="ltr">{glimpse}</pre>
            <div class="row">
                <Button on:click=copy>{tr!(form.template.copy_all)}</Button>
                <Button on:click=move |_| spot.set(None)>{tr!(form.template.remove)}</Button>
            </div>
        </div>
    }
}

#[component]
fn Writing(spot: Spot, html: bool, placeholder: MaybeProp<String>, label: MaybeProp<String>, reads: bool) -> impl IntoView {
    let Typed { text, typed, done } = typed(spot, as_text, of_text);
    let area = NodeRef::<html::Textarea>::new();
    let picking = RwSignal::new(false);
    let wrong = spot.wrong_below();
    let put = Callback::new(move |path: String| {
        picking.set(false);
        let Some(area) = area.get_untracked() else { return };
        if path.is_empty() {
            let _ = area.focus();
            return;
        }
        let written = written(&path);
        let (start, end) = (area.selection_start().ok().flatten().unwrap_or(0), area.selection_end().ok().flatten().unwrap_or(0));
        let _ = area.focus();
        let _ = area.set_range_text_with_start_and_end_and_mode(&written, start, end, "end");
        typed.run(area.value());
    });
    // What is too long to keep is not taken: a page that hangs would lose what was there before.
    let pasted = move |event: web_sys::ClipboardEvent| {
        let length = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).map_or(0, |text| text.len());
        if length + text.with_untracked(String::len) > LONGEST {
            event.prevent_default();
            toast::trouble(t!(form.template.paste_too_long, size = size(length), most = size(LONGEST)));
        }
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key() == " " {
            event.prevent_default();
            picking.set(true);
        }
    };
    let picker = format!("{}-fact", spot.id());
    let begin = picker.clone();
    Effect::new(move |_| {
        if picking.get() {
            let id = begin.clone();
            request_animation_frame(move || browser::focus(&id));
        }
    });
    let read = move || reads && text.with(|text| text.contains("{{"));
    view! {
        <div class="template" class:tall=html>
            <textarea node_ref=area id=spot.id() class="in" class:mono=html rows=if html { 8 } else { 1 } dir="auto" spellcheck=(!html).to_string()
                prop:value=move || text.get() placeholder=move || placeholder.get() aria-label=move || label.get() aria-describedby=described(spot)
                aria-invalid=move || (!wrong.with(Vec::is_empty)).to_string() on:paste=pasted on:keydown=keys
                on:input=move |event| typed.run(event_target_value(&event)) on:blur=move |_| { let _ = done.try_run(()); }></textarea>
            <button type="button" class="put" title=tr!(form.template.put_hint) aria-expanded=move || picking.get().to_string() on:click=move |_| picking.update(|open| *open = !*open)>
                <span aria-hidden="true">"{ }"</span><span class="only-read">{tr!(form.template.put)}</span>
            </button>
        </div>
        <Show when=move || picking.get()>
            <Combo id=picker.clone() value="" picks=known().fact_picks() chosen=put adds=true opened=true label=Signal::derive(tr!(form.template.put)) placeholder=Signal::derive(tr!(form.template.put)) />
        </Show>
        <Show when=read><Reads text=text html=html /></Show>
    }
}

/// How does a template read?
#[derive(Serialize, Deserialize)]
pub struct Reading {
    text: String,
    html: bool,
    seen: Seen,
}

impl Ask for Reading {
    /// The text, or why there is none.
    type Answer = Result<String, String>;
    fn answer(self, kinds: &Registry) -> Result<String, String> {
        template::render(&self.text, self.html, &self.seen.after_earlier(kinds).facts()).map_err(|problem| problem.message)
    }
}

/// How a template reads for the chosen person.
#[component]
fn Reads(text: RwSignal<String>, html: bool) -> impl IntoView {
    let who = who();
    let read = asked(move || Some(Reading { text: text.get(), html, seen: who.seen() }));
    let wrong = move || read.with(|read| read.as_deref().is_some_and(Result::is_err));
    let cut = |text: String| match text.char_indices().nth(READS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    view! {
        <p class="preview" class:error=wrong aria-live="polite">
            <span class="note">{move || t!(form.template.reads, name = who.name())}</span>
            {move || read.get().map(|read| match Arc::unwrap_or_clone(read) {
                Ok(read) if html => view! { <span>{t!(form.template.see_preview, size = size(read.len()))}</span> }.into_any(),
                Ok(read) => view! { <span dir="auto">{cut(read)}</span> }.into_any(),
                Err(problem) => view! { <span lang="en" dir="ltr">{problem}</span> }.into_any(),
            })}
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_put_in_so_that_it_reads() {
        assert_eq!(written("event.properties.total"), "{{event.properties.total}}");
        assert_eq!(written("event.properties.Order Total"), "{{event.properties.[Order Total]}}");
        assert_eq!(written("customer.first_name"), "{{default customer.first_name \"friend\"}}");
    }
}
