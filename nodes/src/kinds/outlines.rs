//! The kinds as palettes, forms and canvases see them: what they are called, what they ask for, which ways lead out of them. Nothing of
//! what they do, so that a program that only draws journeys carries none of it.
//!
//! A node that is not filled in yet has its ways out, too: the builder joins steps long before they are complete.

use super::{OUTLINES, shape, typed};
use crate::description::{Draft, Output, Preview, Summary};
use crate::effect::{About, Channel, Payload};
use crate::field::{Field, FieldType};
use crate::kind::{Family, Kind, KindOutline, KindSpec, Port};
use crate::settings::Inherited;
use crate::{Json, JsonMap};
use serde_json::json;
use std::sync::Arc;

/// A built-in kind, before it has a configuration.
pub(super) struct Outline {
    name: &'static str,
    family: Family,
    label: &'static str,
    icon: &'static str,
    reaches_out: bool,
    channel: Option<Channel>,
    preview: Option<Preview>,
    fields: fn() -> Vec<Field>,
    summary: fn(Draft<'_>) -> Summary,
    outputs: fn(Draft<'_>) -> Vec<Output>,
    listens: fn(Draft<'_>) -> Vec<String>,
    inherit: fn(&mut JsonMap, &Inherited),
    /// The ways out; None when the configuration is not right.
    ports: fn(&JsonMap) -> Option<Vec<Port>>,
    /// Whether passing takes time; None when the configuration is not right.
    delays: fn(&JsonMap) -> Option<bool>,
}

pub(super) const fn outline<K: Kind>() -> Outline {
    Outline {
        name: K::NAME,
        family: K::FAMILY,
        label: K::LABEL,
        icon: K::ICON,
        reaches_out: K::REACHES_OUT,
        channel: K::CHANNEL,
        preview: K::PREVIEW,
        fields: K::fields,
        summary: K::summary,
        outputs: K::outputs,
        listens: K::listens,
        inherit: K::inherit,
        ports: |config| typed::<K>(config).ok().map(|kind| kind.ports()),
        delays: |config| typed::<K>(config).ok().map(|kind| kind.delays()),
    }
}

impl Outline {
    fn spec(&self) -> KindSpec {
        KindSpec { name: self.name.to_owned(), family: self.family, label: self.label.to_owned(), fields: (self.fields)() }
    }
}

/// The kinds a workspace knows: the built-in ones and its own. Cheap to clone.
#[derive(Clone)]
pub struct Outlines {
    own: Arc<[KindOutline]>,
}

fn builtin(kind: &str) -> Option<&'static Outline> {
    OUTLINES.iter().find(|outline| outline.name == kind)
}

impl Outlines {
    /// The built-in kinds alone.
    #[must_use]
    pub fn builtin() -> Self {
        Self { own: Arc::from([]) }
    }

    /// The built-in kinds and a workspace's own. One with the name of a built-in kind is never found.
    #[must_use]
    pub fn with_own(own: Vec<KindOutline>) -> Self {
        Self { own: own.into() }
    }

    /// Whether a workspace brought this kind.
    #[must_use]
    pub fn is_own(&self, kind: &str) -> bool {
        builtin(kind).is_none() && self.own(kind).is_some()
    }

    fn own(&self, kind: &str) -> Option<&KindOutline> {
        self.own.iter().find(|own| own.spec.name == kind)
    }

    /// Every kind as forms see it, the built-in ones first.
    #[must_use]
    pub fn specs(&self) -> Vec<KindSpec> {
        OUTLINES.iter().map(Outline::spec).chain(self.own.iter().map(|own| own.spec.clone())).collect()
    }

    /// Every kind with the ways out of a new node, the built-in ones first.
    #[must_use]
    pub fn all(&self) -> Vec<KindOutline> {
        self.specs().into_iter().map(|spec| KindOutline { ports: self.ports(&spec.name, &self.begun(&spec.name)), spec }).collect()
    }

    /// The kind called `kind` as forms see it.
    #[must_use]
    pub fn spec(&self, kind: &str) -> Option<KindSpec> {
        builtin(kind).map(Outline::spec).or_else(|| self.own(kind).map(|own| own.spec.clone()))
    }

    /// What `kind` is for; None when nobody knows it.
    #[must_use]
    pub fn family(&self, kind: &str) -> Option<Family> {
        builtin(kind).map(|outline| outline.family).or_else(|| self.own(kind).map(|own| own.spec.family))
    }

    /// Whether `kind` reaches somebody outside.
    #[must_use]
    pub fn reaches_out(&self, kind: &str) -> bool {
        builtin(kind).is_some_and(|outline| outline.reaches_out)
    }

    /// What is shown of a node of `kind` besides its form.
    #[must_use]
    pub fn preview(&self, kind: &str) -> Option<Preview> {
        builtin(kind).and_then(|outline| outline.preview)
    }

    /// The line on the card of a node.
    #[must_use]
    pub fn summary(&self, kind: &str, config: &JsonMap) -> Summary {
        builtin(kind).map_or(Summary::shortest as fn(Draft<'_>) -> Summary, |outline| outline.summary)(Draft(config))
    }

    /// What a node puts out for the nodes after it, as far as its kind tells.
    #[must_use]
    pub fn outputs(&self, kind: &str, config: &JsonMap) -> Vec<Output> {
        builtin(kind).map(|outline| (outline.outputs)(Draft(config))).unwrap_or_default()
    }

    /// The names of events that a node starts runs or goes on by.
    #[must_use]
    pub fn listens(&self, kind: &str, config: &JsonMap) -> Vec<String> {
        builtin(kind).map(|outline| (outline.listens)(Draft(config))).unwrap_or_default()
    }

    /// What a new node of `kind` begins with.
    #[must_use]
    pub fn begun(&self, kind: &str) -> JsonMap {
        let fields = self.spec(kind).map(|spec| spec.fields).unwrap_or_default();
        fields.into_iter().filter_map(|field| Some((field.name, field.start?))).collect()
    }

    /// The ways out of a node, also while its fields are missing or wrong: as far as they can be told.
    #[must_use]
    pub fn ports(&self, kind: &str, config: &JsonMap) -> Vec<Port> {
        let Some(outline) = builtin(kind) else { return self.own(kind).map(|own| own.ports.clone()).unwrap_or_default() };
        if let Some(ports) = (outline.ports)(config) {
            return ports;
        }
        let fields = (outline.fields)();
        let filled = fields.iter().filter_map(|field| Some((field.name.clone(), stand_in(field, config.get(&field.name))?)));
        (outline.ports)(&filled.collect()).unwrap_or_default()
    }

    /// Whether passing a node takes time; None while its fields are missing or wrong, and for a kind nobody knows.
    #[must_use]
    pub fn delays(&self, kind: &str, config: &JsonMap) -> Option<bool> {
        if let Some(outline) = builtin(kind) {
            return (outline.delays)(config);
        }
        let KindSpec { fields, family, .. } = &self.own(kind)?.spec;
        shape::check(kind, fields, config).is_empty().then_some(*family == Family::Delay)
    }
}

/// The picture of a built-in kind, as the inside of an SVG of 24 by 24 units; a workspace's own kinds have none.
#[must_use]
pub fn icon(kind: &str) -> Option<&'static str> {
    builtin(kind).map(|outline| outline.icon)
}

/// The channel called `name`; None when no kind has effects of that channel.
#[must_use]
pub fn channel(name: &str) -> Option<&'static Channel> {
    channels().find(|channel| channel.name == name)
}

/// Every channel.
pub fn channels() -> impl Iterator<Item = &'static Channel> {
    OUTLINES.iter().filter_map(|outline| outline.channel.as_ref())
}

/// The picture of the kind whose effects a channel takes.
#[must_use]
pub fn channel_icon(name: &str) -> Option<&'static str> {
    OUTLINES.iter().find(|outline| outline.channel.is_some_and(|channel| channel.name == name)).map(|outline| outline.icon)
}

/// Whether a payload speaks to a person; one of a channel that is gone counts as if it did.
#[must_use]
pub fn to_person(payload: &Payload) -> bool {
    channel(&payload.channel).is_none_or(|channel| channel.to_person)
}

/// What everybody may know of a payload. Of one that does not read any more that is its channel.
#[must_use]
pub fn about(payload: &Payload) -> About {
    let read = channel(&payload.channel).and_then(|channel| (channel.about)(payload).ok());
    read.unwrap_or_else(|| About { title: payload.channel.clone(), attempts: 1, ..About::default() })
}

/// Fills in what a node of `kind` leaves to its workspace.
pub(crate) fn inherit(kind: &str, config: &mut JsonMap, from: &Inherited) {
    if let Some(outline) = builtin(kind) {
        (outline.inherit)(config, from);
    }
}

/// The field's value where it is right, else something in its place; None where nothing is needed.
fn stand_in(field: &Field, value: Option<&Json>) -> Option<Json> {
    let alone = |value: &Json| [(field.name.clone(), value.clone())].into_iter().collect::<JsonMap>();
    let given = value.filter(|value| !value.is_null());
    if let Some(value) = given
        && shape::check("", std::slice::from_ref(field), &alone(value)).is_empty()
    {
        return Some(value.clone());
    }
    let ways = |decider: &str, sound: Json| {
        let ports = given.and_then(Json::as_array).into_iter().flatten().filter_map(|way| way.get("port")?.as_str());
        ports.map(|port| json!({"port": port, decider: sound})).collect::<Vec<_>>()
    };
    match &field.ty {
        FieldType::Cases => return Some(ways("when", json!({"all": []})).into()),
        FieldType::Weights => return Some(ways("weight", json!(1)).into()),
        _ if !field.required => return None,
        _ => {}
    }
    let made = match &field.ty {
        FieldType::Integer { min, .. } => json!(min),
        FieldType::Number => json!(1),
        FieldType::Boolean => json!(false),
        FieldType::Choice { options } => json!(options.first()),
        FieldType::Duration => json!("1h"),
        FieldType::LocalTime => json!("09:00"),
        FieldType::Weekdays => json!(["mon"]),
        FieldType::Zone => json!("UTC"),
        FieldType::Cron => json!("0 9 * * *"),
        FieldType::EventName { many: true } | FieldType::Texts => json!(["-"]),
        FieldType::Predicate => json!({"all": []}),
        FieldType::KeyValue | FieldType::Json => json!({}),
        _ => json!("-"),
    };
    Some(field.start.clone().unwrap_or(made))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(kind: &str, config: Json) -> Vec<String> {
        let Json::Object(config) = config else { panic!("a config is an object") };
        Outlines::builtin().ports(kind, &config).iter().map(|port| port.name.to_string()).collect()
    }

    #[test]
    fn every_kind_can_be_joined_before_it_is_filled_in() {
        let outlines = Outlines::builtin();
        for spec in outlines.specs() {
            let begun = outlines.begun(&spec.name);
            let empty = names(&spec.name, json!({}));
            let ends = ["exit", "goal"].contains(&spec.name.as_str());
            let lists_its_ways = ["condition.split", "condition.switch"].contains(&spec.name.as_str());
            assert_eq!(empty.is_empty(), ends || lists_its_ways, "{}: {empty:?}", spec.name);
            assert_eq!(outlines.ports(&spec.name, &begun).is_empty(), ends, "{}", spec.name);
            assert_eq!(outlines.spec(&spec.name), Some(spec));
        }
        assert!(names("no.such", json!({})).is_empty());
    }

    #[test]
    fn what_a_node_begins_with_fits_its_fields() {
        let outlines = Outlines::builtin();
        for spec in outlines.specs() {
            let begun = outlines.begun(&spec.name);
            let fields: Vec<Field> = spec.fields.into_iter().filter(|f| begun.contains_key(&f.name)).collect();
            assert_eq!(shape::check(&spec.name, &fields, &begun), [], "{}", spec.name);
        }
    }

    #[test]
    fn a_mistake_in_one_field_takes_no_port_away() {
        let cases = json!({"cases": [{"port": "gold", "when": {"fact": 1}}, {"port": "silver"}, {"label": "none yet"}]});
        assert_eq!(names("condition.switch", cases), ["gold", "silver", "else"]);
        assert_eq!(names("condition.split", json!({"ways": [{"port": "a", "weight": "x"}], "holdout": 5.0})), ["a", "holdout"]);
        assert_eq!(names("wait.until", json!({"predicate": {"nonsense": 1}, "timeout": "1d"})), ["yes", "timeout"]);
        assert_eq!(names("task.ask", json!({"answers": ["ship", "hold"], "timeout": "soon"})), ["ship", "hold"]);
        assert_eq!(names("delay.for", json!({"duration": "soon", "stray": 1})), ["next"]);
    }
}
