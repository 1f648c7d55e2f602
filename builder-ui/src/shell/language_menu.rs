//! Choosing the language.

use super::palette::Command;
use crate::i18n::{self, Language};
use crate::ui::{Item, Menu};
use crate::{browser, tr};
use leptos::prelude::*;

fn take(language: Language) {
    browser::remember("language", language.code());
    leptos::task::spawn_local(async move {
        i18n::load(language).await;
    });
}

/// The languages as commands, each by its own name.
pub(super) fn commands() -> impl Iterator<Item = Command> {
    let one = |language: Language| {
        Command::new(icondata::LuLanguages, move || language.name().to_owned(), move || take(language)).noted(tr!(shell.language))
    };
    Language::ALL.into_iter().map(one)
}

/// A menu of the languages, each by its own name.
#[component]
pub fn LanguageMenu() -> impl IntoView {
    let item = move |language: Language| {
        Item::new(move || language.name().to_owned(), move || take(language)).chosen(move || i18n::language() == language)
    };
    let items: Vec<Item> = Language::ALL.into_iter().map(item).collect();
    view! { <Menu label=Signal::derive(tr!(shell.language)) icon=icondata::LuLanguages items=Signal::derive(move || items.clone()) /> }
}
