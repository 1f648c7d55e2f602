//! A node that is not filled in yet: what it begins with, and the ways out that it will have. The builder joins steps long
//! before they are complete.

use super::{BUILTIN, Registry, shape};
use crate::field::{Field, FieldType};
use crate::kind::{Family, KindSpec, Port};
use crate::{Json, JsonMap};
use serde_json::json;

impl Registry {
    /// The kind called `kind` as palettes and forms see it.
    #[must_use]
    pub fn spec(&self, kind: &str) -> Option<KindSpec> {
        if let Some(e) = BUILTIN.iter().find(|e| e.name == kind) {
            return Some(KindSpec { name: e.name.to_owned(), family: e.family, label: e.label.to_owned(), fields: (e.fields)() });
        }
        self.scripts.iter().map(|script| script.spec()).find(|spec| spec.name == kind)
    }

    /// What `kind` is for; None when nobody knows it.
    #[must_use]
    pub fn family(&self, kind: &str) -> Option<Family> {
        let builtin = BUILTIN.iter().find(|e| e.name == kind).map(|e| e.family);
        builtin.or_else(|| self.spec(kind).map(|spec| spec.family))
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
        if let Ok(kind) = self.parse(kind, config) {
            return kind.ports();
        }
        let Some(spec) = self.spec(kind) else { return Vec::new() };
        let filled = spec.fields.iter().filter_map(|field| Some((field.name.clone(), stand_in(field, config.get(&field.name))?)));
        self.parse(kind, &filled.collect()).map(|kind| kind.ports()).unwrap_or_default()
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
        Registry::builtin().ports(kind, &config).iter().map(|port| port.name.to_string()).collect()
    }

    #[test]
    fn every_kind_can_be_joined_before_it_is_filled_in() {
        let registry = Registry::builtin();
        for spec in registry.specs() {
            let begun = registry.begun(&spec.name);
            let empty = names(&spec.name, json!({}));
            let ends = ["exit", "goal"].contains(&spec.name.as_str());
            let lists_its_ways = ["condition.split", "condition.switch"].contains(&spec.name.as_str());
            assert_eq!(empty.is_empty(), ends || lists_its_ways, "{}: {empty:?}", spec.name);
            assert_eq!(registry.ports(&spec.name, &begun).is_empty(), ends, "{}", spec.name);
            assert_eq!(registry.spec(&spec.name), Some(spec));
        }
        assert!(names("no.such", json!({})).is_empty());
    }

    #[test]
    fn what_a_node_begins_with_fits_its_fields() {
        let registry = Registry::builtin();
        for spec in registry.specs() {
            let begun = registry.begun(&spec.name);
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
