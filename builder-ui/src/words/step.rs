//! Steps in the marketer's words: what a card is called and the line below. Made from the step's fields, lenient towards
//! fields that are missing or wrong, for most are so while somebody writes.

use crate::i18n::{format, isolated, phrase};
use crate::t;
use tradewind_nodes::graph::Node;
use tradewind_nodes::kinds::Outlines;
use tradewind_nodes::time::{Duration, Span};
use tradewind_nodes::{Json, JsonMap};

use super::predicate::predicate;

/// A step's name and the line below it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Words {
    /// What it is called.
    pub title: String,
    /// What else there is to know; may be empty.
    pub line: String,
}

/// What a step says of itself: what it does, and the details.
#[derive(Default)]
struct Said {
    main: Option<String>,
    detail: Vec<String>,
}

/// The words of a step.
#[must_use]
pub fn of(node: &Node, kinds: &Outlines) -> Words {
    let Some(spec) = kinds.spec(&node.kind) else {
        let title = if node.label.is_empty() { node.kind.clone() } else { node.label.clone() };
        return Words { title, line: t!(editor.unknown_kind) };
    };
    let kind = kind_label(&spec.name, &spec.label);
    let Said { main, detail } = say(&node.kind, &node.config);
    let (title, rest) = match (node.label.is_empty(), main) {
        (false, main) => (node.label.clone(), main.into_iter().chain(detail).collect::<Vec<_>>()),
        (true, Some(main)) => (main, detail),
        (true, None) => (kind.clone(), detail),
    };
    let line = rest.into_iter().filter(|part| !part.is_empty()).map(|part| phrase(&part)).collect::<Vec<_>>().join(" · ");
    let line = if line.is_empty() && title != kind { kind } else { line };
    Words { title, line }
}

/// A kind's name in the user's language; a kind written in Rhai brings its own.
#[must_use]
pub fn kind_label(kind: &str, own: &str) -> String {
    match kind {
        "trigger.event" => t!(editor.kind.trigger_event),
        "trigger.schedule" => t!(editor.kind.trigger_schedule),
        "trigger.anniversary" => t!(editor.kind.trigger_anniversary),
        "trigger.segment" => t!(editor.kind.trigger_segment),
        "trigger.api" => t!(editor.kind.trigger_api),
        "trigger.journey" => t!(editor.kind.trigger_journey),
        "condition.if" => t!(editor.kind.condition_if),
        "condition.switch" => t!(editor.kind.condition_switch),
        "condition.split" => t!(editor.kind.condition_split),
        "condition.consent" => t!(editor.kind.condition_consent),
        "delay.for" => t!(editor.kind.delay_for),
        "delay.until_time" => t!(editor.kind.delay_until_time),
        "delay.until_date" => t!(editor.kind.delay_until_date),
        "wait.event" => t!(editor.kind.wait_event),
        "wait.until" => t!(editor.kind.wait_until),
        "email.send" => t!(editor.kind.email_send),
        "http.request" => t!(editor.kind.http_request),
        "customer.set" => t!(editor.kind.customer_set),
        "event.record" => t!(editor.kind.event_record),
        "journey.start" => t!(editor.kind.journey_start),
        "script.run" => t!(editor.kind.script_run),
        "task.ask" => t!(editor.kind.task_ask),
        "exit" => t!(editor.kind.exit),
        "goal" => t!(editor.kind.goal),
        _ => own.to_owned(),
    }
}

/// A port's name in the user's language; ports named by the journey stay as they are.
#[must_use]
pub fn port_label(port: &str) -> String {
    match port {
        "next" => t!(editor.port.next),
        "yes" => t!(editor.port.yes),
        "no" => t!(editor.port.no),
        "event" => t!(editor.port.event),
        "timeout" => t!(editor.port.timeout),
        "failed" => t!(editor.port.failed),
        "holdout" => t!(editor.port.holdout),
        "else" => t!(editor.port.otherwise),
        "passed" => t!(editor.port.passed),
        other => other.replace('_', " "),
    }
}

/// A length of time: `2 days 1 hr`.
#[must_use]
pub fn length(duration: Duration) -> String {
    format::duration(duration.micros() as f64 / 1e6)
}

/// How long after the trigger.
#[must_use]
pub fn after_trigger(span: Span) -> String {
    match span.most {
        Some(most) if most == Duration::ZERO => t!(editor.time.at_once),
        Some(most) if most == span.least => t!(editor.time.after, time = length(most)),
        Some(most) if span.least == Duration::ZERO => t!(editor.time.within, time = length(most)),
        Some(most) => t!(editor.time.between, least = length(span.least), most = length(most)),
        None if span.least == Duration::ZERO => t!(editor.time.any),
        None => t!(editor.time.at_least, time = length(span.least)),
    }
}

/// The same in few letters, where numbers stand beside it: `+1 hr`.
#[must_use]
pub fn after_trigger_short(span: Span) -> String {
    match span.most {
        Some(most) if most == Duration::ZERO => t!(editor.time.at_once),
        Some(most) if most == span.least => format!("+{}", length(most)),
        Some(most) if span.least == Duration::ZERO => format!("≤ {}", length(most)),
        Some(most) => format!("+{} – {}", length(span.least), length(most)),
        None if span.least == Duration::ZERO => String::new(),
        None => format!("≥ {}", length(span.least)),
    }
}

fn text<'c>(config: &'c JsonMap, field: &str) -> Option<&'c str> {
    config.get(field).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn texts(config: &JsonMap, field: &str) -> Vec<String> {
    let items = config.get(field).and_then(Json::as_array).into_iter().flatten();
    items.filter_map(Json::as_str).map(str::to_owned).filter(|text| !text.is_empty()).collect()
}

/// The names, joined as the language does, when there are any.
fn named(config: &JsonMap, field: &str) -> Option<String> {
    let names = texts(config, field);
    (!names.is_empty()).then(|| names.join(" / "))
}

fn span(config: &JsonMap, field: &str) -> Option<Duration> {
    text(config, field).and_then(Duration::parse)
}

/// A template with its facts shortened: `{{customer.first_name}}, hello` is `‹first name›, hello`.
fn template(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        shown.push_str(before);
        let Some((inside, after)) = after.split_once("}}") else {
            // Somebody is still writing it.
            rest = "";
            break;
        };
        let after = if inside.starts_with('{') { after.strip_prefix('}').unwrap_or(after) } else { after };
        let inside = inside.trim_matches(['{', '}', ' ']);
        let name = inside.split([' ', '|']).rfind(|part| part.contains('.')).unwrap_or(inside);
        if !name.starts_with(['#', '/']) {
            shown.push('‹');
            shown.push_str(&name.rsplit('.').next().unwrap_or(name).replace('_', " "));
            shown.push('›');
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn when(config: &JsonMap, field: &str) -> Option<String> {
    config.get(field).and_then(predicate)
}

fn at_most(config: &JsonMap) -> String {
    span(config, "timeout").map_or_else(String::new, |time| t!(editor.say.at_most, time = length(time)))
}

fn say(kind: &str, config: &JsonMap) -> Said {
    match kind {
        "trigger.event" => Said { main: named(config, "events"), detail: when(config, "filter").into_iter().collect() },
        "trigger.schedule" => Said {
            main: text(config, "cron").map(|cron| t!(editor.say.schedule, cron = cron)),
            detail: when(config, "audience").into_iter().collect(),
        },
        "trigger.anniversary" => anniversary(config),
        "trigger.segment" => {
            let left = text(config, "change") == Some("left");
            let main = text(config, "segment")
                .map(|name| if left { t!(editor.say.leaves, segment = name) } else { t!(editor.say.enters, segment = name) });
            Said { main, ..Said::default() }
        }
        "condition.if" => Said { main: when(config, "predicate"), ..Said::default() },
        "condition.switch" => {
            let ways = config.get("cases").and_then(Json::as_array).map_or(0, Vec::len);
            Said { main: None, detail: vec![t!(editor.say.ways, n = ways)] }
        }
        "condition.split" => split(config),
        "condition.consent" => {
            let channel = text(config, "channel").unwrap_or("email");
            let purpose = text(config, "purpose").unwrap_or("marketing");
            Said { main: Some(t!(editor.say.consents, channel = channel)), detail: vec![purpose.to_owned()] }
        }
        _ => say_more(kind, config),
    }
}

fn say_more(kind: &str, config: &JsonMap) -> Said {
    match kind {
        "delay.for" => Said { main: span(config, "duration").map(|time| t!(editor.say.wait, time = length(time))), ..Said::default() },
        "delay.until_time" => {
            let days: Vec<String> = texts(config, "weekdays").iter().map(|day| weekday(day)).collect();
            let zone = text(config, "zone").map_or_else(|| t!(editor.say.their_zone), str::to_owned);
            Said { main: text(config, "at").map(|at| t!(editor.say.until, what = at)), detail: vec![days.join(", "), zone] }
        }
        "delay.until_date" => {
            let offset = span(config, "offset").filter(|offset| *offset != Duration::ZERO);
            let main = text(config, "fact").map(|fact| t!(editor.say.until, what = moved(offset, &super::predicate::fact(fact))));
            Said { main, detail: text(config, "at").map(|at| t!(editor.say.at_time, time = at)).into_iter().collect() }
        }
        "wait.event" => {
            let same = texts(config, "same");
            let same =
                if same.is_empty() { String::new() } else { t!(editor.say.same, fields = isolated(&same.join(", ").replace('_', " "))) };
            Said { main: named(config, "events").map(|names| t!(editor.say.wait_for, what = names)), detail: vec![same, at_most(config)] }
        }
        "wait.until" => Said {
            main: when(config, "predicate").map(|what| t!(editor.say.until, what = what)),
            detail: vec![if config.contains_key("timeout") { at_most(config) } else { t!(editor.say.for_ever) }],
        },
        "email.send" => {
            let to = text(config, "to").filter(|to| *to != "{{customer.email}}").map(|to| t!(editor.say.to, whom = template(to)));
            let kept = when(config, "still").map(|what| t!(editor.say.if_still, what = what));
            Said { main: text(config, "subject").map(template), detail: to.into_iter().chain(kept).collect() }
        }
        "http.request" => {
            let method = text(config, "method").unwrap_or("POST").to_owned();
            let host = text(config, "url").map(|url| url.split_once("://").map_or(url, |(_, rest)| rest));
            Said { main: host.map(|host| format!("{method} {}", template(host))), ..Said::default() }
        }
        "customer.set" => customer(config),
        "event.record" => Said { main: text(config, "event").map(|event| t!(editor.say.record, event = event)), ..Said::default() },
        "journey.start" => Said { main: text(config, "journey").map(|name| t!(editor.say.start, journey = name)), ..Said::default() },
        "task.ask" => {
            let whom = text(config, "assignee").map(str::to_owned);
            Said {
                main: text(config, "title").map(template),
                detail: whom.into_iter().chain([texts(config, "answers").join(" / ")]).collect(),
            }
        }
        "exit" => Said { main: None, detail: text(config, "reason").map(str::to_owned).into_iter().collect() },
        "goal" => {
            let ends = config.get("ends").and_then(Json::as_bool).unwrap_or(true);
            let detail = if ends { vec![t!(editor.say.ends)] } else { Vec::new() };
            Said { main: text(config, "goal").map(|goal| t!(editor.say.goal, goal = goal)), detail }
        }
        // A kind written in Rhai: its own label, and whatever short text it was given.
        _ => Said { main: None, detail: config.values().filter_map(Json::as_str).filter(|v| v.len() < 40).take(1).map(template).collect() },
    }
}

fn moved(offset: Option<Duration>, what: &str) -> String {
    match offset {
        Some(offset) if offset < Duration::ZERO => {
            t!(editor.say.before, time = length(Duration::from_micros(-offset.micros())), what = what)
        }
        Some(offset) => t!(editor.say.after, time = length(offset), what = what),
        None => what.to_owned(),
    }
}

fn anniversary(config: &JsonMap) -> Said {
    let days = config.get("offset_days").and_then(Json::as_i64).unwrap_or(0);
    let offset = (days != 0).then(|| Duration::from_days(days));
    let at = text(config, "at").unwrap_or("09:00");
    let main = text(config, "fact").map(|fact| moved(offset, &super::predicate::fact(fact)));
    Said { main, detail: vec![t!(editor.say.at_time, time = at)].into_iter().chain(when(config, "audience")).collect() }
}

fn split(config: &JsonMap) -> Said {
    let ways = config.get("ways").and_then(Json::as_array).cloned().unwrap_or_default();
    let weight = |way: &Json| way.get("weight").and_then(Json::as_f64).unwrap_or(0.0);
    let sum: f64 = ways.iter().map(weight).sum();
    let holdout = config.get("holdout").and_then(Json::as_f64).unwrap_or(0.0);
    let mut shares: Vec<String> = ways
        .iter()
        .filter(|_| sum > 0.0)
        .map(|way| {
            let name = way.get("port").and_then(Json::as_str).unwrap_or("–");
            format!("{} {}", port_label(name), format::percent(weight(way) / sum * (1.0 - holdout / 100.0)))
        })
        .collect();
    if holdout > 0.0 {
        shares.push(format!("{} {}", t!(editor.port.holdout), format::percent(holdout / 100.0)));
    }
    Said { main: None, detail: vec![shares.join(", ")] }
}

fn customer(config: &JsonMap) -> Said {
    let names = config.get("traits").and_then(Json::as_object).map(|traits| traits.keys().map(|k| k.replace('_', " ")).collect::<Vec<_>>());
    let main = names.filter(|names| !names.is_empty()).map(|names| t!(editor.say.set, traits = names.join(", ")));
    let tags = texts(config, "add_tags").into_iter().map(|tag| format!("+{}", template(&tag)));
    let gone = texts(config, "remove_tags").into_iter().map(|tag| format!("−{}", template(&tag)));
    Said { main, detail: vec![tags.chain(gone).collect::<Vec<_>>().join(" ")] }
}

fn weekday(day: &str) -> String {
    // 5 January 1970 was a Monday; `Intl` knows what that day is called.
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    names.iter().position(|name| *name == day).map_or_else(|| day.to_owned(), |n| format::weekday(n as u8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(kind: &str, label: &str, config: Json) -> (String, String) {
        let node: Node = serde_json::from_value(json!({"id": "a", "kind": kind, "label": label, "config": config})).unwrap();
        let Words { title, line } = of(&node, &Outlines::builtin());
        (title, line)
    }

    fn pair(title: &str, line: &str) -> (String, String) {
        (title.to_owned(), line.to_owned())
    }

    #[test]
    fn a_card_says_what_it_does() {
        assert_eq!(words("trigger.event", "", json!({"events": ["Checkout Started"]})), pair("Checkout Started", "Event"));
        let wait = json!({"events": ["Order Completed"], "same": ["cart_id"], "timeout": "1h"});
        assert_eq!(words("wait.event", "", wait), pair("Wait for Order Completed", "same cart id · at most 1 hour"));
        assert_eq!(words("delay.for", "Patience", json!({"duration": "23h"})), pair("Patience", "Wait 23 hour"));
        assert_eq!(words("exit", "", json!({"reason": "bought"})), pair("End here", "bought"));
        let split = json!({"ways": [{"port": "a", "weight": 1}, {"port": "b", "weight": 3}], "holdout": 20});
        assert_eq!(words("condition.split", "", split), pair("Split at random", "a 20%, b 60%, holdout 20%"));
    }

    #[test]
    fn an_empty_step_is_called_by_its_kind() {
        for spec in Outlines::builtin().specs() {
            let (title, _) = words(&spec.name, "", json!({}));
            assert!(!title.is_empty(), "{}", spec.name);
        }
        assert_eq!(words("email.send", "", json!({})).0, "Send an email");
        assert_eq!(words("no.such", "", json!({})).0, "no.such");
    }

    #[test]
    fn templates_show_their_facts_shortly() {
        assert_eq!(template("{{customer.first_name}}, your cart"), "‹first name›, your cart");
        assert_eq!(template("{{money steps.cart.value currency=x}} {{#if a}}now{{/if}} {{{b.c}}} {{open"), "‹value› now ‹c› ");
    }
}
