//! What a form writes to: values by their place, and one change at a time. Nothing here knows an editor or a page.

use crate::browser;
use leptos::prelude::*;
use std::sync::Arc;
use tradewind_nodes::issue::FieldIssue;
use tradewind_nodes::{Json, JsonMap};

/// How long after the last letter a change is made, in milliseconds.
const PAUSE: u32 = 300;

/// One change of a form.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The field, as a JSON pointer below the form's values.
    pub field: String,
    /// Its new value; None removes it.
    pub value: Option<Json>,
    /// A way out that got another name: its old one and its new one.
    pub renamed: Option<(String, String)>,
    /// When the field got the focus: changes with the same number are one step of undo.
    pub focus: f64,
}

/// What a form works on.
#[derive(Clone, Copy)]
pub struct Filling {
    /// The values.
    pub values: Signal<Arc<JsonMap>>,
    /// Everything wrong with them, by JSON pointers below the values.
    pub issues: Signal<Arc<Vec<FieldIssue>>>,
    /// Makes a change.
    pub change: Callback<Change>,
    /// What the ids of its controls begin with.
    pub name: &'static str,
    focus: StoredValue<f64>,
}

impl Filling {
    /// A form's values, what is wrong with them, and what to do with a change.
    pub fn new(
        name: &'static str,
        values: impl Into<Signal<Arc<JsonMap>>>,
        issues: impl Into<Signal<Arc<Vec<FieldIssue>>>>,
        change: impl Fn(Change) + Send + Sync + 'static,
    ) -> Self {
        Self { values: values.into(), issues: issues.into(), change: Callback::new(change), name, focus: StoredValue::new(0.0) }
    }

    /// A field got the focus.
    pub fn focused(&self) {
        self.focus.set_value(browser::now());
    }

    /// The value of a field.
    #[must_use]
    pub fn field(self, name: &str) -> Spot {
        let (key, pointer) = (name.to_owned(), format!("/{}", escaped(name)));
        let value = Memo::new(move |_| self.values.with(|values| values.get(&key).cloned()));
        let field = pointer.clone();
        let set = Callback::new(move |Setting { value, renamed }: Setting| {
            let focus = self.focus.try_get_value().unwrap_or_default();
            self.change.try_run(Change { field: field.clone(), value, renamed, focus });
        });
        Spot { value: value.into(), set, at: StoredValue::new(pointer), filling: self }
    }

    /// The id of the control at a JSON pointer.
    #[must_use]
    pub fn id(&self, pointer: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        format!("{}{}", self.name, pointer.chars().map(plain).collect::<String>())
    }

    /// Puts the focus on the control at a JSON pointer, or on the nearest one around it.
    pub fn show(&self, pointer: &str) {
        let mut pointer = pointer;
        loop {
            if browser::focus_on(&self.id(pointer)) {
                return;
            }
            match pointer.rfind('/') {
                Some(at) if at > 0 => pointer = &pointer[..at],
                _ => return,
            }
        }
    }
}

/// A value to be set.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    value: Option<Json>,
    renamed: Option<(String, String)>,
}

/// One value of a form: what it is, and setting it.
#[derive(Clone, Copy)]
pub struct Spot {
    /// The value; None when there is none.
    pub value: Signal<Option<Json>>,
    set: Callback<Setting>,
    at: StoredValue<String>,
    /// The form it belongs to.
    pub filling: Filling,
}

impl Spot {
    /// Its JSON pointer.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.at.try_get_value().unwrap_or_default()
    }

    /// The id of its control.
    #[must_use]
    pub fn id(&self) -> String {
        self.filling.id(&self.pointer())
    }

    /// Sets it; nothing happens when it is so already.
    pub fn set(&self, value: Option<Json>) {
        if self.value.try_get_untracked().is_some_and(|old| old != value) {
            self.set.try_run(Setting { value, renamed: None });
        }
    }

    /// Sets it and says that a way out got another name by it.
    pub fn set_renamed(&self, value: Option<Json>, old: &str, new: &str) {
        self.set.try_run(Setting { value, renamed: Some((old.to_owned(), new.to_owned())) });
    }

    /// What a key of its object holds.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let (parent, name) = (*self, key.to_owned());
        let value = Memo::new(move |_| parent.value.with(|value| value.as_ref()?.get(&name).cloned()));
        let name = key.to_owned();
        let set = move |Setting { value, renamed }: Setting| {
            let mut map = match parent.value.try_get_untracked().flatten() {
                Some(Json::Object(map)) => map,
                _ => JsonMap::new(),
            };
            match value {
                Some(value) => drop(map.insert(name.clone(), value)),
                None => drop(map.shift_remove(&name)),
            }
            parent.set.try_run(Setting { value: Some(Json::Object(map)), renamed });
        };
        self.below(value.into(), &escaped(key), set)
    }

    /// An entry of its list.
    #[must_use]
    pub fn item(&self, n: usize) -> Self {
        let parent = *self;
        let value = Memo::new(move |_| parent.value.with(|value| value.as_ref()?.get(n).cloned()));
        let set = move |Setting { value, renamed }: Setting| {
            let mut items = parent.items();
            match value {
                Some(value) if n < items.len() => items[n] = value,
                Some(value) => items.push(value),
                None if n < items.len() => drop(items.remove(n)),
                None => {}
            }
            parent.set.try_run(Setting { value: Some(Json::Array(items)), renamed });
        };
        self.below(value.into(), &n.to_string(), set)
    }

    /// A value read and written in a way of its own, `part` below this one.
    #[must_use]
    pub fn part(
        &self,
        part: &str,
        read: impl Fn(Option<&Json>) -> Option<Json> + Send + Sync + 'static,
        write: impl Fn(Option<&Json>, Option<Json>) -> Option<Json> + Send + Sync + 'static,
    ) -> Self {
        let parent = *self;
        let value = Memo::new(move |_| parent.value.with(|value| read(value.as_ref())));
        let set = move |Setting { value, renamed }: Setting| {
            let old = parent.value.try_get_untracked().flatten();
            parent.set.try_run(Setting { value: write(old.as_ref(), value), renamed });
        };
        self.below(value.into(), part, set)
    }

    fn below(&self, value: Signal<Option<Json>>, part: &str, set: impl Fn(Setting) + Send + Sync + 'static) -> Self {
        let base = self.pointer();
        let pointer = if part.is_empty() { base } else { format!("{base}/{part}") };
        Self { value, set: Callback::new(set), at: StoredValue::new(pointer), filling: self.filling }
    }

    /// The entries of its list; none when it is no list.
    #[must_use]
    pub fn items(&self) -> Vec<Json> {
        self.value.try_with_untracked(|value| value.as_ref().and_then(Json::as_array).cloned()).flatten().unwrap_or_default()
    }

    /// How many entries its list has.
    #[must_use]
    pub fn count(self) -> Memo<usize> {
        Memo::new(move |_| self.value.with(|value| value.as_ref().and_then(Json::as_array).map_or(0, Vec::len)))
    }

    /// Adds an entry at the end of its list.
    pub fn push(&self, value: Json) {
        let mut items = self.items();
        items.push(value);
        self.set(Some(Json::Array(items)));
    }

    /// What is wrong with exactly this value, in the user's words.
    #[must_use]
    pub fn wrong(self) -> Memo<Vec<Wrong>> {
        Memo::new(move |_| {
            self.at.with_value(|at| self.filling.issues.with(|all| all.iter().filter(|i| i.field == *at).map(Wrong::of).collect()))
        })
    }

    /// What is wrong with this value or anything in it.
    #[must_use]
    pub fn wrong_below(self) -> Memo<Vec<Wrong>> {
        let inside =
            |issue: &FieldIssue, at: &str| issue.field.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        Memo::new(move |_| {
            self.at.with_value(|at| self.filling.issues.with(|all| all.iter().filter(|i| inside(i, at)).map(Wrong::of).collect()))
        })
    }

    /// The text a key of its object holds; empty when it holds none.
    #[must_use]
    pub fn key_text(&self, key: &str) -> String {
        self.value.with(|value| value.as_ref().and_then(|value| value.get(key)?.as_str()).unwrap_or_default().to_owned())
    }

    /// Its text; empty when it has none.
    #[must_use]
    pub fn text(&self) -> String {
        self.value.with(|value| value.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned())
    }
}

/// What is wrong with a value: in the user's language, and in full as the engine says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// In the user's language.
    pub words: String,
    /// The engine's own words, which name the place and the remedy; empty when the words above are those.
    pub detail: String,
}

impl Wrong {
    fn of(issue: &FieldIssue) -> Self {
        super::issue_words(issue.code, &issue.message)
    }
}

/// A key as a part of a JSON pointer.
#[must_use]
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What somebody types, on its way to becoming a value.
#[derive(Clone, Copy)]
pub struct Typed {
    /// What stands in the control.
    pub text: RwSignal<String>,
    /// A letter was typed.
    pub typed: Callback<String>,
    /// The control was left, or Enter pressed.
    pub done: Callback<()>,
}

/// What a text means.
pub enum Meant {
    /// This value, or none.
    Value(Option<Json>),
    /// Nothing that could be kept; the value stays.
    Nothing,
}

/// A control's text for a spot: changes are made a moment after the last letter, when the control is left, and when it goes.
pub fn typed(
    spot: Spot,
    read: impl Fn(Option<&Json>) -> String + Copy + Send + Sync + 'static,
    write: impl Fn(&str) -> Meant + Copy + Send + Sync + 'static,
) -> Typed {
    let text = RwSignal::new(spot.value.with_untracked(|value| read(value.as_ref())));
    let turn = StoredValue::new(0_u32);
    let waiting = StoredValue::new(false);
    let commit = move || {
        if waiting.try_get_value() == Some(true) {
            waiting.set_value(false);
            if let Some(Meant::Value(value)) = text.try_with_untracked(|text| write(text)) {
                spot.set(value);
            }
        }
    };
    Effect::new(move |_| {
        let value = spot.value.get();
        let same = text.with_untracked(|text| matches!(write(text), Meant::Value(meant) if meant == value));
        if !same && !waiting.get_value() {
            text.set(read(value.as_ref()));
        }
    });
    on_cleanup(commit);
    let typed = Callback::new(move |now: String| {
        text.set(now);
        waiting.set_value(true);
        let mine = turn.get_value().wrapping_add(1);
        turn.set_value(mine);
        leptos::task::spawn_local(async move {
            browser::pause(PAUSE).await;
            if turn.try_get_value() == Some(mine) {
                commit();
            }
        });
    });
    Typed { text, typed, done: Callback::new(move |()| commit()) }
}

/// Text as it is; an empty one removes the value.
pub fn as_text(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The value of a text; none when it is empty.
pub fn of_text(text: &str) -> Meant {
    Meant::Value((!text.is_empty()).then(|| text.into()))
}
