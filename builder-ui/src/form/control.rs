//! The control of a field, by what the field holds.

use super::code::Script;
use super::cron::Schedule;
use super::pairs::Pairs;
use super::plain::{Choice, JsonText, Name, Names, NumberLine, Switch, TextLine, Texts};
use super::rule::Rule;
use super::spot::Spot;
use super::template::Template;
use super::time::{Length, TimeOfDay, Weekdays};
use super::ways::{Cases, Weights};
use leptos::prelude::*;
use tradewind_nodes::Json;
use tradewind_nodes::field::{Field, FieldType};

/// The control of a field.
pub fn control(field: &Field, spot: Spot) -> AnyView {
    use FieldType as T;
    let default = field.default.as_ref().and_then(|value| value.as_str().map(str::to_owned));
    let worth = field.default.as_ref().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default();
    match field.ty.clone() {
        T::Text => view! { <TextLine spot=spot placeholder=worth /> }.into_any(),
        T::Template { html } => view! { <Template spot=spot html=html placeholder=worth /> }.into_any(),
        T::Integer { min, max } => view! { <NumberLine spot=spot min=Some(min) max=Some(max) placeholder=worth /> }.into_any(),
        T::Number => view! { <NumberLine spot=spot fraction=true min=None max=None placeholder=worth /> }.into_any(),
        T::Boolean => view! { <Switch spot=spot default=field.default.as_ref().and_then(Json::as_bool).unwrap_or(false) /> }.into_any(),
        T::Choice { options } => view! { <Choice spot=spot options=options default=default /> }.into_any(),
        T::Duration => view! { <Length spot=spot signed=field.name == "offset" default=default.unwrap_or_default() /> }.into_any(),
        T::LocalTime => match default {
            Some(default) => view! { <TimeOfDay spot=spot default=default /> }.into_any(),
            None => view! { <TimeOfDay spot=spot /> }.into_any(),
        },
        T::Weekdays => view! { <Weekdays spot=spot /> }.into_any(),
        T::Cron => view! { <Schedule spot=spot /> }.into_any(),
        T::EventName { many: true } => view! { <Names spot=spot /> }.into_any(),
        ty @ (T::EventName { many: false } | T::Fact | T::Segment | T::Journey | T::Zone) => view! { <Name spot=spot ty=ty /> }.into_any(),
        T::Predicate => view! { <Rule spot=spot /> }.into_any(),
        T::Cases => view! { <Cases spot=spot /> }.into_any(),
        T::Weights => view! { <Weights spot=spot /> }.into_any(),
        T::KeyValue => view! { <Pairs spot=spot /> }.into_any(),
        T::Texts => view! { <Texts spot=spot /> }.into_any(),
        T::Script => view! { <Script spot=spot /> }.into_any(),
        T::Json => view! { <JsonText spot=spot /> }.into_any(),
    }
}
