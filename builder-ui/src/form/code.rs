//! The editor of scripts: a textarea whose letters are drawn by the coloured copy below it, with completion and the line of a mistake.

use super::code_tokens::{FACTS, WORDS, place_of, tokens, word_before};
use super::known::known;
use super::outcome::TryIt;
use super::spot::{Spot, Typed, as_text, of_text, typed};
use crate::ui::toast;
use crate::words::field::size;
use crate::worker::{Ask, asked};
use crate::{t, tr};
use leptos::html;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tradewind_nodes::issue::FieldIssue;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::script::{self, FUNCTIONS};
use web_sys::{HtmlTextAreaElement, KeyboardEvent};

/// Completions shown at once.
const MOST: usize = 8;
/// A letter alone completes nothing.
const LEAST: usize = 2;

/// Something that completes what is being written.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Completion {
    /// What is put in.
    put: String,
    /// What is shown beside it.
    note: String,
}

/// What is wrong with a script?
#[derive(Serialize, Deserialize)]
pub struct Mistake {
    script: String,
}

impl Ask for Mistake {
    /// The first mistake.
    type Answer = Option<FieldIssue>;
    fn answer(self, _: &Registry) -> Option<FieldIssue> {
        script::check(&self.script, "").into_iter().next()
    }
}

/// A script in a form, with a way to try the step.
#[component]
pub fn Script(
    /// The value.
    spot: Spot,
) -> impl IntoView {
    let Typed { text, typed, done } = typed(spot, as_text, of_text);
    let wrong = asked(move || Some(Mistake { script: text.get() }));
    let place = Memo::new(move |_| wrong.with(|wrong| wrong.as_deref()?.as_ref().and_then(|issue| place_of(&issue.message))));
    view! {
        <CodeEditor id=spot.id() text=text typed=typed done=done place=place label=Signal::derive(tr!(form.code.label)) />
        <TryIt />
    }
}

/// The editor.
#[component]
#[allow(clippy::too_many_lines, reason = "one view: what it shows and what its keys do")]
pub fn CodeEditor(
    /// Its id.
    #[prop(into)]
    id: String,
    /// What stands in it.
    text: RwSignal<String>,
    /// A letter was typed.
    typed: Callback<String>,
    /// It was left.
    done: Callback<()>,
    /// Line and column of the first mistake.
    place: Memo<Option<(usize, usize)>>,
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let offered = RwSignal::new(Vec::<Completion>::new());
    let at = RwSignal::new(0_usize);
    let paths = Memo::new(move |_| known().facts.with(|facts| facts.iter().map(|fact| fact.path.clone()).collect::<Vec<_>>()));
    let offer = move |forced: bool| {
        let Some(area) = area.get_untracked() else { return };
        let found =
            caret(&area).map(|(text, caret)| completions(word_before(&text, caret), forced, &paths.get_untracked())).unwrap_or_default();
        at.set(0);
        offered.set(found);
    };
    let take = move |completion: Completion| {
        offered.set(Vec::new());
        if let Some(area) = area.get_untracked() {
            let word = caret(&area).map(|(text, caret)| word_before(&text, caret).encode_utf16().count()).unwrap_or(0);
            put(&area, &completion.put, word);
            typed.run(area.value());
        }
    };
    let input = move |event: web_sys::Event| {
        typed.run(event_target_value(&event));
        offer(false);
    };
    let keys = move |event: KeyboardEvent| {
        let count = offered.with_untracked(Vec::len);
        let held = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            " " if held => offer(true),
            "ArrowDown" if count > 0 => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => at.update(|at| *at = (*at + count - 1) % count),
            "Escape" if count > 0 => offered.set(Vec::new()),
            "Enter" | "Tab" if count > 0 => {
                if let Some(completion) = offered.with_untracked(|offered| offered.get(at.get_untracked()).cloned()) {
                    take(completion);
                }
            }
            // Tab leaves the field, as everywhere; four blanks come by Ctrl+].
            "]" if held => area.get_untracked().iter().for_each(|area| {
                put(area, "    ", 0);
                typed.run(area.value());
            }),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let pasted = move |event: web_sys::ClipboardEvent| {
        let length = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).map_or(0, |text| text.len());
        if length + text.with_untracked(String::len) > script::MAX_SOURCE {
            event.prevent_default();
            toast::trouble(t!(form.template.paste_too_long, size = size(length), most = size(script::MAX_SOURCE)));
        }
    };
    let list = format!("{id}-list");
    let entry = {
        let id = id.clone();
        move |n: usize| format!("{id}-c{n}")
    };
    let active = {
        let entry = entry.clone();
        move || offered.with(|offered| !offered.is_empty()).then(|| entry(at.get()))
    };
    view! {
        <div class="code" dir="ltr">
            <Lines text=text place=place />
            <div class="code-body">
                <Coloured text=text />
                <textarea node_ref=area id=id.clone() spellcheck="false" autocomplete="off" autocapitalize="off" wrap="off" prop:value=move || text.get()
                    aria-label=label aria-describedby=format!("{id}-hint {id}-error") aria-invalid=move || place.with(Option::is_some).to_string()
                    aria-autocomplete="list" aria-controls=list.clone() aria-activedescendant=active
                    on:input=input on:keydown=keys on:paste=pasted on:blur=move |_| { offered.set(Vec::new()); let _ = done.try_run(()); }></textarea>
            </div>
        </div>
        <div class="completions" id=list role="listbox" aria-label=tr!(form.code.completions) hidden=move || offered.with(Vec::is_empty)>
            {move || offered.get().into_iter().enumerate().map(|(n, completion)| {
                let (put, note) = (completion.put.clone(), completion.note.clone());
                view! {
                    <div class="pick" role="option" id=entry(n) aria-selected=move || (at.get() == n).to_string()
                        on:mousedown=|event| event.prevent_default() on:click=move |_| take(completion.clone())><code>{put}</code><small>{note}</small></div>
                }
            }).collect_view()}
        </div>
    }
}

#[component]
fn Lines(text: RwSignal<String>, place: Memo<Option<(usize, usize)>>) -> impl IntoView {
    let count = Memo::new(move |_| text.with(|text| text.matches('\n').count() + 1));
    let line = move |n: usize| view! { <span class:bad=move || place.get().is_some_and(|(line, _)| line == n)>{n}</span> };
    view! { <div class="code-lines" aria-hidden="true">{move || (1..=count.get()).map(line).collect_view()}</div> }
}

#[component]
fn Coloured(text: RwSignal<String>) -> impl IntoView {
    let pieces = move || {
        text.with(|text| {
            tokens(text).into_iter().map(|(token, piece)| view! { <span class=token.class()>{piece.to_owned()}</span> }).collect_view()
        })
    };
    // A last empty line has no height of its own.
    view! { <pre aria-hidden="true">{pieces}"\n"</pre> }
}

/// The text and the caret in it, in bytes.
fn caret(area: &HtmlTextAreaElement) -> Option<(String, usize)> {
    let text = area.value();
    let units = area.selection_start().ok()??;
    let mut left = usize::try_from(units).ok()?;
    let mut bytes = 0;
    for c in text.chars() {
        if left == 0 {
            break;
        }
        left = left.saturating_sub(c.len_utf16());
        bytes += c.len_utf8();
    }
    Some((text, bytes))
}

/// Puts a text in the place of the `back` letters before the caret.
fn put(area: &HtmlTextAreaElement, text: &str, back: usize) {
    let end = area.selection_end().ok().flatten().unwrap_or(0);
    let start = end.saturating_sub(u32::try_from(back).unwrap_or(0));
    let _ = area.set_range_text_with_start_and_end_and_mode(text, start, end, "end");
}

fn completions(word: &str, forced: bool, paths: &[String]) -> Vec<Completion> {
    if word.len() < LEAST && !forced {
        return Vec::new();
    }
    let begins = |name: &str| name.starts_with(word) && name != word;
    let functions =
        FUNCTIONS.iter().filter(|f| begins(f.name)).map(|f| Completion { put: format!("{}(", f.name), note: f.says.to_owned() });
    let paths =
        paths.iter().filter(|path| begins(path)).map(|path| Completion { put: path.clone(), note: crate::words::fact::fact_words(path) });
    let plain = FACTS
        .iter()
        .chain(WORDS.iter())
        .filter(|name| begins(name))
        .map(|name| Completion { put: (*name).to_owned(), note: String::new() });
    functions.chain(plain).chain(paths).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_words_and_facts_complete() {
        let put = |word: &str| completions(word, false, &["customer.email".to_owned()]).into_iter().map(|c| c.put).collect::<Vec<_>>();
        assert_eq!(put("add_"), ["add_tag("]);
        assert_eq!(put("custom"), ["customer", "customer.email"]);
        assert!(put("a").is_empty() && !completions("", true, &[]).is_empty());
    }
}
