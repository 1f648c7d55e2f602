//! Steps in the marketer's words: what a card is called and the line below. Made from the step's fields, lenient towards
//! fields that are missing or wrong, for most are so while somebody writes.

use crate::i18n::{Arg, format, isolated, keys, phrase, say};
use crate::t;
use tradewind_nodes::description::Part;
use tradewind_nodes::graph::Node;
use tradewind_nodes::kinds::Outlines;
use tradewind_nodes::time::{Duration, Span};

use super::predicate::predicate;

/// A step's name and the line below it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Words {
    /// What it is called.
    pub title: String,
    /// What else there is to know; may be empty.
    pub line: String,
}

/// The words of a step.
#[must_use]
pub fn of(node: &Node, kinds: &Outlines) -> Words {
    let Some(spec) = kinds.spec(&node.kind) else {
        let title = if node.label.is_empty() { node.kind.clone() } else { node.label.clone() };
        return Words { title, line: t!(editor.unknown_kind) };
    };
    let kind = kind_label(&spec.name, &spec.label);
    let summary = kinds.summary(&node.kind, &node.config);
    let main = summary.main.as_ref().map(said).filter(|main| !main.is_empty());
    let details = summary.details.iter().map(said);
    let (title, rest) = match (node.label.is_empty(), main) {
        (false, main) => (node.label.clone(), main.into_iter().chain(details).collect::<Vec<_>>()),
        (true, Some(main)) => (main, details.collect()),
        (true, None) => (kind.clone(), details.collect()),
    };
    let line = rest.into_iter().filter(|part| !part.is_empty()).map(|part| phrase(&part)).collect::<Vec<_>>().join(" · ");
    let line = if line.is_empty() && title != kind { kind } else { line };
    Words { title, line }
}

/// A kind's name in the user's language; a kind written in Rhai brings its own.
#[must_use]
pub fn kind_label(kind: &str, own: &str) -> String {
    super::field::kind_name(kind).unwrap_or_else(|| own.to_owned())
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

/// A part of a summary in the user's language; empty when there is nothing to say.
fn said(part: &Part) -> String {
    match part {
        Part::Text(text) => text.clone(),
        Part::Template(text) => template(text),
        Part::Names(names) => isolated(&names.join(", ").replace('_', " ")),
        Part::Fact(path) => super::predicate::fact(path),
        Part::When(condition) => predicate(condition).unwrap_or_default(),
        Part::Time(time) => length(*time),
        Part::Weekday(day) => weekday(day),
        Part::Share(share) => format::percent(*share),
        Part::Port(port) => port_label(port),
        Part::Count(count) => format::number(*count as f64),
        Part::Joined(between, parts) => parts.iter().map(said).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between),
        Part::Said(name, with) => message(name, with).unwrap_or_default(),
    }
}

/// A message of the kinds with its placeholders filled; None when one of them has nothing to say.
fn message(name: &str, with: &[(String, Part)]) -> Option<String> {
    let filled: Vec<(&str, Arg)> = with
        .iter()
        .map(|(name, part)| match part {
            Part::Count(count) => Some((name.as_str(), Arg::from(*count))),
            part => Some((name.as_str(), Arg::from(said(part)))).filter(|(_, arg)| *arg != Arg::Text(String::new())),
        })
        .collect::<Option<_>>()?;
    let args: Vec<(&str, &Arg)> = filled.iter().map(|(name, arg)| (*name, arg)).collect();
    Some(say(keys::find(&format!("kinds.say.{name}"))?, &args))
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
    use tradewind_nodes::Json;

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
