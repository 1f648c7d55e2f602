//! What can be done with a journey in the list: copy it, call it otherwise, put it away and take it out again.

use crate::api::Failure;
use crate::api::journey_list::{self, Doing, Listed};
use crate::ui::{Button, Dialog, Field, Item, Look, Menu, Paged, toast};
use crate::{session, t, tr};
use leptos::prelude::*;

/// The acts, over the list they change.
#[derive(Clone, Copy)]
pub struct Acts {
    /// The list.
    pub list: Paged<Listed>,
    /// Slug and name of the journey that is being called otherwise.
    pub renaming: RwSignal<Option<(String, String)>>,
}

impl Acts {
    /// The menu of a row.
    pub fn menu(self, journey: &Listed) -> Option<impl IntoView + use<>> {
        if !untrack(session::current).is_some_and(|session| session.allows("write")) {
            return None;
        }
        let (slug, name) = (StoredValue::new(journey.slug.clone()), StoredValue::new(journey.name.clone()));
        let away = journey.status == Doing::Archived;
        let items = Signal::derive(move || {
            let rename = move || self.renaming.set(Some((slug.get_value(), name.get_value())));
            let put = move || if away { self.take_out(slug.get_value()) } else { self.put_away(slug.get_value(), name.get_value()) };
            let words = move || if away { t!(journeys.unarchive) } else { t!(journeys.archive) };
            vec![
                Item::new(tr!(journeys.duplicate), move || self.duplicate(slug.get_value())),
                Item::new(tr!(journeys.rename), rename),
                Item::new(words, put),
            ]
        });
        let label = Signal::derive(move || t!(journeys.acts_on, name = name.get_value()));
        Some(view! { <Menu label=label icon=icondata::LuEllipsis items=items /> })
    }

    fn duplicate(self, slug: String) {
        leptos::task::spawn_local(async move {
            match journey_list::duplicate(&slug).await {
                Ok(made) => {
                    self.list.reload();
                    let copy = made.slug;
                    toast::undoable(t!(journeys.duplicated, name = made.name), move || self.archive_silently(copy.clone()));
                }
                Err(failure) => toast::trouble(failure.words()),
            }
        });
    }

    fn archive_silently(self, slug: String) {
        leptos::task::spawn_local(async move {
            self.settle(journey_list::archive(&slug).await);
        });
    }

    fn put_away(self, slug: String, name: String) {
        leptos::task::spawn_local(async move {
            match journey_list::archive(&slug).await {
                Ok(()) => {
                    self.list.reload();
                    toast::undoable(t!(journeys.archived, name = name), move || self.take_out(slug.clone()));
                }
                Err(failure) if failure.is("status") => toast::trouble(t!(journeys.archive_refused)),
                Err(failure) => toast::trouble(failure.words()),
            }
        });
    }

    fn take_out(self, slug: String) {
        leptos::task::spawn_local(async move {
            self.settle(journey_list::unarchive(&slug).await);
        });
    }

    fn settle(self, done: Result<(), Failure>) {
        match done {
            Ok(()) => self.list.reload(),
            Err(failure) => toast::trouble(failure.words()),
        }
    }
}

/// Asks for the new name.
#[component]
pub fn Renaming(
    /// Of which.
    acts: Acts,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<Failure>);
    Effect::new(move |_| {
        if let Some((_, old)) = acts.renaming.get() {
            name.set(old);
            wrong.set(None);
            open.set(true);
        }
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some((slug, old)) = acts.renaming.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            match journey_list::call(&slug, name.get_untracked().trim()).await {
                Ok(()) => {
                    open.set(false);
                    acts.list.reload();
                    let back = move || {
                        let (slug, old) = (slug.clone(), old.clone());
                        leptos::task::spawn_local(async move { acts.settle(journey_list::call(&slug, &old).await) });
                    };
                    toast::undoable(t!(journeys.renamed), back);
                }
                Err(failure) => wrong.set(Some(failure)),
            }
        });
    };
    let error = Signal::derive(move || wrong.get().map(|failure| failure.words()));
    view! {
        <Dialog open=open title=Signal::derive(tr!(journeys.rename))>
            <form class="form" on:submit=send>
                <Field label=Signal::derive(tr!(journeys.name)) id="rename" error=error>
                    <input id="rename" class="in" dir="auto" autofocus required maxlength="120" aria-describedby="rename-error" bind:value=name />
                </Field>
                <div class="row end"><Button look=Look::Main submits=true>{tr!(journeys.rename)}</Button></div>
            </form>
        </Dialog>
    }
}
