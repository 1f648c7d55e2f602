//! The editor of one kind: its file, what is wrong with it, its form as people will see it, trying it, its tests.

use super::manifest::{BEGINNING, Fitting, ManifestHelp, Manifesting};
use super::tests_of::KindTesting;
use crate::api::own_kinds;
use crate::form::code::CodeEditor;
use crate::form::code_tokens::place_of;
use crate::form::known::{Before, Known};
use crate::form::outcome::{Step, TryIt};
use crate::form::person::{PersonPicker, Who, now};
use crate::form::{Change, Fields, Filling, issue_words};
use crate::ui::{Button, Crumb, Look, Pill, Skeleton, Tab, Tabs, Tone, Top, Trouble, toast};
use crate::worker::{ask, asked};
use crate::{browser, key, t, tr};
use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::id::NodeId;
use tradewind_nodes::issue::FieldIssue;
use tradewind_nodes::kind::KindSpec;
use web_sys::HtmlTextAreaElement;

/// The name of a kind that is not stored yet, in the address.
const NEW: &str = "new";
/// The id of the editor.
const CODE: &str = "kind-source";

fn draft(name: &str) -> String {
    format!("kind.{name}")
}

/// The page of one kind.
#[component]
pub fn KindEditor() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("name").unwrap_or_default()));
    move || view! { <Opened name=name.get() /> }
}

/// Fetches the file, then shows it.
#[component]
fn Opened(name: String) -> impl IntoView {
    let found = RwSignal::new(None);
    let kept = StoredValue::new(name.clone());
    let load = move || {
        found.set(None);
        leptos::task::spawn_local(async move {
            let name = kept.get_value();
            let source = if name == NEW { Ok(BEGINNING.to_owned()) } else { own_kinds::open(&name).await.map(|file| file.source) };
            found.try_set(Some(source));
        });
    };
    load();
    move || {
        match found.get() {
        None => view! { <Top title=name.clone() /><main class="page" id="content" tabindex="-1"><Skeleton lines=8 /></main> }.into_any(),
        Some(Err(failure)) => view! { <Top title=name.clone() /><main class="page" id="content" tabindex="-1"><Trouble failure=failure retry=Callback::new(move |()| load()) /></main> }.into_any(),
        Some(Ok(source)) => view! { <Editing name=name.clone() source=source /> }.into_any(),
    }
    }
}

/// A kind that is being written.
#[derive(Clone, Copy)]
struct Work {
    name: StoredValue<String>,
    /// The text in the editor.
    text: RwSignal<String>,
    /// The text the server has.
    saved: RwSignal<String>,
    issues: Signal<Vec<FieldIssue>>,
    /// The kind as it last was without mistakes.
    spec: Memo<Option<KindSpec>>,
}

impl Work {
    fn begin(name: String, source: String) -> Self {
        // What was not saved when the page went is offered again: nothing that was written is lost.
        let text = RwSignal::new(browser::remembered(&draft(&name)).unwrap_or_else(|| source.clone()));
        let read = asked(move || Some(Manifesting { source: text.get() }));
        let issues =
            Signal::derive(move || read.with(|read| read.as_deref().and_then(|read| read.as_ref().err().cloned()).unwrap_or_default()));
        let spec = Memo::new(move |last: Option<&Option<KindSpec>>| {
            read.with(|read| read.as_deref().and_then(|read| read.as_ref().ok().cloned())).or_else(|| last.cloned().flatten())
        });
        Self { name: StoredValue::new(name), text, saved: RwSignal::new(source), issues, spec }
    }

    fn is_changed(&self) -> bool {
        self.text.with(|text| self.saved.with(|saved| text != saved))
    }

    /// What its kind is called.
    fn kind(&self) -> String {
        self.spec.with(|spec| spec.as_ref().map(|spec| spec.name.clone()).unwrap_or_default())
    }
}

#[component]
fn Editing(name: String, source: String) -> impl IntoView {
    let work = Work::begin(name.clone(), source);
    let known = Known::fetch(Signal::stored(Before::default()));
    provide_context(known);
    provide_context(Who::begin(Some(known)));
    let typed = Callback::new(move |text: String| {
        browser::remember(&draft(&work.name.get_value()), &text);
        work.text.set(text);
    });
    let place = Memo::new(move |_| work.issues.with(|issues| issues.iter().find_map(|issue| place_of(&issue.message))));
    let title = Signal::derive(move || work.spec.with(|spec| spec.as_ref().map_or_else(|| t!(kindpage.fresh), |spec| spec.label.clone())));
    let restored = untrack(|| work.is_changed()) && name != NEW;
    let discard = move |_| {
        browser::forget(&draft(&work.name.get_value()));
        work.text.set(work.saved.get_untracked());
    };
    view! {
        <Top title=title crumbs=vec![Crumb::new(tr!(kindpage.title), "/kinds")]><Bar work=work /></Top>
        <main class="kind-page" id="content" tabindex="-1">
            <section class="kind-code" aria-label=tr!(kindpage.source)>
                <Show when=move || restored && work.is_changed()>
                    <p class="banner">{tr!(kindpage.restored)}<Button look=Look::Ghost on:click=discard>{tr!(kindpage.discard)}</Button></p>
                </Show>
                <CodeEditor id=CODE text=work.text typed=typed done=Callback::new(|()| ()) place=place label=Signal::derive(tr!(kindpage.source)) />
                <Issues work=work />
            </section>
            <Side work=work />
        </main>
    }
}

/// What the bar holds: whether it is saved, removing, saving.
#[component]
fn Bar(work: Work) -> impl IntoView {
    let busy = RwSignal::new(false);
    let navigate = use_navigate();
    let go = StoredValue::new_local(navigate);
    let save = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (text, old) = (work.text.get_untracked(), work.name.get_value());
        leptos::task::spawn_local(async move {
            let Some(Ok(spec)) = ask(Manifesting { source: text.clone() }).await else {
                busy.try_set(false);
                return toast::trouble(t!(kindpage.mend_first));
            };
            match own_kinds::save(&spec.name, &text).await {
                Ok(()) => {
                    browser::forget(&draft(&old));
                    toast(t!(kindpage.saved, name = &spec.label));
                    work.saved.try_set(text);
                    if spec.name != old {
                        go.try_with_value(|go| go(&format!("/kinds/{}", spec.name), NavigateOptions::default()));
                    }
                }
                Err(failure) => toast::trouble(
                    failure
                        .problem()
                        .and_then(|problem| problem.errors.first())
                        .map_or_else(|| failure.words(), |error| error.detail.clone()),
                ),
            }
            busy.try_set(false);
        });
    };
    let remove = move |_| {
        let (name, text) = (work.name.get_value(), work.saved.get_untracked());
        leptos::task::spawn_local(async move {
            match own_kinds::remove(&name).await {
                Ok(()) => {
                    let back = move || {
                        let (name, text) = (name.clone(), text.clone());
                        leptos::task::spawn_local(async move {
                            if let Err(failure) = own_kinds::save(&name, &text).await {
                                toast::trouble(failure.words());
                            }
                        });
                    };
                    toast::undoable(t!(kindpage.removed), back);
                    go.try_with_value(|go| go("/kinds", NavigateOptions::default()));
                }
                Err(failure) => toast::trouble(failure.problem().map_or_else(|| failure.words(), |problem| problem.detail.clone())),
            }
        });
    };
    let keys = window_event_listener(ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("s") {
            event.prevent_default();
            save();
        }
    });
    on_cleanup(move || keys.remove());
    let stored = work.name.with_value(|name| name != NEW);
    view! {
        <Show when=move || work.is_changed()><Pill tone=Signal::derive(|| Tone::Warn)>{tr!(kindpage.unsaved)}</Pill></Show>
        <span class="space"></span>
        {stored.then(|| view! { <Button look=Look::Ghost icon=icondata::LuTrash2 on:click=remove>{tr!(kindpage.remove)}</Button> })}
        <Button look=Look::Main kbd="Mod+S" busy=busy on:click=move |_| save()>{tr!(kindpage.save)}</Button>
    }
}

/// Everything wrong, each leading to its line.
#[component]
fn Issues(work: Work) -> impl IntoView {
    let lead = |line: usize, column: usize| {
        if let Some(area) =
            document().get_element_by_id(CODE).and_then(|found| wasm_bindgen::JsCast::dyn_into::<HtmlTextAreaElement>(found).ok())
        {
            let before: usize = area.value().split('\n').take(line.saturating_sub(1)).map(|line| line.encode_utf16().count() + 1).sum();
            let at = u32::try_from(before + column.saturating_sub(1)).unwrap_or(0);
            let _ = area.focus();
            let _ = area.set_selection_range(at, at);
        }
    };
    let one = move |issue: FieldIssue| {
        let place = place_of(&issue.message);
        let said = issue_words(issue.code, &issue.message);
        let button = place.map(|(line, column)| view! { <button type="button" class="line" on:click=move |_| lead(line, column)>{t!(kindpage.line, line = line, column = column)}</button> });
        view! { <li>{button}<span>{said.words}</span>" "<span class="in-english" lang="en" dir="ltr">{said.detail}</span>{(!issue.field.is_empty()).then(|| view! { " "<code>{issue.field}</code> })}</li> }
    };
    view! {
        <div aria-live="polite">
            <Show when=move || work.issues.with(Vec::is_empty) fallback=move || view! { <ul class="code-issues">{move || work.issues.get().into_iter().map(one).collect_view()}</ul> }>
                <p class="note">{tr!(kindpage.sound)}</p>
            </Show>
        </div>
    }
}

#[component]
fn Side(work: Work) -> impl IntoView {
    let chosen = RwSignal::new("kind-try");
    let front = move |id: &'static str| chosen.get() == id;
    let tab = |id, label| Tab { id, label, count: None };
    let tabs =
        vec![tab("kind-try", key!(kindpage.attempt)), tab("kind-tests", key!(kindpage.tests)), tab("kind-help", key!(kindpage.manual))];
    view! {
        <aside class="kind-side" aria-label=tr!(kindpage.side)>
            <Tabs label=Signal::derive(tr!(kindpage.side)) tabs=tabs chosen=chosen />
            <div role="tabpanel" id="panel-kind-try" aria-labelledby="tab-kind-try" hidden=move || !front("kind-try")><Attempt work=work /></div>
            <Show when=move || front("kind-tests")><div role="tabpanel" id="panel-kind-tests" aria-labelledby="tab-kind-tests"><TestsOf work=work /></div></Show>
            <Show when=move || front("kind-help")><div role="tabpanel" id="panel-kind-help" aria-labelledby="tab-kind-help" tabindex="0"><ManifestHelp /></div></Show>
        </aside>
    }
}

/// The kind's form as people will see it, and a try on somebody.
#[component]
fn Attempt(work: Work) -> impl IntoView {
    let values = RwSignal::new(Arc::new(JsonMap::new()));
    let kind = Signal::derive(move || work.kind());
    let found = asked(move || Some(Fitting { source: work.text.get(), kind: kind.get(), values: values.get() }));
    let issues = Memo::new(move |_| {
        let found = found.with(|found| found.as_deref().cloned().unwrap_or_default());
        Arc::new(found.into_iter().filter(|issue| !issue.field.is_empty()).collect::<Vec<_>>())
    });
    let filling = Filling::new("try", values, issues, move |Change { field, value, .. }| {
        values.update(|values| {
            let values = Arc::make_mut(values);
            let key = field.trim_start_matches('/').to_owned();
            match value {
                Some(value) => drop(values.insert(key, value)),
                None => drop(values.shift_remove(&key)),
            }
        });
    });
    if let Ok(node) = NodeId::new("try") {
        provide_context(Step {
            kind,
            values: values.into(),
            source: Signal::derive(move || Some(work.text.get())),
            node: StoredValue::new(node),
        });
    }
    view! {
        <p class="note">{tr!(kindpage.attempt_hint)}</p>
        {move || work.spec.get().map(|spec| view! { <Fields spec=spec filling=filling /> })}
        <PersonPicker id="try-person" />
        <TryIt />
    }
}

#[component]
fn TestsOf(work: Work) -> impl IntoView {
    let went = asked(move || Some(KindTesting { source: work.text.get(), kind: work.kind(), now: now() }));
    let one = |(name, failed): (String, Option<(String, String)>)| {
        let passed = failed.is_none();
        let why =
            failed.map(|(wanted, came)| view! { <p class="error" dir="ltr">{t!(kindpage.expected, wanted = wanted, came = came)}</p> });
        view! {
            <li><Pill tone=Signal::derive(move || if passed { Tone::Good } else { Tone::Bad })>{if passed { t!(kindpage.passed) } else { t!(kindpage.failed) }}</Pill><span dir="auto">{name}</span>{why}</li>
        }
    };
    view! {
        <p class="note">{tr!(kindpage.help.tests_text)}</p>
        {move || went.get().map(|went| match Arc::unwrap_or_clone(went) {
            Err(problem) => view! { <p class="error" dir="ltr">{problem}</p> }.into_any(),
            Ok(tests) if tests.is_empty() => view! { <p>{tr!(kindpage.no_tests)}</p> }.into_any(),
            Ok(tests) => view! { <ul class="test-list" aria-live="polite">{tests.into_iter().map(one).collect_view()}</ul> }.into_any(),
        })}
    }
}
