use super::*;
use crate::Json;
use crate::fact::FactScope;
use crate::field::{Field, FieldType};
use crate::kind::Family;
use serde_json::json;

fn fields(kind: &str) -> Vec<Field> {
    Outlines::builtin().spec(kind).unwrap().fields
}

/// A right value for a field.
fn sample(field: &Field) -> Json {
    match &field.ty {
        FieldType::Choice { options } => options[0].clone().into(),
        FieldType::Integer { min, .. } => (*min).into(),
        FieldType::Number => json!(10.0),
        FieldType::Boolean => json!(true),
        FieldType::Duration => json!("5s"),
        FieldType::LocalTime => json!("09:30"),
        FieldType::Weekdays => json!(["mon"]),
        FieldType::Zone => json!("Europe/Berlin"),
        FieldType::Cron => json!("0 9 * * 1"),
        FieldType::EventName { many: true } | FieldType::Texts => json!(["Order Completed"]),
        FieldType::Fact => json!("customer.birthday"),
        FieldType::Predicate => json!({"fact": "customer.country", "is": "exists"}),
        FieldType::Cases => json!([{"port": "a", "when": {"segment": "vip"}}]),
        FieldType::Weights => json!([{"port": "a", "weight": 1.0}]),
        FieldType::KeyValue => json!({"a": "status"}),
        FieldType::Json => json!({"a": [1]}),
        FieldType::Script => json!("1"),
        _ => json!("https://x.example"),
    }
}
fn samples(fields: &[Field], only: impl Fn(&Field) -> bool) -> JsonMap {
    fields.iter().filter(|f| only(f)).map(|f| (f.name.clone(), sample(f))).collect()
}

#[test]
fn no_stored_name_is_ever_removed() {
    let names: Vec<_> = Outlines::builtin().specs().into_iter().map(|s| s.name).collect();
    let published = [
        "trigger.event",
        "trigger.schedule",
        "trigger.anniversary",
        "trigger.segment",
        "trigger.api",
        "trigger.journey",
        "condition.if",
        "condition.switch",
        "condition.split",
        "condition.consent",
        "delay.for",
        "delay.until_time",
        "delay.until_date",
        "wait.event",
        "wait.until",
        "email.send",
        "http.request",
        "customer.set",
        "event.record",
        "journey.start",
        "loyalty.award",
        "script.run",
        "task.ask",
        "exit",
        "goal",
    ];
    assert_eq!(names, published, "a new kind is added here; a stored one never leaves");
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
}

#[test]
fn every_field_list_is_its_config() {
    for entry in BUILTIN {
        let fields = fields(entry.name);
        let full = samples(&fields, |_| true);
        let back = (entry.read_back)(&full).unwrap_or_else(|e| panic!("{}: {e:?}", entry.name));
        assert_eq!(Json::Object(back), Json::Object(full), "{}: the fields and the config differ", entry.name);
        for field in &fields {
            assert!(!field.label.is_empty(), "{}.{}", entry.name, field.name);
            assert!(!field.required || field.default.is_none(), "{}.{}", entry.name, field.name);
        }
    }
}

#[test]
fn every_declared_default_is_the_one_that_is_taken() {
    for entry in BUILTIN {
        let fields = fields(entry.name);
        let least = samples(&fields, |f| f.required);
        let mut told = least.clone();
        told.extend(fields.iter().filter_map(|f| Some((f.name.clone(), f.default.clone()?))));
        let (silent, told) = ((entry.read_back)(&least).unwrap(), (entry.read_back)(&told).unwrap());
        assert_eq!(Json::Object(silent), Json::Object(told), "{}", entry.name);
    }
}

#[test]
fn every_kind_refuses_a_field_it_does_not_have() {
    for entry in BUILTIN {
        let mut config = samples(&fields(entry.name), |f| f.required);
        config.insert("no_such_field".into(), json!(1));
        let issues = (entry.parse)(&config).err().unwrap();
        assert_eq!((issues[0].field.as_str(), issues[0].code), ("/no_such_field", IssueCode::UnknownField), "{}", entry.name);
    }
}

#[test]
fn every_port_name_is_unique_and_only_triggers_trigger() {
    for entry in BUILTIN {
        let kind = (entry.parse)(&samples(&fields(entry.name), |_| true)).ok().unwrap();
        let names: Vec<_> = kind.ports().into_iter().map(|p| p.name).collect();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{}", entry.name);
        assert_eq!(kind.trigger().is_some(), Outlines::builtin().family(entry.name) == Some(Family::Trigger), "{}", entry.name);
        assert_eq!(kind.name(), entry.name);
        let _ = kind.check(&FactScope::default());
    }
}

#[test]
fn an_unknown_kind_is_told_with_the_nearest() {
    let issue = |name: &str| Registry::builtin().parse(name, &JsonMap::new()).err().unwrap().remove(0);
    assert_eq!(issue("email.sned").code, IssueCode::UnknownKind);
    assert!(issue("email.sned").message.ends_with("did you mean email.send?"));
    assert!(issue("rocket.launch").message.contains("install the script kind"));
}

#[test]
fn a_nested_mistake_in_free_json_still_names_the_kind() {
    let issues = Registry::builtin().parse("trigger.api", &json!({"a": 1}).as_object().unwrap().clone()).err().unwrap();
    assert!(issues[0].message.contains("trigger.api has no field \"a\""), "{}", issues[0].message);
}

fn script(name: &str) -> Arc<ScriptKind> {
    let text = format!(
        "/* tradewind {{\"name\": \"{name}\", \"label\": \"Tier\", \"family\": \"condition\", \"version\": 1, \"ports\": [\"gold\", \"silver\"],
        \"fields\": [{{\"name\": \"from\", \"label\": \"From\", \"type\": \"integer\", \"min\": 1, \"max\": 9, \"required\": true}}]}} */
        fn step() {{ #{{port: if fields.from > 5 {{ \"gold\" }} else {{ \"silver\" }}}} }}"
    );
    Arc::new(ScriptKind::parse(&text).unwrap_or_else(|e| panic!("{e:?}")))
}

#[test]
fn script_kinds_stand_beside_the_built_in_ones() {
    let registry = Registry::with_scripts(vec![script("shop.tier")]).ok().unwrap();
    assert_eq!(registry.outlines().specs().last().unwrap().name, "shop.tier");
    let config = |from: Json| json!({"from": from}).as_object().unwrap().clone();
    let kind = registry.parse("shop.tier", &config(json!(7))).ok().unwrap();
    assert_eq!(stage::port(&kind.step(&stage::Stage::new().cx())), "gold");
    assert_eq!(registry.parse("shop.tier", &config(json!(10))).err().unwrap()[0].field, "/from");
    assert_eq!(registry.parse("shop.tier", &JsonMap::new()).err().unwrap()[0].code, IssueCode::Missing);
}

#[test]
fn a_script_kind_cannot_take_a_name() {
    assert!(Registry::with_scripts(vec![script("email.send")]).err().unwrap().message.contains("email.send exists already"));
    assert!(Registry::with_scripts(vec![script("a.b"), script("a.b")]).is_err());
}
