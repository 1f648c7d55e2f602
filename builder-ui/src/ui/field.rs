//! A field of a form: its label, the control, a hint, and what is wrong with it.

use leptos::prelude::*;

/// A labelled field. The control is given the ids it must carry: `view! { <Field label=… let:ids> <input id=ids.control …> </Field> }`.
#[component]
pub fn Field(
    /// What it is called.
    #[prop(into)]
    label: Signal<String>,
    /// The id of the control; the hint and the error carry it with an ending.
    id: &'static str,
    /// What helps filling it in.
    #[prop(optional, into)]
    hint: MaybeProp<String>,
    /// What is wrong with it; nothing when it is right.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// The control. It carries `id`, and `aria-describedby` with `{id}-hint {id}-error`.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field" class:wrong=move || error.get().is_some()>
            <label for=id>{label}</label>
            {children()}
            <p class="hint" id=format!("{id}-hint") hidden=move || hint.get().is_none()>{move || hint.get()}</p>
            <p class="error" id=format!("{id}-error") role="alert">{move || error.get()}</p>
        </div>
    }
}
