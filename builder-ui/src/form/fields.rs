//! The form of a kind: its fields, those most people leave alone behind a line, and what the kind does not know.

use super::control::control;
use super::spot::{Filling, Spot, Wrong};
use crate::ui::{Button, Look};
use crate::words::field::{field_help, field_label};
use crate::{t, tr};
use leptos::prelude::*;
use tradewind_nodes::Json;
use tradewind_nodes::field::{Field, FieldType};
use tradewind_nodes::kind::KindSpec;

/// Fewer than so many fields are not worth hiding.
const WORTH_HIDING: usize = 3;

/// What is wrong, in words.
#[component]
pub fn Wrongs(
    /// The id of the control with `-error`.
    #[prop(into)]
    id: String,
    /// What.
    #[prop(into)]
    wrong: Signal<Vec<Wrong>>,
) -> impl IntoView {
    let one = |Wrong { words, detail }: Wrong| {
        let detail = (!detail.is_empty()).then(|| view! { <span class="in-english" lang="en" dir="ltr">{detail}</span> });
        view! { <span>{words}{detail}</span> }
    };
    view! { <p class="error" id=id aria-live="polite">{move || wrong.get().into_iter().map(one).collect_view()}</p> }
}

/// A field with its name, its help and what is wrong with it.
#[component]
pub fn Labelled(
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// What helps filling it in.
    #[prop(into)]
    help: Signal<String>,
    /// Its value.
    spot: Spot,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// Whether its control is a group of controls rather than one.
    #[prop(optional)]
    group: bool,
    /// Whether what is wrong deeper inside is told here too: for controls that do not tell it themselves.
    #[prop(default = true)]
    whole: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    let id = spot.id();
    let wrong = if whole { spot.wrong_below() } else { spot.wrong() };
    let star = required.then(|| view! { <span class="star" aria-hidden="true">"*"</span> });
    let name = if group {
        view! { <span class="label" id=format!("{id}-label")>{label}{star}</span> }.into_any()
    } else {
        view! { <label for=id.clone()>{label}{star}</label> }.into_any()
    };
    view! {
        <div class="field" class:wrong=move || !wrong.with(Vec::is_empty) role=group.then_some("group") aria-labelledby=group.then(|| format!("{id}-label"))>
            {name}
            {children()}
            <p class="hint" id=format!("{id}-hint") hidden=move || help.with(String::is_empty)>{help}</p>
            <Wrongs id=format!("{id}-error") wrong=wrong />
        </div>
    }
}

/// Whether its control is several.
fn is_group(ty: &FieldType) -> bool {
    use FieldType as T;
    matches!(ty, T::Weekdays | T::Predicate | T::Cases | T::Weights | T::KeyValue)
}

/// Whether its control tells itself what is wrong inside.
fn tells(ty: &FieldType) -> bool {
    use FieldType as T;
    matches!(ty, T::Predicate | T::Cases | T::Weights | T::KeyValue)
}

/// One field of a kind.
fn one(kind: StoredValue<String>, filling: Filling, field: Field) -> impl IntoView {
    let spot = filling.field(&field.name);
    let (required, group, whole) = (field.required, is_group(&field.ty), !tells(&field.ty));
    let kept = StoredValue::new(field.clone());
    let label = Signal::derive(move || kind.with_value(|kind| kept.with_value(|field| field_label(kind, field))));
    let help = Signal::derive(move || kind.with_value(|kind| kept.with_value(|field| field_help(kind, field))));
    view! { <Labelled label=label help=help spot=spot required=required group=group whole=whole>{control(&field, spot)}</Labelled> }
}

/// Whether a field stands with the first: what must be filled, what is filled, and conditions, which are what it is about.
fn is_first(field: &Field, filling: &Filling) -> bool {
    let filled = filling
        .values
        .with_untracked(|values| values.get(&field.name).is_some_and(|value| !value.is_null() && Some(value) != field.default.as_ref()));
    let wrong = filling.issues.with_untracked(|issues| issues.iter().any(|issue| issue.field.split('/').nth(1) == Some(&field.name)));
    field.required || filled || wrong || matches!(field.ty, FieldType::Predicate) && field.name != "still"
}

/// The form of a kind.
#[component]
pub fn Fields(
    /// The kind.
    spec: KindSpec,
    /// What it works on.
    filling: Filling,
) -> impl IntoView {
    let kind = StoredValue::new(spec.name.clone());
    let names: Vec<String> = spec.fields.iter().map(|field| field.name.clone()).collect();
    // Decided once: a field that is being filled must not jump.
    let (mut first, mut more): (Vec<Field>, Vec<Field>) = spec.fields.into_iter().partition(|field| is_first(field, &filling));
    if more.len() < WORTH_HIDING {
        first.append(&mut more);
    }
    let count = more.len();
    let hidden = (count > 0).then(|| {
        view! {
            <details class="unfold">
                <summary>{tr!(form.more, n = count)}</summary>
                <div class="form">{more.into_iter().map(|field| one(kind, filling, field)).collect_view()}</div>
            </details>
        }
    });
    view! {
        <div class="form" on:focusin=move |_| filling.focused()>
            {first.into_iter().map(|field| one(kind, filling, field)).collect_view()}
            {hidden}
            <Strangers filling=filling names=names />
        </div>
    }
}

/// Fields that this version does not know. They are kept as they are.
#[component]
fn Strangers(filling: Filling, names: Vec<String>) -> impl IntoView {
    let strange =
        Memo::new(move |_| filling.values.with(|values| values.keys().filter(|key| !names.contains(key)).cloned().collect::<Vec<_>>()));
    let one = move |name: String| {
        let spot = filling.field(&name);
        let written = move || spot.value.with(|value| value.as_ref().map(shown).unwrap_or_default());
        view! {
            <div class="stranger">
                <div class="row"><code>{name.clone()}</code><span class="space"></span>
                    <Button look=Look::Ghost icon=icondata::LuX label=Signal::derive(move || t!(form.remove_it, what = name.clone())) on:click=move |_| spot.set(None) /></div>
                <pre dir="ltr">{written}</pre>
                <Wrongs id=format!("{}-error", spot.id()) wrong=spot.wrong_below() />
            </div>
        }
    };
    view! {
        <Show when=move || !strange.with(Vec::is_empty)>
            <section class="strangers">
                <p class="note">{tr!(form.strangers)}</p>
                {move || strange.get().into_iter().map(one).collect_view()}
            </section>
        </Show>
    }
}

/// JSON as text, cut where it is very long.
#[must_use]
pub fn shown(value: &Json) -> String {
    const MOST: usize = 4_000;
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}\n… ({})", &text[..end], crate::words::field::size(text.len())),
        None => text,
    }
}
