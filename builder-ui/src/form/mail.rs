//! How a mail would look to the chosen person: its subject, its body in a frame, in a language, wide or narrow, light or dark.

use super::person::{Person, PersonPicker, who};
use super::spot::as_text;
use super::template::LONGEST;
use crate::i18n::Language;
use crate::ui::MailFrame;
use crate::{t, tr};
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_nodes::fact::Facts;
use tradewind_nodes::{JsonMap, template};

/// A part of a mail as it would be sent, or why it cannot be.
type Part = Result<String, String>;

/// The field of a mail, rendered.
fn part(values: &JsonMap, field: &str, html: bool, facts: &Facts<'_>) -> Part {
    let source = as_text(values.get(field));
    let source = if field == "to" && source.is_empty() { "{{customer.email}}".to_owned() } else { source };
    if source.len() > LONGEST {
        return Err(t!(form.mail.too_long));
    }
    template::render(&source, html, facts).map_err(|problem| problem.message)
}

/// The mail in the language of `locale`; the person's own when empty.
fn mail(values: &JsonMap, facts: &Facts<'_>, person: &Person, locale: &str) -> [Part; 3] {
    let mut customer = person.customer.clone();
    if !locale.is_empty() {
        customer.traits.insert("locale".to_owned(), locale.into());
    }
    let facts = Facts { customer: Some(&customer), ..*facts };
    [part(values, "to", false, &facts), part(values, "subject", false, &facts), part(values, "html", true, &facts)]
}

/// The preview of a mail.
#[component]
pub fn MailPreview(
    /// The fields of the step.
    values: Signal<Arc<JsonMap>>,
) -> impl IntoView {
    let who = who();
    let (locale, narrow, dark) = (RwSignal::new(String::new()), RwSignal::new(false), RwSignal::new(false));
    let made = Memo::new(move |_| {
        let person = who.person();
        locale.with(|locale| values.with(|values| who.with_facts(|facts| mail(values, facts, &person, locale))))
    });
    let line = move |n: usize| {
        move || match made.with(|made| made[n].clone()) {
            Ok(text) => view! { <span dir="auto">{text}</span> }.into_any(),
            Err(problem) => view! { <span class="error" lang="en" dir="ltr">{problem}</span> }.into_any(),
        }
    };
    let html = Signal::derive(move || made.with(|made| made[2].clone().unwrap_or_default()));
    let broken = move || made.with(|made| made[2].clone().err());
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
