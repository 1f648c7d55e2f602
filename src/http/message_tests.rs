use super::*;
use std::sync::Arc;
use tradewind_engine::clock::ManualClock;

const NOW: &str = "2026-11-23T12:00:00Z";

fn env() -> Environment {
    Environment::new(Arc::new(ManualClock::at(Timestamp::parse(NOW).unwrap())), 1)
}

fn made_in(text: &str, call: Call, around: &Surroundings) -> Result<IncomingEvent, Refusal> {
    normalise(serde_json::from_str(text).unwrap(), call, around, &env())
}

fn made(text: &str, call: Call) -> Result<IncomingEvent, Refusal> {
    made_in(text, call, &Surroundings::default())
}

fn at(text: &str) -> String {
    made(text, Call::Track).unwrap().at.to_string()
}

#[test]
fn a_plain_track_call_becomes_an_event() {
    let event = made(r#"{"userId":" u1 ","event":"Order Completed","properties":{"total":12.5},"messageId":"m1"}"#, Call::Track).unwrap();
    assert_eq!((event.user_id.as_deref(), event.name.as_str(), event.message_id.as_str()), (Some("u1"), "Order Completed", "m1"));
    assert_eq!(event.properties["total"], 12.5);
    assert_eq!(event.at.to_string(), NOW);
}

#[test]
fn numbers_serve_as_ids_and_empty_arrays_as_objects() {
    let event = made(r#"{"userId":42,"anonymousId":null,"event":"A","properties":[],"context":[]}"#, Call::Track).unwrap();
    assert_eq!(event.user_id.as_deref(), Some("42"));
    assert!(event.properties.is_empty() && event.message_id.len() == 36);
    assert!(serde_json::from_str::<Message>(r#"{"properties":[1]}"#).is_err());
    assert!(serde_json::from_str::<Message>(r#"{"userId":{}}"#).is_err());
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let nested = |field: &str, depth: usize| {
        let text = format!(r#"{{"userId":"u","event":"A","{field}":{{"a":{}1{}}}}}"#, "[".repeat(depth), "]".repeat(depth));
        made(&text, Call::Track).map_err(|refusal| refusal.field)
    };
    for field in ["properties", "context"] {
        assert!(nested(field, 64).is_ok());
        assert_eq!(nested(field, 65).unwrap_err(), field);
    }
}

#[test]
fn the_engines_own_context_is_not_believed() {
    let event = made(r#"{"userId":"u","event":"A","context":{"tradewind":{"depth":99},"page":{}}}"#, Call::Track).unwrap();
    assert_eq!(event.context.keys().collect::<Vec<_>>(), ["page"]);
}

#[test]
fn refusals_name_the_field() {
    let long = "x".repeat(257);
    let cases = [
        (r#"{"event":"A"}"#.to_owned(), Call::Track, "userId"),
        (r#"{"userId":"  ","event":"A"}"#.to_owned(), Call::Track, "userId"),
        (r#"{"userId":"u"}"#.to_owned(), Call::Track, "event"),
        (format!(r#"{{"userId":"{long}","event":"A"}}"#), Call::Track, "userId"),
        (format!(r#"{{"anonymousId":"{long}","event":"A"}}"#), Call::Track, "anonymousId"),
        (format!(r#"{{"userId":"u","event":"{long}"}}"#), Call::Track, "event"),
        (format!(r#"{{"userId":"u","event":"A","messageId":"{}"}}"#, "m".repeat(100)), Call::Track, "messageId"),
        (r#"{"userId":"u\u0000","event":"A"}"#.to_owned(), Call::Track, "userId"),
        (r#"{"userId":"u","event":"A","timestamp":"yesterday"}"#.to_owned(), Call::Track, "timestamp"),
        (r#"{"userId":"u"}"#.to_owned(), Call::Group, "groupId"),
        (r#"{"userId":"u"}"#.to_owned(), Call::Alias, "previousId"),
        (r#"{"userId":"u","previousId":"u"}"#.to_owned(), Call::Alias, "previousId"),
        (r#"{"previousId":"u"}"#.to_owned(), Call::Alias, "userId"),
    ];
    for (text, call, field) in cases {
        assert_eq!(made(&text, call).unwrap_err().field, field, "{text}");
    }
    assert_eq!(call(Some("Track")).unwrap_err().field, "type");
    assert!(made(&format!(r#"{{"userId":"{}","event":"A","messageId":"{}"}}"#, "ü".repeat(256), "m".repeat(99)), Call::Track).is_ok());
}

#[test]
fn a_wrong_clock_is_corrected() {
    // The device is an hour ahead and sent at once.
    assert_eq!(at(r#"{"userId":"u","event":"A","timestamp":"2026-11-23T13:00:00Z","sentAt":"2026-11-23T13:00:00Z"}"#), NOW);
    // Kept for ten minutes before it was sent.
    assert_eq!(
        at(r#"{"userId":"u","event":"A","timestamp":"2026-11-23T12:50:00Z","sentAt":"2026-11-23T13:00:00Z"}"#),
        "2026-11-23T11:50:00Z"
    );
    assert_eq!(at(r#"{"userId":"u","event":"A","timestamp":"2026-11-23T11:00:00Z"}"#), "2026-11-23T11:00:00Z");
    assert_eq!(at(r#"{"userId":"u","event":"A","originalTimestamp":"2026-11-23T11:00:00Z"}"#), "2026-11-23T11:00:00Z");
    assert_eq!(at(r#"{"userId":"u","event":"A","timestamp":"2026-11-23T11:00:00Z","sentAt":17}"#), "2026-11-23T11:00:00Z");
}

#[test]
fn times_are_read_in_the_forms_libraries_send() {
    for text in
        ["2026-11-23T11:00:00.000Z", "2026-11-23T11:00:00", "2026-11-23 11:00:00", "2026-11-23T12:00:00+01:00", "2026-11-23T11:00:00+0000"]
    {
        assert_eq!(at(&format!(r#"{{"userId":"u","event":"A","timestamp":"{text}"}}"#)), "2026-11-23T11:00:00Z", "{text}");
    }
}

#[test]
fn the_far_future_is_clamped_and_history_is_kept() {
    let event = made(r#"{"userId":"u","event":"A","timestamp":"2099-01-01T00:00:00Z"}"#, Call::Track).unwrap();
    assert_eq!(event.at, event.received_at);
    assert_eq!(event.context["original_timestamp"], "2099-01-01T00:00:00Z");
    for never in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999", "9999-12-31", "9999-12-31T23:59:59+14:00"] {
        let event = made(&format!(r#"{{"userId":"u","event":"A","timestamp":"{never}"}}"#), Call::Track).unwrap();
        assert_eq!((event.at, &event.context["original_timestamp"]), (event.received_at, &never.into()));
    }
    assert!(made(r#"{"userId":"u","event":"A","timestamp":"9999-13-01T00:00:00Z"}"#, Call::Track).is_err());
    assert_eq!(at(r#"{"userId":"u","event":"A","timestamp":"1970-01-01T00:00:00Z"}"#), "1970-01-01T00:00:00Z");
    assert_eq!(at(r#"{"userId":"u","event":"A","timestamp":"2026-11-24T11:00:00Z"}"#), "2026-11-24T11:00:00Z");
}

#[test]
fn a_batch_lends_its_context() {
    let map = |text: &str| serde_json::from_str::<JsonMap>(text).unwrap();
    let around = Surroundings {
        sent_at: Some("2026-11-23T13:00:00Z".into()),
        context: map(r#"{"library":{"name":"x"},"locale":"de"}"#),
        integrations: map(r#"{"All":false}"#),
        ..Surroundings::default()
    };
    let text = r#"{"userId":"u","event":"A","timestamp":"2026-11-23T13:00:00Z","context":{"locale":"fr"}}"#;
    let event = made_in(text, Call::Track, &around).unwrap();
    assert_eq!(event.context["locale"], "fr");
    assert_eq!(event.context["library"]["name"], "x");
    assert_eq!(event.context["integrations"]["All"], false);
    assert_eq!(event.at.to_string(), NOW);
}

#[test]
fn only_a_client_lends_its_address() {
    let around = Surroundings { ip: "203.0.113.9".parse().ok(), ..Surroundings::default() };
    let ip = |text: &str, around: &Surroundings| made_in(text, Call::Track, around).unwrap().context.get("ip").cloned();
    assert_eq!(ip(r#"{"userId":"u","event":"A"}"#, &around), None);
    assert_eq!(ip(r#"{"userId":"u","event":"A","context":{"direct":true}}"#, &around), Some("203.0.113.9".into()));
    let browser = Surroundings { browser: true, ..around };
    assert_eq!(ip(r#"{"userId":"u","event":"A"}"#, &browser), Some("203.0.113.9".into()));
    assert_eq!(ip(r#"{"userId":"u","event":"A","context":{"ip":"198.51.100.1"}}"#, &browser), Some("198.51.100.1".into()));
}

#[test]
fn pages_groups_and_aliases_have_their_own_fields() {
    let page = made(r#"{"anonymousId":"a","name":"Home","category":"Shop","properties":{"name":"Own"}}"#, Call::Page).unwrap();
    assert_eq!(
        (page.name.as_str(), page.properties["name"].as_str(), page.properties["category"].as_str()),
        ("Page Viewed", Some("Own"), Some("Shop"))
    );
    let group = made(r#"{"userId":"u","groupId":"g","traits":{"plan":"pro"}}"#, Call::Group).unwrap();
    assert_eq!((group.context["groupId"].as_str(), group.properties["plan"].as_str()), (Some("g"), Some("pro")));
    let alias = made(r#"{"from":"old","to":"new"}"#, Call::Alias).unwrap();
    assert_eq!((alias.user_id.as_deref(), alias.previous_id.as_deref()), (Some("new"), Some("old")));
    let browser = made(r#"{"anonymousId":"a","userId":"new"}"#, Call::Alias).unwrap();
    assert_eq!(browser.previous_id.as_deref(), Some("a"));
}

#[test]
fn the_character_nul_is_taken_out() {
    let around = Surroundings { has_nul: true, ..Surroundings::default() };
    let event = made_in(r#"{"userId":"u","event":"A","properties":{"a\u0000":["b\u0000c"]}}"#, Call::Track, &around).unwrap();
    assert_eq!(event.properties["a"][0], "bc");
}
