//! Light or dark: as the system says, unless chosen here.

use super::palette::Command;
use crate::ui::{Item, Menu};
use crate::{browser, tr};
use leptos::prelude::*;

/// A theme as it is remembered and set on the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// As the system.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The theme to show: what the system says is asked each time, so that one set of dark colours is enough.
    fn shown(self) -> &'static str {
        match self {
            Self::System if browser::prefers_dark() => "dark",
            Self::System | Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn apply(self) {
        browser::set_root_attribute("data-theme", self.shown());
        browser::tell(browser::COLOURS);
    }

    const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn remembered() -> Self {
        let name = browser::remembered("theme");
        Self::ALL.into_iter().find(|theme| Some(theme.name()) == name.as_deref()).unwrap_or(Self::System)
    }

    fn words(self) -> String {
        match self {
            Self::System => crate::t!(shell.theme.system),
            Self::Light => crate::t!(shell.theme.light),
            Self::Dark => crate::t!(shell.theme.dark),
        }
    }
}

/// Puts the remembered theme in force, before anything is shown, and follows the system where it is to be followed.
pub fn apply_remembered() {
    Theme::remembered().apply();
    browser::when_colours_change(|| Theme::remembered().apply());
}

/// The themes as commands.
pub(super) fn commands() -> impl Iterator<Item = Command> {
    let take = |theme: Theme| {
        browser::remember("theme", theme.name());
        theme.apply();
    };
    let one =
        move |theme: Theme| Command::new(icondata::LuSunMoon, move || theme.words(), move || take(theme)).noted(tr!(shell.theme.label));
    Theme::ALL.into_iter().map(one)
}

/// A menu of the themes.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let theme = RwSignal::new(Theme::remembered());
    let take = move |chosen: Theme| {
        browser::remember("theme", chosen.name());
        chosen.apply();
        theme.set(chosen);
    };
    let item = move |one: Theme| Item::new(move || one.words(), move || take(one)).chosen(move || theme.get() == one);
    let items: Vec<Item> = Theme::ALL.into_iter().map(item).collect();
    view! { <Menu label=Signal::derive(tr!(shell.theme.label)) icon=icondata::LuSunMoon items=Signal::derive(move || items.clone()) /> }
}
