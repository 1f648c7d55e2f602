//! How a mail would look to the chosen person: its subject, its body in a frame, in a language, wide or narrow, light or dark.

use super::person::{PersonPicker, Seen, who};
use super::spot::as_text;
use super::template::LONGEST;
use crate::i18n::Language;
use crate::ui::MailFrame;
use crate::worker::{Ask, asked};
use crate::{t, tr};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::{JsonMap, template};

/// A part of a mail as it would be sent, or why it cannot be.
type Part = Result<String, String>;

/// How does a mail read?
#[derive(Serialize, Deserialize)]
pub struct MailPart {
    /// Its address, subject and body.
    templates: [String; 3],
    seen: Seen,
    /// In this language; the person's own when empty.
    locale: String,
}

impl Ask for MailPart {
    type Answer = [Part; 3];
    fn answer(self, kinds: &Registry) -> [Part; 3] {
        let Self { templates: [to, subject, html], mut seen, locale } = self;
        if !locale.is_empty() {
            Arc::make_mut(&mut seen.person).customer.traits.insert("locale".to_owned(), locale.into());
        }
        // In the language asked for, for texts may be chosen by a step before.
        let seen = seen.after_earlier(kinds);
        let facts = seen.facts();
        [(to, false), (subject, false), (html, true)]
            .map(|(source, html)| template::render(&source, html, &facts).map_err(|problem| problem.message))
    }
}

impl MailPart {
    /// The mail of a step with these fields, in a language; in the person's own when it is empty.
    #[must_use]
    pub fn of(values: &JsonMap, seen: Seen, locale: &str) -> Self {
        Self { templates: templates(values), seen, locale: locale.to_owned() }
    }
}

/// The templates of a mail. An empty address is the customer's own.
fn templates(values: &JsonMap) -> [String; 3] {
    let [mut to, subject, html] = ["to", "subject", "html"].map(|field| as_text(values.get(field)));
    if to.is_empty() {
        to = "{{customer.email}}".to_owned();
    }
    [to, subject, html]
}

/// The preview of a mail.
#[component]
pub fn MailPreview(
    /// The fields of the step.
    values: Signal<Arc<JsonMap>>,
) -> impl IntoView {
    let who = who();
    let (locale, narrow, dark) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(false));
    let long = Memo::new(move |_| values.with(|values| templates(values).iter().any(|template| template.len() > LONGEST)));
    let made = asked(move || (!long.get()).then(|| values.with(|values| MailPart::of(values, who.seen(), &locale.get()))));
    let part = move |n: usize| made.with(|made| made.as_ref().map(|made| made[n].clone()));
    let line = move |n: usize| {
        move || match part(n) {
            Some(Ok(text)) => view! { <span dir="auto">{text}</span> }.into_any(),
            Some(Err(problem)) => view! { <span class="error" lang="en" dir="ltr">{problem}</span> }.into_any(),
            None => ().into_any(),
        }
    };
    let html = Signal::derive(move || part(2).and_then(Result::ok).unwrap_or_default());
    let broken = move || if long.get() { Some(t!(form.mail.too_long)) } else { part(2).and_then(Result::err) };
    let languages = Language::ALL.map(|language| view! { <option value=language.code() lang=language.code()>{language.name()}</option> });
    view! {
        <div class="mail">
            <PersonPicker id="mail-person" />
            <div class="row mail-bar">
                <select class="in unit" aria-label=tr!(form.mail.language) on:change=move |event| locale.set(event_target_value(&event))>
                    <option value="">{tr!(form.mail.own_language)}</option>
                    {languages.into_iter().collect_view()}
                </select>
                <label class="switch"><input type="checkbox" prop:checked=move || narrow.get() on:change=move |event| narrow.set(event_target_checked(&event)) /><span>{tr!(form.mail.phone)}</span></label>
                <label class="switch"><input type="checkbox" prop:checked=move || dark.get() on:change=move |event| dark.set(event_target_checked(&event)) /><span>{tr!(form.mail.dark)}</span></label>
            </div>
            <dl class="mail-head">
                <div><dt>{tr!(form.mail.to)}</dt><dd>{line(0)}</dd></div>
                <div><dt>{tr!(form.mail.subject)}</dt><dd><b>{line(1)}</b></dd></div>
            </dl>
            <Show when=move || broken().is_none() fallback=move || view! { <p class="error" lang="en" dir="ltr">{broken}</p> }>
                <div class="mail-body" class:narrow=move || narrow.get()>
                    <MailFrame html=html title=Signal::derive(tr!(form.mail.frame)) dark=dark />
                </div>
            </Show>
        </div>
    }
}
