//! What a kind says of one of its nodes, also while the fields are missing or wrong: the line on its card, what it puts out, what it
//! listens to. It is said without a language; a builder puts it into its user's words.

use crate::time::Duration;
use crate::{Json, JsonMap};
use serde::{Deserialize, Serialize};

/// What a card says of its node: what it does, and the details.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    /// What it does; the kind's name stands for it when there is nothing to say.
    pub main: Option<Part>,
    /// What else there is to know.
    pub details: Vec<Part>,
}

impl Summary {
    /// What a node does, without details.
    #[must_use]
    pub fn of(main: Option<Part>) -> Self {
        Self { main, details: Vec::new() }
    }
    /// The first short text among the fields: what is said of a kind that says nothing better.
    #[must_use]
    pub fn shortest(draft: Draft<'_>) -> Self {
        let short = draft.0.values().filter_map(Json::as_str).find(|text| text.len() < 40);
        Self::default().with(short.map(|text| Part::Template(text.to_owned())))
    }
    /// With these details.
    #[must_use]
    pub fn with(mut self, details: impl IntoIterator<Item = Part>) -> Self {
        self.details.extend(details);
        self
    }
}

/// A part of a summary.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Part {
    /// The author's own words.
    Text(String),
    /// A template, whose facts are shown by their last names.
    Template(String),
    /// Names of fields, as `cart_id`.
    Names(Vec<String>),
    /// The path of a fact.
    Fact(String),
    /// A condition.
    When(Json),
    /// A length of time.
    Time(Duration),
    /// A day of the week, `mon` to `sun`.
    Weekday(String),
    /// A share of one.
    Share(f64),
    /// The name of a way out.
    Port(String),
    /// How many.
    Count(usize),
    /// Several, with a text between them.
    Joined(String, Vec<Part>),
    /// The builder's message `kinds.say.<name>`, with what is put into it.
    Said(String, Vec<(String, Part)>),
}

impl Part {
    /// The builder's message `kinds.say.<name>` with its placeholders filled.
    #[must_use]
    pub fn said<const N: usize>(name: &str, with: [(&str, Self); N]) -> Self {
        Self::Said(name.to_owned(), with.into_iter().map(|(name, part)| (name.to_owned(), part)).collect())
    }
    /// Several, with a text between them.
    pub fn joined(between: &str, parts: impl IntoIterator<Item = Self>) -> Self {
        Self::Joined(between.to_owned(), parts.into_iter().collect())
    }
    /// Some time before or after `what`; `what` itself when there is none between.
    #[must_use]
    pub fn moved(offset: Duration, what: Self) -> Self {
        match offset {
            Duration::ZERO => what,
            before if before < Duration::ZERO => {
                Self::said("before", [("time", Self::Time(Duration::from_micros(-before.micros()))), ("what", what)])
            }
            after => Self::said("after", [("time", Self::Time(after)), ("what", what)]),
        }
    }
}

/// Something a node puts out, read by later nodes as `steps.<node>.…`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Output {
    /// A value.
    Value {
        /// Below the node's own name.
        name: String,
        /// What it is.
        sort: Sort,
        /// How it may look, when that is known.
        example: Option<Json>,
    },
    /// The event that came, below `event`: any of these names.
    Event(Vec<String>),
}

impl Output {
    /// A value with an example of it.
    #[must_use]
    pub fn value(name: &str, sort: Sort, example: impl Into<Json>) -> Self {
        Self::Value { name: name.to_owned(), sort, example: Some(example.into()) }
    }
    /// A value of which nothing is known but its name.
    #[must_use]
    pub fn any(name: &str) -> Self {
        Self::Value { name: name.to_owned(), sort: Sort::Any, example: None }
    }
}

/// What a value that is put out is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names of JSON's own types")]
pub enum Sort {
    Text,
    Number,
    Boolean,
    Any,
}

/// What a node looks like when it is written besides its form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preview {
    /// As the mail its fields `subject`, `html` and `text` make.
    Mail,
}

/// The fields of a node as somebody has written them so far.
#[derive(Clone, Copy)]
pub struct Draft<'c>(pub &'c JsonMap);

impl<'c> Draft<'c> {
    /// A text that is not empty.
    #[must_use]
    pub fn text(self, field: &str) -> Option<&'c str> {
        self.0.get(field).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
    /// The texts of a list.
    #[must_use]
    pub fn texts(self, field: &str) -> Vec<String> {
        let items = self.0.get(field).and_then(Json::as_array).into_iter().flatten();
        items.filter_map(Json::as_str).map(str::to_owned).filter(|text| !text.is_empty()).collect()
    }
    /// The items of a list.
    #[must_use]
    pub fn items(self, field: &str) -> &'c [Json] {
        self.0.get(field).and_then(Json::as_array).map_or(&[], Vec::as_slice)
    }
    /// The names in a list, when there are any.
    #[must_use]
    pub fn named(self, field: &str) -> Option<Part> {
        let names = self.texts(field);
        (!names.is_empty()).then(|| Part::joined(" / ", names.into_iter().map(Part::Text)))
    }
    /// A template.
    #[must_use]
    pub fn template(self, field: &str) -> Option<Part> {
        self.text(field).map(|text| Part::Template(text.to_owned()))
    }
    /// The author's own words.
    #[must_use]
    pub fn words(self, field: &str) -> Option<Part> {
        self.text(field).map(|text| Part::Text(text.to_owned()))
    }
    /// A condition.
    #[must_use]
    pub fn when(self, field: &str) -> Option<Part> {
        self.0.get(field).map(|condition| Part::When(condition.clone()))
    }
    /// A length of time.
    #[must_use]
    pub fn time(self, field: &str) -> Option<Duration> {
        self.text(field).and_then(Duration::parse)
    }
    /// How long is waited at most.
    #[must_use]
    pub fn at_most(self, field: &str) -> Option<Part> {
        self.time(field).map(|time| Part::said("at_most", [("time", Part::Time(time))]))
    }
    /// A number.
    #[must_use]
    pub fn number(self, field: &str) -> Option<f64> {
        self.0.get(field).and_then(Json::as_f64)
    }
}
