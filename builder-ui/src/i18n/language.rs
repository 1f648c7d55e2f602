//! Which language is in force, how one is chosen, and loading its catalogue.

use super::catalogue::Catalogue;
use leptos::prelude::*;
use leptos::reactive::graph::Observer;
use std::sync::{Arc, LazyLock};

/// The languages there are words in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// English.
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// German.
    De,
    /// Japanese.
    Ja,
    /// Korean.
    Ko,
    /// Chinese, simplified.
    Zh,
    /// Arabic.
    Ar,
}

impl Language {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 8] = [Self::En, Self::Es, Self::Fr, Self::De, Self::Ja, Self::Ko, Self::Zh, Self::Ar];

    /// Its code, as in `lang`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Ja => "ja",
            Self::Ko => "ko",
            Self::Zh => "zh",
            Self::Ar => "ar",
        }
    }

    /// Its name in itself: who looks for his language must be able to read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Es => "Español",
            Self::Fr => "Français",
            Self::De => "Deutsch",
            Self::Ja => "日本語",
            Self::Ko => "한국어",
            Self::Zh => "中文",
            Self::Ar => "العربية",
        }
    }

    /// The direction it is written in, as in `dir`.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        if matches!(self, Self::Ar) { "rtl" } else { "ltr" }
    }

    /// The language of a tag as `de-CH`.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }
}

/// A language with its words.
#[derive(Debug)]
pub struct Spoken {
    /// Which one.
    pub language: Language,
    /// The tag dates and numbers go by: the browser's own, as `de-CH`, when it is of this language.
    pub tag: String,
    pub(super) catalogue: Catalogue,
}

// Outside any component: it lives as long as the page, and what is not a component asks it too.
static SPOKEN: LazyLock<ArcRwSignal<Arc<Spoken>>> = LazyLock::new(|| ArcRwSignal::new(Arc::new(first())));

#[cfg(target_arch = "wasm32")]
fn first() -> Spoken {
    Spoken { language: Language::En, tag: "en".to_owned(), catalogue: Catalogue::default() }
}

#[cfg(not(target_arch = "wasm32"))]
fn first() -> Spoken {
    let catalogue = Catalogue::read(compiled(Language::En)).unwrap_or_default();
    Spoken { language: Language::En, tag: "en".to_owned(), catalogue }
}

/// The catalogue of a language as compiled, for native tests; the browser fetches the one it needs.
#[cfg(not(target_arch = "wasm32"))]
pub fn compiled(language: Language) -> &'static str {
    macro_rules! catalogue {
        ($code:literal) => {
            include_str!(concat!(env!("OUT_DIR"), "/", $code, ".json"))
        };
    }
    match language {
        Language::En => catalogue!("en"),
        Language::Es => catalogue!("es"),
        Language::Fr => catalogue!("fr"),
        Language::De => catalogue!("de"),
        Language::Ja => catalogue!("ja"),
        Language::Ko => catalogue!("ko"),
        Language::Zh => catalogue!("zh"),
        Language::Ar => catalogue!("ar"),
    }
}

/// What is spoken now; whoever calls this in a view follows it.
#[must_use]
pub fn present() -> Arc<Spoken> {
    // Asked outside any view nothing can be followed, and Leptos would warn of it.
    if Observer::get().is_some() { SPOKEN.get() } else { SPOKEN.get_untracked() }
}

/// What is spoken now, for what happens once: an event, a measure.
#[must_use]
pub fn present_untracked() -> Arc<Spoken> {
    SPOKEN.get_untracked()
}

/// The language in force; whoever calls this in a view follows it.
#[must_use]
pub fn language() -> Language {
    present().language
}

/// The user's own data inside a sentence: where the language is written from the right, what stands in it may be written from the left,
/// and neither may turn the words of the other around.
#[must_use]
pub fn isolated(data: &str) -> String {
    match language() {
        Language::Ar => format!("\u{2068}{data}\u{2069}"),
        _ => data.to_owned(),
    }
}

/// Words of the builder's that begin with the user's data or stand among others: they go the language's way whatever comes first.
#[must_use]
pub fn phrase(words: &str) -> String {
    match language() {
        Language::Ar => format!("\u{2067}{words}\u{2069}"),
        _ => words.to_owned(),
    }
}

/// The language to begin with: the one chosen here before, else the first of the browser's that there are words in.
#[must_use]
pub fn choose(remembered: Option<&str>, wanted: &[String]) -> Language {
    let of_tag = |tag: &str| Language::of_tag(tag);
    remembered.and_then(of_tag).or_else(|| wanted.iter().find_map(|tag| of_tag(tag))).unwrap_or(Language::En)
}

/// Fetches the words of a language and puts it in force. False when they cannot be had: the former stays.
pub async fn load(language: Language) -> bool {
    let Some(address) = crate::browser::meta(&format!("messages-{}", language.code())) else { return false };
    let Some(catalogue) = crate::browser::fetch_text(&address).await.and_then(|json| Catalogue::read(&json)) else { return false };
    let tag = crate::browser::languages().into_iter().find(|tag| Language::of_tag(tag) == Some(language));
    let tag = tag.unwrap_or_else(|| language.code().to_owned());
    crate::browser::set_root_attribute("lang", language.code());
    crate::browser::set_root_attribute("dir", language.direction());
    SPOKEN.set(Arc::new(Spoken { language, tag, catalogue }));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_chosen_before_wins_then_the_browsers() {
        let wanted = ["nl-NL".to_owned(), "de-CH".to_owned(), "fr".to_owned()];
        assert_eq!(choose(Some("ja"), &wanted), Language::Ja);
        assert_eq!(choose(Some("xx"), &wanted), Language::De);
        assert_eq!(choose(None, &[]), Language::En);
        assert_eq!(Language::of_tag("zh-Hans-CN"), Some(Language::Zh));
    }
}
