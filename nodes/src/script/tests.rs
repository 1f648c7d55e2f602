use super::*;
use crate::command::{Command, RecordEvent, SetAttributes};
use crate::fact::{Customer, Event, Facts};
use crate::id::{CustomerId, EventId, NodeId, PortName, RunId};
use crate::issue::{IssueCode, Problem};
use crate::kind::{Outcome, Resume, StepCx};
use crate::kinds::Registry;
use crate::settings::Settings;
use crate::time::{Duration, Timestamp};
use crate::{Json, JsonMap};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_763_888_400_000_000);

fn run_at(source: &str, random: f64) -> Result<ScriptOutput, Problem> {
    let fields = json!({"limit": 50}).as_object().unwrap().clone();
    run(source, &ScriptInput { facts: Facts::empty(NOW), fields: &fields, woke: false, random })
}

fn output(source: &str) -> Json {
    match run_at(source, 0.25).unwrap().decision {
        Decision::Go { output: Some(output), .. } => output.into(),
        other => panic!("{other:?}"),
    }
}

fn problem(source: &str) -> Problem {
    run_at(source, 0.25).map(|ran| panic!("{source}: {ran:?}")).unwrap_err()
}

#[test]
fn a_script_ends_in_each_of_its_ways() {
    let decided = |source: &str| run_at(source, 0.5).unwrap_or_else(|e| panic!("{source}: {e:?}")).decision;
    let go = |port: Option<&str>, output: Option<Json>| Decision::Go {
        port: port.map(PortName::new),
        output: output.map(|o| o.as_object().unwrap().clone()),
    };
    assert_eq!(decided("let x = 1;"), go(None, None));
    assert_eq!(decided(""), go(None, None));
    assert_eq!(decided("fields.limit > 10"), go(Some("yes"), None));
    assert_eq!(decided("#{points: 3}"), go(None, Some(json!({"points": 3}))));
    assert_eq!(decided("#{port: \"gold\"}"), go(Some("gold"), None));
    assert_eq!(decided("#{port: \"gold\", output: #{a: [1, 2.5, \"x\", ()]}}"), go(Some("gold"), Some(json!({"a": [1, 2.5, "x", null]}))));
    assert_eq!(decided("#{port: \"Rotterdam\", ship: 1}"), go(None, Some(json!({"port": "Rotterdam", "ship": 1}))));
    assert_eq!(decided("if true { go(\"a\") } go(\"b\")"), go(Some("a"), None));
    assert_eq!(decided("fn f() { go(\"deep\", #{n: 1}); } try { f(); } catch { go(\"caught\") }"), go(Some("deep"), Some(json!({"n": 1}))));
    assert_eq!(decided("sleep(\"1h\")"), Decision::Sleep(Duration::from_hours(1)));
    assert_eq!(decided("exit(\"enough\")"), Decision::Exit("enough".into()));
    assert_eq!(problem("fail(\"no stock\")"), Problem::new("script.failed", "no stock"));
}

#[test]
fn commands_are_noted_in_order() {
    let source =
        "set(#{tier: \"gold\", old: ()}); add_tag(\"vip\"); remove_tag(\"new\"); record(\"Tier Reached\", #{tier: 2}); exit(\"done\")";
    let ran = run_at(source, 0.5).unwrap();
    let map = |v: Json| v.as_object().unwrap().clone();
    let attributes = |traits, add: &[&str], remove: &[&str]| {
        let owned = |tags: &[&str]| tags.iter().map(|t| (*t).to_owned()).collect();
        Command::of(&SetAttributes { traits: map(traits), add_tags: owned(add), remove_tags: owned(remove) }).unwrap()
    };
    let expected = [
        attributes(json!({"tier": "gold", "old": null}), &[], &[]),
        attributes(json!({}), &["vip"], &[]),
        attributes(json!({}), &[], &["new"]),
        Command::of(&RecordEvent { name: "Tier Reached".into(), properties: map(json!({"tier": 2})) }).unwrap(),
    ];
    assert_eq!(ran.commands, expected);
    assert_eq!(problem("set(#{a: 1}); sleep(\"1h\")").code, "script.output");
    assert_eq!(problem("for i in 0..200 { add_tag(\"t\"); }").code, "script.error");
}

#[test]
fn a_loop_without_end_is_stopped() {
    for source in [
        "loop { }",
        "while true { let x = 1; }",
        "let n = 0; loop { n += 1; }",
        "fn f() { loop {} } f()",
        "for i in 0..9000000000 { let x = i; }",
    ] {
        let found = problem(source);
        assert!(matches!(found.code.as_str(), "script.operations" | "script.time"), "{source}: {found:?}");
    }
    let stubborn = problem("let n = 0; loop { try { loop { n += 1; } } catch { } }");
    assert!(matches!(stubborn.code.as_str(), "script.operations" | "script.time"), "{stubborn:?}");
}

#[test]
fn work_outside_the_count_of_operations_is_stopped_by_the_clock() {
    let source = "let a = []; a.pad(9000, 1); let n = 0; loop { a.sort(); a.reverse(); n += a.len(); }";
    let found = problem(source);
    assert!(matches!(found.code.as_str(), "script.time" | "script.operations"), "{found:?}");
}

#[test]
fn values_that_grow_are_stopped() {
    for source in [
        "let s = \"x\"; loop { s += s; }",
        "let a = []; loop { a.push(a.len()); }",
        "let a = [1]; loop { a += a; }",
        "let m = #{}; let n = 0; loop { m[`k${n}`] = n; n += 1; }",
        "let m = #{}; loop { m = #{a: m, b: m}; }",
        "let a = []; loop { a = [a, a]; }",
        "let s = \"x\"; s.pad(100000000, \"y\");",
        "let a = []; a.pad(100000000, 1);",
        "let s = \"x\"; while s.len() < 60000 { s += s; if s.len() > 30000 { break; } } s.replace(\"x\", s);",
        "let s = \"xxxxxxxxxxxxxxxx\"; s.pad(60000, \"x\"); let a = []; a.pad(5000, s);",
        "let s = \"x\"; s.pad(60000, \"x\"); [s, s].join(\",\")",
        "let s = \"x\"; s.pad(60000, \"x\"); `${s}${s}${s}${s}`",
        "let s = \"x\"; s.pad(60000, \"x\"); let m = #{}; for i in 0..9000 { m[s + i] = 1; }",
        "let s = \"x\"; s.pad(60000, \"x\"); for i in 0..90 { set(#{a: s}); }",
        "let s = \"x\"; s.pad(60000, \"x\"); #{a: s, b: s + 1, c: s + 2, d: s + 3, e: s + 4}",
        "let a = []; a.pad(9000, 0); let b = []; b.pad(9000, 0); loop { for i in 0..9000 { b[i] = a; } }",
        "blob(100000000)",
    ] {
        let found = problem(source);
        assert!(
            matches!(found.code.as_str(), "script.memory" | "script.operations" | "script.time" | "script.error"),
            "{source}: {found:?}"
        );
    }
    assert_eq!(problem("let s = \"x\"; loop { s += s; }").code, "script.memory");
}

#[test]
fn values_nested_deep_harm_nobody() {
    for source in [
        "let a = []; loop { a = [a]; }",
        "let m = #{}; loop { m = #{m: m}; }",
        "let a = []; for i in 0..9000 { a = [a]; } #{a: a}",
        "let a = [[]]; loop { let b = []; b.push(a); a = b; }",
    ] {
        // As small as the stack of a worker thread.
        let source = source.to_owned();
        let found = std::thread::Builder::new().stack_size(2 << 20).spawn(move || problem(&source)).unwrap().join().unwrap();
        assert!(found.code.starts_with("script."), "{found:?}");
    }
}

#[test]
fn recursion_is_stopped() {
    assert_eq!(problem("fn f(n) { f(n + 1) } f(0)").code, "script.operations");
    assert_eq!(problem("fn f(n) { g(n) } fn g(n) { f(n) } f(0)").code, "script.operations");
    let deep = format!("let x = {}1{};", "(".repeat(200), ")".repeat(200));
    assert_eq!(check(&deep, "/source")[0].code, IssueCode::BadScript);
    let deep = format!("{}{}", "if true { ".repeat(2_000), "}".repeat(2_000));
    assert_eq!(check(&deep, "/source")[0].code, IssueCode::BadScript);
}

#[test]
fn doors_to_the_outside_are_shut() {
    for source in ["eval(\"1\")", "import \"os\" as os;", "export x;"] {
        assert_eq!(check(source, "/source")[0].code, IssueCode::BadScript, "{source}");
    }
    for source in ["timestamp()", "open(\"/etc/passwd\")", "sleep(5)", "sleep(0.5)"] {
        assert_eq!(problem(source).code, "script.error", "{source}");
    }
    assert!(problem("sleep(5)").message.contains("unit"));
    assert!(run_at("print(\"x\"); debug(\"y\");", 0.5).is_ok());
    assert_eq!(problem("customer = 5;").code, "script.error");
    assert_eq!(problem("fields.limit = 9;").code, "script.error");
    // Rhai lets a script add a key to a constant map; the map is its own copy, so the next call sees nothing of it.
    assert!(run_at("fields.other = 9;", 0.5).is_ok());
    assert_eq!(output("#{limit: fields.limit, other: fields.other}"), json!({"limit": 50, "other": null}));
}

#[test]
fn problems_name_their_line() {
    let found = problem("let a = 1;\nlet b = 0;\na / b");
    assert!(found.code == "script.error" && found.message.contains("line 3"), "{found:?}");
    let found = problem("fn half(x) {\n  x / 0\n}\nhalf(3)");
    assert!(found.message.contains("line 2"), "{found:?}");
    let found = problem("\nthrow \"out of stock\"");
    assert!(found.message.contains("line 2") && found.message.contains("out of stock"), "{found:?}");
    let found = &check("let a = 1;\nlet b = ;", "/source")[0];
    assert!(found.field == "/source" && found.code == IssueCode::BadScript && found.message.contains("line 2"), "{found:?}");
    assert_eq!(check("let ok = 1;", "/source"), []);
    assert_eq!(check(&"/".repeat(MAX_SOURCE + 1), "/source")[0].code, IssueCode::TooLarge);
    for (source, code) in
        [("5", "script.output"), ("#{f: |x| x}", "script.output"), ("#{n: 0.0 / 0.0}", "script.output"), ("#{port: 5}", "script.output")]
    {
        assert_eq!(problem(source).code, code, "{source}");
    }
}

#[test]
fn a_replay_decides_the_same() {
    let source = "#{now: now(), first: random(), second: random(), third: random()}";
    let first = run_at(source, 0.25).unwrap();
    assert_eq!(run_at(source, 0.25).unwrap(), first);
    assert_ne!(run_at(source, 0.75).unwrap(), first);
    let seen = output(source);
    assert_eq!((seen["now"].as_str().unwrap(), &seen["first"]), (NOW.to_string().as_str(), &json!(0.25)));
    assert!(seen["second"] != seen["third"] && (0.0..1.0).contains(&seen["second"].as_f64().unwrap()));
}

#[test]
fn helpers_help() {
    let source = r#"
        let t = "a-b-c"; t.replace("-", "+");
        #{ text: t, joined: ["a", 1, true].join(" "), other: replaced("aa", "a", "b"),
           json: parse_json("{\"a\": [1, 2.5, null]}").a, back: to_json(#{a: 1}),
           sum: decimal("19.90") + decimal(0.1), cents: decimal("0.1") + decimal("0.2"), third: decimal(1) / decimal(3),
           later: time_plus("2026-11-23T09:00:00Z", "1d"), days: days_between("2026-11-01", "2026-11-23"), secs: seconds_between("2026-11-23", "2026-11-22"),
           round: (10.0 / 3.0).round(), up: "abc".to_upper(), many: [3, 1, 2].filter(|x| x > 1).len() }"#;
    let seen = output(source);
    let expected = json!({"text": "a+b+c", "joined": "a 1 true", "other": "bb", "json": [1, 2.5, null], "back": "{\"a\":1}", "sum": 20, "cents": 0.3,
        "later": "2026-11-24T09:00:00Z", "days": 22, "secs": -86400, "round": 3.0, "up": "ABC", "many": 2});
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&seen[key], value, "{key}");
    }
    assert!(seen["third"].is_string(), "{}", seen["third"]);
    for bad in [
        "decimal(\"x\")",
        "time_plus(\"soon\", \"1d\")",
        "parse_json(\"{\")",
        "sleep(\"soon\")",
        "sleep(\"0s\")",
        "sleep(\"-1h\")",
        "sleep(\"9999w\")",
    ] {
        assert_eq!(problem(bad).code, "script.error");
    }
}

const TIER: &str = r#"/* tradewind {
  "name": "shop.loyalty_tier", "label": "Loyalty tier", "family": "condition", "version": 1,
  "fields": [
    {"name": "gold_from", "label": "Gold from", "type": "integer", "min": 1, "max": 1000, "default": 100},
    {"name": "greeting", "label": "Greeting", "type": "template", "html": false, "required": true},
    {"name": "spent", "label": "Spent", "type": "fact"},
    {"name": "club", "label": "In the club", "type": "predicate"}
  ],
  "ports": ["gold", {"name": "silver", "required": true}]
} */
fn enough(points, limit) { points >= limit }
fn step() {
    if resume == "enter" && fields.club == false { sleep("1h") }
    if enough(customer.traits.points, fields.gold_from) { set(#{tier: "gold"}); go("gold", #{said: fields.greeting, spent: fields.spent}) }
    go("silver")
}"#;

fn step_of(config: Json, points: i64, resume: Resume<'_>) -> Outcome {
    let kind = Arc::new(ScriptKind::parse(TIER).unwrap());
    let registry = Registry::with_scripts(vec![kind]).unwrap();
    let node = registry.parse("shop.loyalty_tier", config.as_object().unwrap()).unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!(node.check(&Default::default()), []);
    let ports: Vec<_> = node.ports().into_iter().map(|p| (p.name.to_string(), p.required)).collect();
    assert_eq!(ports, [("gold".to_owned(), false), ("silver".to_owned(), true), ("failed".to_owned(), false)]);
    let mut customer = Customer::unknown(CustomerId(Uuid::from_u128(1)), NOW);
    customer.traits = json!({"points": points, "first_name": "Ada"}).as_object().unwrap().clone();
    let event = Event {
        id: EventId(Uuid::from_u128(2)),
        name: "Order".into(),
        at: NOW,
        properties: json!({"total": 62.5}).as_object().unwrap().clone(),
        context: JsonMap::new(),
    };
    let cx = StepCx {
        now: NOW,
        facts: Facts { customer: Some(&customer), event: Some(&event), ..Facts::empty(NOW) },
        settings: &Settings::default(),
        journey: "",
        run: RunId(Uuid::from_u128(3)),
        node: &NodeId::new("tier").unwrap(),
        visit: 1,
        since: NOW,
        resume,
        wired: &BTreeSet::new(),
    };
    node.step(&cx)
}

#[test]
fn a_script_kind_goes_from_manifest_to_step() {
    let config = json!({"greeting": "Hi {{customer.first_name}}", "spent": "event.properties.total", "club": {"fact": "customer.traits.points", "is": "exists"}});
    let Outcome::Command { commands, port, output, .. } = step_of(config.clone(), 100, Resume::Enter) else { panic!("no command") };
    assert_eq!((commands.len(), port.as_str()), (1, "gold"));
    assert_eq!(Json::Object(output.unwrap()), json!({"said": "Hi Ada", "spent": 62.5}));
    let mut higher = config.clone();
    higher["gold_from"] = json!(500);
    assert!(matches!(step_of(higher, 100, Resume::Enter), Outcome::Go { port, .. } if port.as_str() == "silver"));
    let mut outside = config;
    outside["club"] = json!({"fact": "customer.traits.club", "is": "exists"});
    assert!(
        matches!(step_of(outside.clone(), 1, Resume::Enter), Outcome::Sleep { until, .. } if until == NOW.plus(Duration::from_hours(1)))
    );
    assert!(matches!(step_of(outside, 1, Resume::Woke), Outcome::Go { .. }));
}

#[test]
fn a_wrong_manifest_is_refused_field_by_field() {
    let fields = |text: &str| match ScriptKind::parse(text) {
        Ok(_) => Vec::new(),
        Err(issues) => issues.into_iter().map(|i| i.field).collect::<Vec<_>>(),
    };
    assert_eq!(fields(TIER), [""; 0]);
    assert_eq!(fields("fn step() {}"), [""]);
    assert_eq!(fields("/* tradewind {\"name\": 1} */ fn step() {}"), [""]);
    let bad = r#"/* tradewind {"name": "tier", "label": " ", "family": "trigger", "version": 0,
        "fields": [{"name": "a b", "label": "", "type": "text"}, {"name": "w", "label": "", "type": "weights"}], "ports": ["a", "a"]} */
        let x = 1; fn other() {}"#;
    assert_eq!(
        fields(bad),
        ["/name", "/label", "/family", "/version", "/fields/0/name", "/fields/1/type", "/ports/1", "/script", "/script"]
    );
    assert_eq!(fields(&TIER.replace("fn enough(", "fn enough((")), ["/script"]);
    let taken = TIER.replace("shop.loyalty_tier", "delay.for");
    assert!(Registry::with_scripts(vec![Arc::new(ScriptKind::parse(&taken).unwrap())]).is_err());
    let registry = Registry::with_scripts(vec![Arc::new(ScriptKind::parse(TIER).unwrap())]).unwrap();
    let config = json!({"gold_from": 0, "colour": 1, "club": {"fcat": "x"}});
    let wrong: Vec<_> =
        registry.parse("shop.loyalty_tier", config.as_object().unwrap()).err().unwrap().into_iter().map(|i| i.field).collect();
    assert!(
        wrong.iter().any(|f| f == "/gold_from") && wrong.iter().any(|f| f == "/colour") && wrong.iter().any(|f| f == "/greeting"),
        "{wrong:?}"
    );
}
