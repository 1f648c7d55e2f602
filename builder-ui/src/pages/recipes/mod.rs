//! The gallery of recipes: journeys ready to be copied.

mod drawing;
mod preview;

use crate::api::recipes::{self, Recipe};
use crate::i18n::format;
use crate::ui::{Button, Dialog, Empty, Icon, Known, Look, Page, Param, toast, use_fetched, use_rows};
use crate::{session, t, tr};
use drawing::Drawing;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use preview::Preview;

/// The page.
#[component]
pub fn Recipes() -> impl IntoView {
    let (gallery, retry) = use_fetched(|| Some(recipes::list()));
    use_rows(|| {});
    let body = |all: Vec<Recipe>| {
        if all.is_empty() {
            let (title, text) = (Signal::derive(tr!(recipes.none)), Signal::derive(tr!(recipes.none_text)));
            return view! { <Empty icon=icondata::LuBookOpen title=title text=text /> }.into_any();
        }
        let cards = all.into_iter().map(|recipe| view! { <Card recipe=recipe /> }).collect_view();
        view! { <ul class="gallery">{cards}</ul> }.into_any()
    };
    view! {
        <Page title=Signal::derive(tr!(shell.nav.recipes))>
            <p class="lead">{tr!(recipes.lead)}</p>
            <Known found=gallery retry=retry children=body />
        </Page>
    }
}

/// One recipe.
#[component]
fn Card(
    /// It.
    recipe: Recipe,
) -> impl IntoView {
    let navigate = StoredValue::new_local(use_navigate());
    let busy = RwSignal::new(false);
    let recipe = StoredValue::new(recipe);
    let name = move || recipe.with_value(|recipe| recipe.words().name);
    let promise = move || recipe.with_value(|recipe| recipe.words().promise);
    // An address may lead to one of them.
    let asked = Param::named("open");
    let looking = RwSignal::new(false);
    Effect::new(move |_| {
        if asked.get().is_some_and(|slug| recipe.with_value(|recipe| recipe.slug == slug)) {
            looking.set(true);
            asked.set(None);
        }
    });
    let copy = move || {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let slug = recipe.with_value(|recipe| recipe.slug.clone());
            match recipes::copy(&slug, &name()).await {
                Ok(made) => navigate.with_value(|go| go(&format!("/journeys/{}", made.slug), NavigateOptions::default())),
                Err(failure) => toast::trouble(failure.words()),
            }
            busy.try_set(false);
        });
    };
    let may = Memo::new(|_| session::current().is_some_and(|session| session.allows("write")));
    let steps = recipe.with_value(|recipe| recipe.graph.nodes.len());
    view! {
        <li class="recipe">
            <button type="button" class="look" aria-haspopup="dialog" on:click=move |_| looking.set(true)>
                <Drawing graph=recipe.with_value(|recipe| recipe.graph.clone()) />
                <span class="hint">{tr!(recipes.look)}<span class="only-read">{name}</span></span>
            </button>
            <h2>{name}</h2>
            <p>{promise}</p>
            <Needed recipe=recipe />
            <div class="row">
                <span class="note">{move || t!(recipes.steps, n = steps)}</span>
                <span class="space"></span>
                <Show when=move || may.get()>
                    <Button busy=busy on:click=move |_| copy()>{tr!(recipes.copy)}<span class="only-read">{name}</span></Button>
                </Show>
            </div>
            <Dialog open=looking title=Signal::derive(name) class="history">
                <Preview recipe=recipe />
                <div class="row ends">
                    <Show when=move || may.get()><Button look=Look::Main busy=busy on:click=move |_| copy()>{tr!(recipes.copy)}</Button></Show>
                </div>
            </Dialog>
        </li>
    }
}

/// What a recipe needs of the shop.
#[component]
fn Needed(
    /// Which.
    recipe: StoredValue<Recipe>,
) -> impl IntoView {
    let events = move || {
        let fed =
            |recipe: &Recipe| recipe.events.iter().filter(|event| event.needed).map(|event| event.any_of.join(" / ")).collect::<Vec<_>>();
        recipe.with_value(fed)
    };
    let traits = move || recipe.with_value(|recipe| recipe.attributes.needed.clone());
    let line = |icon, label: String, items: Vec<String>| {
        (!items.is_empty())
            .then(|| view! { <div><dt><Icon icon=icon size=14 />{label}</dt><dd dir="auto">{format::list(&items)}</dd></div> })
    };
    view! {
        <dl class="needs">
            {move || line(icondata::LuZap, t!(recipes.events), events())}
            {move || line(icondata::LuUser, t!(recipes.traits), traits())}
        </dl>
    }
}
