//! What the workspace says once for all its journeys.

use crate::api::Failure;
use crate::api::settings::{self, Cap, Quiet, Sender, Settings};
use crate::ui::{Button, Field, Known, Look, toast, use_fetched};
use crate::{session, t, tr};
use leptos::prelude::*;

/// The section.
#[component]
pub fn Workspace() -> impl IntoView {
    let (found, retry) = use_fetched(|| Some(settings::read()));
    view! {
        <section class="tile" aria-labelledby="workspace">
            <h2 id="workspace">{tr!(settings.workspace)}</h2>
            <p class="lead">{tr!(settings.workspace_lead)}</p>
            <Known found=found retry=retry children=move |(settings, tag): (Settings, String)| view! { <Form settings=settings tag=tag retry=retry /> } />
        </section>
    }
}

/// The fields as they are typed.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    sender_name: RwSignal<String>,
    sender: RwSignal<String>,
    reply_to: RwSignal<String>,
    timezone: RwSignal<String>,
    currency: RwSignal<String>,
    languages: RwSignal<String>,
    quiet_from: RwSignal<String>,
    quiet_to: RwSignal<String>,
    cap_max: RwSignal<String>,
    cap_per: RwSignal<String>,
}

/// A text that is there.
fn some(text: RwSignal<String>) -> Option<String> {
    Some(text.get_untracked().trim().to_owned()).filter(|text| !text.is_empty())
}

impl Typed {
    fn of(settings: Settings) -> Self {
        let text = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
        let (sender_name, sender) = settings.sender.map_or((None, None), |sender| (Some(sender.name), Some(sender.email)));
        let (from, to) = settings.quiet_hours.map_or((None, None), |quiet| (Some(quiet.from), Some(quiet.to)));
        let (max, per) = settings.frequency_cap.map_or((None, None), |cap| (Some(cap.max.to_string()), Some(cap.per)));
        Self {
            name: text(Some(settings.name)),
            sender_name: text(sender_name),
            sender: text(sender),
            reply_to: text(settings.reply_to),
            timezone: text(settings.timezone),
            currency: text(settings.currency),
            languages: text(Some(settings.languages.join(", "))),
            quiet_from: text(from),
            quiet_to: text(to),
            cap_max: text(max),
            cap_per: text(per),
        }
    }

    /// What they say. A pair of which one half is missing is sent as it is, so that the server says what is missing.
    fn settings(self) -> Settings {
        let pair = |one: RwSignal<String>, other: RwSignal<String>| some(one).is_some() || some(other).is_some();
        let text = |text: RwSignal<String>| some(text).unwrap_or_default();
        let languages = self.languages.get_untracked();
        Settings {
            name: text(self.name),
            sender: pair(self.sender, self.sender_name).then(|| Sender { name: text(self.sender_name), email: text(self.sender) }),
            reply_to: some(self.reply_to),
            timezone: some(self.timezone),
            currency: some(self.currency).map(|code| code.to_uppercase()),
            languages: languages.split([',', ' ', '،', '、']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
            quiet_hours: pair(self.quiet_from, self.quiet_to).then(|| Quiet { from: text(self.quiet_from), to: text(self.quiet_to) }),
            frequency_cap: some(self.cap_max)
                .map(|max| Cap { max: max.parse().unwrap_or(0), per: some(self.cap_per).unwrap_or_else(|| "1d".to_owned()) }),
        }
    }
}

/// The form.
#[component]
fn Form(
    /// What is stored.
    settings: Settings,
    /// Their tag.
    tag: String,
    /// Reads them anew.
    retry: Callback<()>,
) -> impl IntoView {
    let typed = Typed::of(settings);
    let tag = RwSignal::new(tag);
    let wrong = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let may = Memo::new(|_| session::current().is_some_and(|session| session.allows("admin")));
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        wrong.set(None);
        leptos::task::spawn_local(async move {
            match settings::store(&typed.settings(), &tag.get_untracked()).await {
                Ok((_, new)) => {
                    tag.try_set(new);
                    toast(t!(settings.saved));
                }
                Err(failure) if failure.is("stale") => {
                    toast::trouble(t!(settings.stale));
                    retry.run(());
                }
                Err(failure) => {
                    wrong.try_set(Some(failure));
                }
            }
            busy.try_set(false);
        });
    };
    // What is wrong with no field of the form is said below it.
    let general = move || {
        wrong.get().filter(|failure| failure.problem().is_none_or(|problem| problem.errors.is_empty())).map(|failure| failure.words())
    };
    view! {
        <form class="form wide" on:submit=send>
            <fieldset disabled=move || !may.get()>
                <Fields typed=typed wrong=wrong />
                <p class="error" role="alert">{general}</p>
                <div class="row end"><Button look=Look::Main submits=true busy=busy>{tr!(settings.save)}</Button></div>
            </fieldset>
            <Show when=move || !may.get()><p class="quiet">{tr!(settings.read_only)}</p></Show>
        </form>
    }
}

/// What the server says is wrong with a field or anything below it.
fn error(wrong: RwSignal<Option<Failure>>, pointer: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || {
        let failure = wrong.get()?;
        let below =
            failure.problem()?.errors.iter().find(|error| error.pointer == pointer || error.pointer.starts_with(&format!("{pointer}/")))?;
        Some(below.detail.clone())
    })
}

/// The fields.
#[component]
fn Fields(
    /// What is typed.
    typed: Typed,
    /// Why it was refused.
    wrong: RwSignal<Option<Failure>>,
) -> impl IntoView {
    view! {
        <Field label=Signal::derive(tr!(settings.name)) id="ws-name" error=error(wrong, "/name")>
            <input id="ws-name" class="in" dir="auto" required maxlength="100" aria-describedby="ws-name-error" bind:value=typed.name />
        </Field>
        <div class="pair">
            <Field label=Signal::derive(tr!(settings.sender_name)) id="ws-sender-name" error=error(wrong, "/sender/name")>
                <input id="ws-sender-name" class="in" dir="auto" aria-describedby="ws-sender-name-error" bind:value=typed.sender_name />
            </Field>
            <Field label=Signal::derive(tr!(settings.sender)) id="ws-sender" error=error(wrong, "/sender/email")>
                <input id="ws-sender" class="in" type="email" dir="ltr" aria-describedby="ws-sender-error" bind:value=typed.sender />
            </Field>
        </div>
        <Field label=Signal::derive(tr!(settings.reply_to)) id="ws-reply" hint=Signal::derive(tr!(settings.reply_hint)) error=error(wrong, "/reply_to")>
            <input id="ws-reply" class="in" type="email" dir="ltr" aria-describedby="ws-reply-hint ws-reply-error" bind:value=typed.reply_to />
        </Field>
        <div class="pair">
            <Field label=Signal::derive(tr!(settings.zone)) id="ws-zone" hint=Signal::derive(tr!(settings.zone_hint)) error=error(wrong, "/timezone")>
                <input id="ws-zone" class="in" dir="ltr" list="zones" spellcheck="false" aria-describedby="ws-zone-hint ws-zone-error" bind:value=typed.timezone />
                <datalist id="zones">{crate::browser::zones().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view()}</datalist>
            </Field>
            <Field label=Signal::derive(tr!(settings.currency)) id="ws-currency" hint=Signal::derive(tr!(settings.currency_hint)) error=error(wrong, "/currency")>
                <input id="ws-currency" class="in" dir="ltr" maxlength="3" spellcheck="false" aria-describedby="ws-currency-hint ws-currency-error" bind:value=typed.currency />
            </Field>
        </div>
        <Field label=Signal::derive(tr!(settings.languages)) id="ws-languages" hint=Signal::derive(tr!(settings.languages_hint)) error=error(wrong, "/languages")>
            <input id="ws-languages" class="in" dir="ltr" spellcheck="false" aria-describedby="ws-languages-hint ws-languages-error" bind:value=typed.languages />
        </Field>
        <div class="pair">
            <Field label=Signal::derive(tr!(settings.quiet_from)) id="ws-quiet-from" hint=Signal::derive(tr!(settings.quiet_hint)) error=error(wrong, "/quiet_hours")>
                <input id="ws-quiet-from" class="in" type="time" aria-describedby="ws-quiet-from-hint ws-quiet-from-error" bind:value=typed.quiet_from />
            </Field>
            <Field label=Signal::derive(tr!(settings.quiet_to)) id="ws-quiet-to">
                <input id="ws-quiet-to" class="in" type="time" bind:value=typed.quiet_to />
            </Field>
        </div>
        <div class="pair">
            <Field label=Signal::derive(tr!(settings.cap_max)) id="ws-cap" hint=Signal::derive(tr!(settings.cap_hint)) error=error(wrong, "/frequency_cap")>
                <input id="ws-cap" class="in" type="number" min="1" max="1000" aria-describedby="ws-cap-hint ws-cap-error" bind:value=typed.cap_max />
            </Field>
            <Field label=Signal::derive(tr!(settings.cap_per)) id="ws-per" hint=Signal::derive(tr!(settings.per_hint))>
                <input id="ws-per" class="in" dir="ltr" placeholder="7d" spellcheck="false" aria-describedby="ws-per-hint" bind:value=typed.cap_per />
            </Field>
        </div>
    }
}
