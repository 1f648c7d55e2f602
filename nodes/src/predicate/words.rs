//! Why a predicate holds or not, in words a marketer understands.

use super::ast::{Bound, Comparison, EventTest, FactTest, Predicate};
use super::{compare, evaluate, history};
use crate::fact::{ConsentScope, ConsentStatus, Facts};
use crate::time::Duration;
use crate::why::Why;
use crate::{Json, JsonMap};
use std::borrow::Cow;

/// Longer text is cut: the reason is kept with every step.
const LONGEST: usize = 120;
/// More parts than this are only counted.
const MOST_PARTS: usize = 4;

/// The part or parts that decided, with the values they saw.
pub(super) fn explain(p: &Predicate, facts: &Facts<'_>) -> Why {
    let mut seen = JsonMap::new();
    let rule = say(p, facts, &mut seen);
    Why { rule, seen }
}

fn say(p: &Predicate, facts: &Facts<'_>, seen: &mut JsonMap) -> Cow<'static, str> {
    match p {
        Predicate::All { all } if all.is_empty() => "no condition is set".into(),
        Predicate::Any { any } if any.is_empty() => "none of no conditions holds".into(),
        Predicate::All { all } => say_list(all, facts, false, seen),
        Predicate::Any { any } => say_list(any, facts, true, seen),
        // The inner part says how things are, which is the reason either way.
        Predicate::Not { not } => say(not, facts, seen),
        Predicate::Fact(test) => say_fact(test, facts, seen).into(),
        Predicate::Event(test) => say_events(test, facts, seen).into(),
        Predicate::Consent { consent } => say_consent(consent, facts, seen).into(),
        Predicate::Segment { segment } => {
            let inside = facts.segments.contains(segment);
            seen.insert(format!("segments.{segment}"), inside.into());
            if inside { format!("in segment {segment}").into() } else { format!("not in segment {segment}").into() }
        }
    }
}

/// The first part whose answer is `decider` decides alone; without one all parts did together.
fn say_list(parts: &[Predicate], facts: &Facts<'_>, decider: bool, seen: &mut JsonMap) -> Cow<'static, str> {
    if let [only] = parts {
        return say(only, facts, seen);
    }
    if let Some(one) = parts.iter().find(|part| evaluate::holds(part, facts) == decider) {
        return say(one, facts, seen);
    }
    let mut rule = String::new();
    for (i, part) in parts.iter().take(MOST_PARTS).enumerate() {
        if i > 0 {
            rule.push_str("; ");
        }
        rule.push_str(&say(part, facts, seen));
    }
    if parts.len() > MOST_PARTS {
        rule.push_str(&format!("; and {} more", parts.len() - MOST_PARTS));
    }
    rule.into()
}

fn say_fact(test: &FactTest, facts: &Facts<'_>, seen: &mut JsonMap) -> String {
    use Comparison as C;
    let path = &test.fact;
    let found = facts.get(path);
    if compare::reads_now(test) {
        seen.insert("now".into(), facts.now.to_string().into());
    }
    let Some(value) = found.as_deref() else {
        seen.insert(path.clone(), Json::Null);
        return format!("{path} has no value");
    };
    let shown = short(value);
    seen.insert(path.clone(), shown.clone());
    let is = if value.is_array() || value.is_object() { "has" } else { "is" };
    let fact = format!("{path} {is} {}", text(&shown));
    let holds = compare::truth(test, facts).holds;
    let limit = || text(&short(&test.value)).into_owned();
    let against = match test.is {
        C::Exists | C::Missing => return fact,
        C::Eq if holds => return fact,
        C::Ne if !holds => return format!("{fact}, which is ruled out"),
        C::Eq | C::Ne => return format!("{fact}, not {}", limit()),
        C::Lt => format!("less than {}", limit()),
        C::Lte => format!("at most {}", limit()),
        C::Gt => format!("more than {}", limit()),
        C::Gte => format!("at least {}", limit()),
        C::Contains | C::NotContains => format!("with {} in it", limit()),
        C::StartsWith => format!("beginning with {}", limit()),
        C::EndsWith => format!("ending with {}", limit()),
        C::In | C::NotIn => format!("one of {}", choices(&test.value)),
        C::Before => format!("before {}", limit()),
        C::After => format!("after {}", limit()),
        C::WithinLast => format!("within the last {}", limit()),
        C::WithinNext => format!("within the next {}", limit()),
        C::LongerAgoThan => format!("longer ago than {}", limit()),
    };
    // `not_in` and `not_contains` hold when what is said of the value does not.
    let said = holds != matches!(test.is, C::NotIn | C::NotContains);
    format!("{fact}, {}{against}", if said { "" } else { "not " })
}

fn choices(list: &Json) -> String {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    let mut said: Vec<String> = items.iter().take(MOST_PARTS).map(|item| text(&short(item)).into_owned()).collect();
    if items.len() > MOST_PARTS {
        said.push(format!("{} more", items.len() - MOST_PARTS));
    }
    said.join(", ")
}

fn say_events(test: &EventTest, facts: &Facts<'_>, seen: &mut JsonMap) -> String {
    let tally = history::tally(test, facts);
    let name = &test.event;
    let mut what = match tally.count {
        0 => format!("no {name}"),
        n => format!("{n} {name}"),
    };
    if test.filter.is_some() {
        what.push_str(" of that kind");
    }
    if let Some(length) = test.within {
        what.push_str(&format!(" within the last {}", say_length(length)));
        seen.insert("now".into(), facts.now.to_string().into());
    }
    if test.since.is_some() {
        what.push_str(" since entry");
    }
    seen.insert(format!("count of {name}"), tally.count.into());
    if tally.count == 0 {
        what.push_str(" (0)");
    }
    let number = test.count.map(|bound| (bound, history::within(&bound, tally.count.into())));
    let total = test.sum.as_ref().map(|sum| (sum, history::within(&sum.bound, tally.sum)));
    if let Some((sum, _)) = &total {
        seen.insert(format!("sum of {}", sum.of), tally.sum.normalize().to_string().into());
    }
    // When one of the two fails it alone decided.
    match (number, total) {
        (Some((bound, true)), None) if bound.eq.is_some() => what,
        (Some((bound, holds)), None) => format!("{what}, {}", limits(&bound, holds)),
        (Some((bound, false)), Some(_)) => format!("{what}, {}", limits(&bound, false)),
        (_, Some((sum, holds))) => {
            format!("{what}, their {} sums to {}, {}", sum.of, tally.sum.normalize(), limits(&sum.bound, holds))
        }
        (None, None) => what,
    }
}

/// Whole days and hours as people say them: 60 days, not 8w4d.
fn say_length(length: Duration) -> String {
    for (unit, name) in [(Duration::from_days(1), "day"), (Duration::from_hours(1), "hour")] {
        if length.micros() > 0 && length.micros() % unit.micros() == 0 {
            let n = length.micros() / unit.micros();
            return format!("{n} {name}{}", if n == 1 { "" } else { "s" });
        }
    }
    length.to_string()
}

fn limits(bound: &Bound, holds: bool) -> String {
    let named = [("exactly", bound.eq), ("at least", bound.gte), ("more than", bound.gt), ("at most", bound.lte), ("less than", bound.lt)];
    let said: Vec<String> = named.iter().filter_map(|(word, limit)| limit.map(|n| format!("{word} {n}"))).collect();
    format!("{}{}", if holds { "" } else { "not " }, said.join(" and "))
}

fn say_consent(scope: &ConsentScope, facts: &Facts<'_>, seen: &mut JsonMap) -> String {
    let named = format!("{}/{}", scope.channel, scope.purpose);
    let Some(customer) = facts.customer else {
        return format!("there is no customer who could allow {named}");
    };
    let (status, rule) = match customer.consents(scope) {
        Some(ConsentStatus::Granted) => ("granted", format!("granted {named}")),
        Some(ConsentStatus::Denied) => ("denied", format!("denied {named}")),
        Some(ConsentStatus::Withdrawn) => ("withdrawn", format!("withdrew {named}")),
        None => ("never asked", format!("never asked for {named}")),
    };
    seen.insert(format!("consent.{named}"), status.into());
    rule
}

/// A value as it may be kept: text cut, lists and groups by their size alone.
fn short(value: &Json) -> Json {
    match value {
        Json::String(text) => match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]).into(),
            None => value.clone(),
        },
        Json::Array(items) => match items.len() {
            1 => "1 item".into(),
            n => format!("{n} items").into(),
        },
        Json::Object(map) => match map.len() {
            1 => "1 value".into(),
            n => format!("{n} values").into(),
        },
        scalar => scalar.clone(),
    }
}

/// A scalar as people write it.
fn text(value: &Json) -> Cow<'_, str> {
    match value {
        Json::String(text) => text.as_str().into(),
        Json::Bool(true) => "yes".into(),
        Json::Bool(false) => "no".into(),
        Json::Null => "nothing".into(),
        other => other.to_string().into(),
    }
}
