//! What templates render, refuse and say.

use super::*;
use crate::fact::{Customer, Event, FactScope, Facts, NO_SEGMENTS, RunFacts};
use crate::id::{CustomerId, EventId, RunId};
use crate::issue::IssueCode;
use crate::time::Timestamp;
use crate::{Json, JsonMap};
use serde_json::json;
use uuid::Uuid;

struct World {
    customer: Customer,
    event: Event,
    outputs: JsonMap,
}

fn map(value: Json) -> JsonMap {
    value.as_object().cloned().unwrap()
}

fn world(traits: Json) -> World {
    let mut customer = Customer::unknown(CustomerId(Uuid::nil()), Timestamp(0));
    customer.traits = map(traits);
    customer.tags = ["a".to_owned(), "b".to_owned()].into();
    World {
        customer,
        event: Event {
            id: EventId(Uuid::nil()),
            name: "Order Completed".into(),
            at: Timestamp::parse("2026-11-23T09:00:00Z").unwrap(),
            properties: map(json!({
                "total": 1234.5, "currency": "EUR", "cents": 1999, "count": 2, "Order Total": 7, "note": "<b> & \"q\"",
                "items": [{"name": "Tea", "price": "4.50"}, {"name": "Cup", "price": 12}], "none": [], "ship": {"city": "Köln"}, "day": "2026-03-05",
            })),
            context: JsonMap::new(),
        },
        outputs: map(json!({"call": {"status": 200}})),
    }
}

impl World {
    fn facts(&self) -> Facts<'_> {
        Facts {
            customer: Some(&self.customer),
            history: &[],
            segments: &NO_SEGMENTS,
            event: Some(&self.event),
            item: None,
            outputs: &self.outputs,
            run: Some(RunFacts { id: RunId(Uuid::nil()), entered_at: Timestamp(0), key: Some("k1") }),
            now: Timestamp::parse("2026-11-23T22:30:00Z").unwrap(),
        }
    }
}

fn ada() -> World {
    world(json!({"firstName": "Ada", "locale": "de-DE", "timezone": "Europe/Berlin", "plan": {"name": "pro"}}))
}

#[test]
fn renders_facts_and_helpers() {
    let world = ada();
    for (source, expected) in [
        ("plain", "plain"),
        ("Hi {{customer.first_name}}!", "Hi Ada!"),
        (
            "{{customer.traits.plan.name}} {{event.name}} {{run.key}} {{steps.call.status}} {{customer.id}}",
            "pro Order Completed k1 200 00000000-0000-0000-0000-000000000000",
        ),
        ("{{event.properties.[Order Total]}} {{event.properties.ship.city}} {{event.properties.items.1.name}}", "7 Köln Cup"),
        (
            "{{default customer.last_name \"friend\"}} {{default customer.last_name customer.first_name}} {{default customer.last_name \"\"}}.",
            "friend Ada .",
        ),
        ("{{money event.properties.total currency=event.properties.currency}}", "1.234,50\u{a0}€"),
        ("{{money event.properties.cents currency=\"eur\" minor=true}}", "19,99\u{a0}€"),
        ("{{money \"4.5\" currency=\"JPY\" locale=\"ja\"}}", "￥5"),
        (
            "{{number event.properties.total}} {{number 1234.5 digits=2 locale=\"en\"}} {{percent 0.125 digits=1}}",
            "1.234,5 1,234.50 12,5\u{a0}%",
        ),
        ("{{date now format=\"long\" zone=customer.timezone}}", "23. November 2026"),
        ("{{date now format=\"time\"}} {{date now format=\"time\" zone=\"UTC\" locale=\"en\"}}", "23:30 10:30 PM"),
        ("{{date event.properties.day zone=\"America/New_York\"}}", "05.03.2026"),
        (
            "{{plural event.properties.count one=\"# Artikel\" other=\"# Artikel(n)\"}} {{plural 1 one=\"# item\" other=\"# items\" locale=\"en\"}}",
            "2 Artikel(n) 1 item",
        ),
        ("{{upper customer.first_name}}{{lower customer.first_name}}{{trim \"  x \"}}", "ADAadax"),
        ("{{#if (eq event.properties.currency \"EUR\")}}y{{else}}n{{/if}}{{#if (ne 1 \"1\")}}y{{else}}n{{/if}}", "yn"),
        ("{{#if (and (gt event.properties.total 1000) (lt 1 2) (not customer.last_name))}}big{{/if}}", "big"),
        ("{{#if (or customer.last_name false)}}y{{else if customer.first_name}}else{{/if}}", "else"),
        ("{{#if customer.last_name}}{{customer.last_name}}{{/if}}{{#unless customer.last_name}}none{{/unless}}", "none"),
        ("{{add event.properties.count 1.5}} {{mul event.properties.count 3}} {{add 0.1 0.2}}", "3.5 6 0.3"),
        (
            "{{join customer.tags \"+\"}} {{join customer.tags}} {{length event.properties.items}} {{length customer.last_name}}",
            "a+b a, b 2 0",
        ),
        ("{{url \"a b/ü\"}} {{json event.properties.ship}}", "a%20b%2F%C3%BC {\"city\":\"Köln\"}"),
        (
            "{{#each event.properties.items}}{{@index}}{{name}}={{money price currency=@root.event.properties.currency}}{{#unless @last}};{{/unless}}{{/each}}",
            "0Tea=4,50\u{a0}€;1Cup=12,00\u{a0}€",
        ),
        (
            "{{#each event.properties.items as |item i|}}{{i}}{{item.name}} {{../event.name}} {{/each}}",
            "0Tea Order Completed 1Cup Order Completed ",
        ),
        ("{{#each event.properties.items}}{{#each this}}{{@key}}={{this}},{{/each}}{{/each}}", "name=Tea,price=4.50,name=Cup,price=12,"),
        ("{{#each event.properties.none}}x{{else}}empty{{/each}}{{#each event.properties.gone}}x{{else}}gone{{/each}}", "emptygone"),
        ("{{#with event.properties.ship}}{{city}}{{/with}}{{#with customer}}{{first_name}}{{/with}}", "KölnAda"),
        ("{{lookup event.properties \"currency\"}}", "EUR"),
        ("{{!-- {{#if x}} --}}a{{! b }}c \\{{raw}}", "ac {{raw}}"),
    ] {
        assert_eq!(render(source, false, &world.facts()).map_err(|p| p.message), Ok(expected.to_owned()), "{source}");
        assert_eq!(check(source, &scope(), "/t"), [], "{source}");
    }
}

fn scope() -> FactScope {
    let mut scope = FactScope::default();
    scope.nodes.insert(crate::id::NodeId::new("call").unwrap());
    scope
}

#[test]
fn escapes_for_html_only() {
    let world = ada();
    assert_eq!(render("{{event.properties.note}}", true, &world.facts()).unwrap(), "&lt;b&gt; &amp; &quot;q&quot;");
    assert_eq!(render("{{upper event.properties.note}}", true, &world.facts()).unwrap(), "&lt;B&gt; &amp; &quot;Q&quot;");
    assert_eq!(render("{{event.properties.note}}", false, &world.facts()).unwrap(), "<b> & \"q\"");
    assert_eq!(render("{{{event.properties.note}}}", true, &world.facts()).unwrap(), "<b> & \"q\"");
}

#[test]
fn a_customer_without_a_first_name_is_a_problem() {
    let nobody = world(json!({"email": "secret@example.com"}));
    for source in [
        "Hi\n{{customer.first_name}}",
        "\n{{upper customer.first_name}}",
        "\n{{#with customer.first_name}}x{{/with}}",
        "\n{{#each customer.first_name}}x{{/each}}",
    ] {
        let problem = render(source, true, &nobody.facts()).unwrap_err();
        assert_eq!(problem.code, "template.missing", "{source}");
        assert!(problem.message.starts_with("line 2: customer.first_name has no value"), "{}", problem.message);
        assert!(problem.message.contains("{{default customer.first_name \"friend\"}}"), "{}", problem.message);
    }
    assert!(render("{{default customer.first_name \"friend\"}}", true, &nobody.facts()).is_ok());
    let empty = Facts::empty(Timestamp(0));
    assert_eq!(render("{{event.properties.x}}", true, &empty).unwrap_err().code, "template.missing");
}

#[test]
fn problems_hold_no_values() {
    let world = world(json!({"email": "secret@example.com", "list": ["secret"]}));
    for (source, code) in [
        ("{{number customer.email}}", "template.failed"),
        ("{{date customer.email}}", "template.failed"),
        ("{{money 1 currency=customer.email}}", "template.failed"),
        ("{{money customer.email currency=\"EUR\"}}", "template.failed"),
        ("{{date now zone=customer.email}}", "template.failed"),
        ("{{date now format=customer.email}}", "template.failed"),
        ("{{join customer.email}}", "template.failed"),
        ("{{plural 1 one=\"x\"}}", "template.invalid"),
        ("{{customer.traits.list.x}}", "template.missing"),
        ("{{lookup customer.traits customer.email}}", "template.missing"),
        ("{{nothing customer.email}}", "template.invalid"),
        ("{{money}}", "template.invalid"),
        ("{{#if}}x{{/if}}", "template.invalid"),
    ] {
        match render(source, false, &world.facts()) {
            Err(problem) => {
                assert_eq!(problem.code, code, "{source}: {}", problem.message);
                assert!(!problem.message.contains("secret"), "{source}: {}", problem.message);
            }
            Ok(text) => assert_eq!((source, text.as_str()), ("{{plural 1 one=\"x\"}}", "x")),
        }
    }
}

#[test]
fn refuses_what_would_end_the_process() {
    let world = ada();
    let nested = format!("{}x{}", "{{#if now}}".repeat(2000), "{{/if}}".repeat(2000));
    let unclosed = "{{#if now}}".repeat(2000);
    let blank = "{{  # if now}}".repeat(2000);
    let hidden = "{{#if now}}{{!-- {{/if}} --}}\\{{/if}}".repeat(2000);
    let quoted = "{{#if \"}}{{/if}}\"}}".repeat(2000);
    let chained = format!("{{{{#if now}}}}{}{{{{/if}}}}", "{{else if now}}x".repeat(2000));
    let caret = format!("{{{{#if now}}}}{}{{{{/if}}}}", "{{~ ^ if now}}x".repeat(2000));
    let brackets = format!("{{{{upper {}now{}}}}}", "(upper ".repeat(2000), ")".repeat(2000));
    let lists = format!("{{{{upper {}1{}}}}}", "[".repeat(2000), "]".repeat(2000));
    let objects = format!("{{{{upper {}1{}}}}}", "{\"a\":".repeat(2000), "}".repeat(2000));
    let inline = "{{#*inline \"a\"}}{{> b}}{{/inline}}{{#*inline \"b\"}}{{> a}}{{/inline}}{{> a}}".to_owned();
    let large = "x".repeat(300 * 1024);
    let raw = "{{{{raw}}}}x{{{{/raw}}}}".to_owned();
    for source in [
        nested,
        unclosed,
        blank,
        hidden,
        quoted,
        chained,
        caret,
        brackets,
        lists,
        objects,
        inline,
        large,
        raw,
        "{{> other}}".into(),
        "{{~> other}}".into(),
        "{{ # > other}}x{{/other}}".into(),
        "{{* deco}}".into(),
        "{{x".into(),
        "{{!-- x".into(),
        "{{upper \"x}}".into(),
    ] {
        let problem = render(&source, false, &world.facts()).unwrap_err();
        assert_eq!(problem.code, "template.invalid", "{}", &source[..source.len().min(60)]);
        let issues = check(&source, &scope(), "/html");
        assert_eq!((issues.len(), issues[0].code, issues[0].field.as_str()), (1, IssueCode::BadTemplate, "/html"));
        assert!(issues[0].message.starts_with("line 1: "), "{}", issues[0].message);
    }
    let at_limit = format!("{}x{}", "{{#if now}}".repeat(64), "{{/if}}".repeat(64));
    assert_eq!(render(&at_limit, false, &world.facts()).unwrap(), "x");
    let side_by_side = "{{#if now}}x{{/if}}".repeat(2000);
    assert!(render(&side_by_side, false, &world.facts()).is_ok());
}

#[test]
fn output_and_loops_have_an_end() {
    let mut world = ada();
    world.event.properties.insert("many".into(), vec![json!("abcdefghij"); 100].into());
    let each =
        |body: &str, deep: usize| format!("{}{body}{}", "{{#each @root.event.properties.many}}".repeat(deep), "{{/each}}".repeat(deep));
    let long = each(&"x".repeat(200), 2);
    assert_eq!(render(&long, false, &world.facts()).unwrap_err().code, "template.too_long");
    let silent = each("", 6);
    assert_eq!(render(&silent, false, &world.facts()).unwrap_err().code, "template.too_much_work");
    assert_eq!(render(&each("x", 2), false, &world.facts()).unwrap().len(), 10_000);
    world.event.properties.insert("big".into(), "y".repeat(10_000).into());
    let joined = render("{{length (join event.properties.many event.properties.big)}}", false, &world.facts());
    assert_eq!(joined.unwrap_err().code, "template.failed");
}

#[test]
fn check_finds_what_rendering_would() {
    use IssueCode as C;
    for (source, code, says) in [
        ("a\n{{customer.frist_name}}", C::UnknownFact, "line 2: unknown fact customer.frist_name"),
        ("{{#if shop.name}}x{{/if}}", C::UnknownFact, "shop.name"),
        ("{{steps.ghost.status}}", C::UnknownFact, "ghost"),
        ("{{customer}}", C::UnknownFact, "customer"),
        ("{{default (upper event.props.x) \"y\"}}", C::UnknownFact, "event.props"),
        ("{{money 1 currency=event.currency}}", C::UnknownFact, "event.currency"),
        ("{{#each event.properties.items}}{{customer.email}}{{/each}}", C::BadTemplate, "write @root.customer.email"),
        ("{{#each event.properties.items}}{{@root.customer.emial}}{{/each}}", C::UnknownFact, "emial"),
        ("{{shout customer.email}}", C::BadTemplate, "unknown helper \"shout\""),
        ("{{#repeat 3}}x{{/repeat}}", C::BadTemplate, "unknown block \"repeat\""),
        ("{{#if}}x{{/if}}", C::BadTemplate, "takes one value"),
        ("{{money}}", C::BadTemplate, "needs a value"),
        ("x\n\n{{#if now}}y", C::BadTemplate, "line 3"),
        ("{{#if now}}y{{/each}}", C::BadTemplate, "is closed by"),
    ] {
        let issues = check(source, &scope(), "/t");
        assert!(issues.iter().any(|i| i.code == code && i.message.contains(says) && i.field == "/t"), "{source}: {issues:?}");
    }
}

#[test]
fn every_template_knows_where_its_reader_unsubscribes() {
    let source = "<a href=\"{{unsubscribe_url}}\">stop</a>";
    assert!(check(source, &scope(), "/t").is_empty());
    let rendered = render(source, true, &ada().facts()).unwrap();
    assert_eq!(rendered, format!("<a href=\"{}\">stop</a>", crate::effect::UNSUBSCRIBE_URL));
}

#[test]
fn a_locale_is_found_by_its_nearest_name() {
    for (tag, known) in [
        ("de", "de"),
        ("de-CH", "de-CH"),
        ("de_ch", "de-CH"),
        ("de-AT", "de"),
        ("en-AU", "en-GB"),
        ("en-CA", "en"),
        ("es-AR", "es"),
        ("es-mx", "es-MX"),
        ("zh-Hant-TW", "zh"),
        ("ar-SA", "ar-SA"),
        ("ar-AE", "ar"),
        ("pl", "en"),
        ("", "en"),
    ] {
        assert_eq!(Locale::of(tag).tag(), known, "{tag}");
    }
    assert_eq!(locale_of(&ada().facts()).tag(), "de");
    assert_eq!(locale_of(&Facts::empty(Timestamp(0))), Locale::EN);
    assert!(Locale::of("ar").rtl());
}

#[test]
fn more_templates_than_are_kept_still_render() {
    let world = ada();
    for n in 0..600 {
        assert_eq!(render(&format!("{n}{{{{customer.first_name}}}}"), false, &world.facts()).unwrap(), format!("{n}Ada"));
    }
}
