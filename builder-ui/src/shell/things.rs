//! What the palette finds besides commands: journeys, customers and recipes, asked of the server once somebody has typed a little.

use super::palette::Command;
use crate::api::journey_list::{self, Wanted};
use crate::api::recipes::{self, Title};
use crate::api::{customers, escaped};
use crate::{browser, tr};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// So many letters are needed.
const LETTERS: usize = 2;
/// How long after the last letter the server is asked, in milliseconds.
const PAUSE: u32 = 150;
/// How many of each sort are shown.
const MOST: usize = 6;

/// What is found by what is typed; what was found before stays until there is an answer.
pub(super) fn found(typed: RwSignal<String>) -> RwSignal<Vec<Command>> {
    let found = RwSignal::new(Vec::new());
    let gallery = StoredValue::new(None::<Vec<Title>>);
    let go = StoredValue::new_local(use_navigate());
    Effect::new(move |_| {
        let text = typed.get().trim().to_owned();
        if text.chars().count() < LETTERS {
            found.set(Vec::new());
            return;
        }
        leptos::task::spawn_local(async move {
            browser::pause(PAUSE).await;
            let now = || typed.try_with_untracked(|typed| typed.trim() == text) == Some(true);
            if !now() {
                return;
            }
            if gallery.try_with_value(Option::is_none) == Some(true)
                && let Ok(all) = recipes::titles().await
            {
                gallery.try_set_value(Some(all));
            }
            let wanted = Wanted { q: Some(text.clone()), ..Wanted::default() };
            let (journeys, people) = futures::join!(journey_list::list(wanted, 6, None), customers::list(Some(text.clone()), None));
            if !now() {
                return;
            }
            let command = |icon, label: String, note: fn() -> String, address: String| {
                let run = move || go.with_value(|go| go(&address, NavigateOptions::default()));
                Command::new(icon, move || label.clone(), run).noted(note)
            };
            let mut all: Vec<Command> = Vec::new();
            for journey in journeys.map(|page| page.data).unwrap_or_default() {
                all.push(command(
                    icondata::LuWorkflow,
                    journey.name,
                    tr!(shell.palette.journey),
                    format!("/journeys/{}", escaped(&journey.slug)),
                ));
            }
            for person in people.map(|page| page.data).unwrap_or_default().into_iter().take(MOST) {
                let address = format!("/customers/{}", person.who.id);
                all.push(command(icondata::LuUser, person.who.called(), tr!(shell.palette.customer), address));
            }
            let wanted = text.to_lowercase();
            gallery.try_with_value(|gallery| {
                for recipe in gallery.iter().flatten().filter(|recipe| recipe.words().name.to_lowercase().contains(&wanted)).take(MOST) {
                    let address = format!("/recipes?open={}", recipe.slug);
                    all.push(command(icondata::LuBookOpen, recipe.words().name, tr!(shell.palette.recipe), address));
                }
            });
            found.try_set(all);
        });
    });
    found
}
