//! What a predicate needs loaded, and what is wrong with it that its types cannot say.

use super::ast::{Bound, CollectionTest, Comparison, FactTest, Over, Predicate};
use super::compare::{Number, instant};
use crate::Json;
use crate::fact::{FactScope, Horizon, ITEM, Needs, check_path};
use crate::issue::{FieldIssue, IssueCode};
use crate::time::Duration;

/// How deep a predicate may be nested.
pub const MAX_DEPTH: usize = 32;
/// How many parts a predicate may have in all.
pub const MAX_PARTS: usize = 500;
/// How many values `in` and `not_in` may name.
const MAX_CHOICES: usize = 1000;

/// Adds what must be loaded before `p` can be decided.
pub fn needs(p: &Predicate, needs: &mut Needs) {
    match p {
        Predicate::All { all: parts } | Predicate::Any { any: parts } => parts.iter().for_each(|part| self::needs(part, needs)),
        Predicate::Not { not } => self::needs(not, needs),
        Predicate::Collection(test) => {
            if let Over::Events(name) = &test.over {
                let horizon = match (test.since, test.within) {
                    (Some(_), _) => Horizon::Entry,
                    (None, Some(length)) => Horizon::Window(length),
                    (None, None) => Horizon::Ever,
                };
                needs.event(name, horizon);
            }
            test.filter.iter().chain(&test.latest).for_each(|inner| self::needs(inner, needs));
        }
        Predicate::Segment { .. } => needs.segments = true,
        Predicate::Fact(_) | Predicate::Consent { .. } => {}
    }
}

/// Everything wrong with `p`, each with its JSON pointer below `pointer`.
#[must_use]
pub fn check(p: &Predicate, scope: &FactScope, pointer: &str) -> Vec<FieldIssue> {
    let mut checker = Checker { scope, issues: Vec::new(), parts: 0 };
    checker.predicate(p, pointer, 1, Inside::default());
    checker.issues
}

/// What a part is inside of.
#[derive(Clone, Copy, Default)]
struct Inside {
    /// A test of events: `event.…` is each of them, and their history cannot be asked for again.
    events: bool,
    /// A test of a list: `item` is each of its items.
    list: bool,
}

struct Checker<'s> {
    scope: &'s FactScope,
    issues: Vec<FieldIssue>,
    parts: usize,
}

impl Checker<'_> {
    fn report(&mut self, field: String, code: IssueCode, message: impl Into<String>) {
        self.issues.push(FieldIssue::new(field, code, message));
    }

    fn predicate(&mut self, p: &Predicate, at: &str, depth: usize, inside: Inside) {
        self.parts += 1;
        if depth > MAX_DEPTH || self.parts > MAX_PARTS {
            // Said once: every further part would say the same.
            if !self.issues.iter().any(|issue| issue.code == IssueCode::TooLarge) {
                let message = format!("a predicate may be {MAX_DEPTH} deep and have {MAX_PARTS} parts: make it smaller");
                self.report(at.to_owned(), IssueCode::TooLarge, message);
            }
            return;
        }
        match p {
            Predicate::All { all } => self.list(all, &format!("{at}/all"), depth, inside),
            Predicate::Any { any } => self.list(any, &format!("{at}/any"), depth, inside),
            Predicate::Not { not } => self.predicate(not, &format!("{at}/not"), depth + 1, inside),
            Predicate::Fact(test) => self.fact(test, at, inside),
            Predicate::Collection(test) if matches!(test.over, Over::Events(_)) && (inside.events || inside.list) => {
                self.report(
                    at.to_owned(),
                    IssueCode::Invalid,
                    "\"where\" looks at one event and cannot count others: compare facts of event, as event.properties.total",
                );
            }
            Predicate::Collection(test) => self.collection(test, at, depth, inside),
            Predicate::Consent { consent } => {
                self.filled(&consent.channel, format!("{at}/consent/channel"), "name a channel, as email");
                self.filled(&consent.purpose, format!("{at}/consent/purpose"), "name a purpose, as marketing");
            }
            Predicate::Segment { segment } => self.filled(segment, format!("{at}/segment"), "name a segment"),
        }
    }

    fn list(&mut self, parts: &[Predicate], at: &str, depth: usize, inside: Inside) {
        for (i, part) in parts.iter().enumerate() {
            self.predicate(part, &format!("{at}/{i}"), depth + 1, inside);
        }
    }

    fn filled(&mut self, text: &str, at: String, remedy: &str) {
        if text.trim().is_empty() {
            self.report(at, IssueCode::Missing, format!("it is empty: {remedy}"));
        }
    }

    fn path(&mut self, path: &str, at: String, inside: Inside) {
        let item = path.split('.').next() == Some(ITEM);
        if item && inside.list {
            return;
        }
        if let Some(message) = check_path(path, self.scope) {
            self.report(at, IssueCode::UnknownFact, message);
        }
    }

    fn fact(&mut self, test: &FactTest, at: &str, inside: Inside) {
        self.path(&test.fact, format!("{at}/fact"), inside);
        if let Some((code, message)) = value_issue(test) {
            self.report(format!("{at}/value"), code, message);
        }
    }

    fn collection(&mut self, test: &CollectionTest, at: &str, depth: usize, inside: Inside) {
        let within = match &test.over {
            Over::Events(name) => {
                self.filled(name, format!("{at}/event"), "name an event, as Order Completed");
                Inside { events: true, ..inside }
            }
            Over::List(path) => {
                self.path(path, format!("{at}/over"), inside);
                self.own_list(path, at, inside);
                for (key, given) in [("within", test.within.is_some()), ("since", test.since.is_some())] {
                    if given {
                        let message = format!("the items of a list have no time: remove \"{key}\", or count events");
                        self.report(format!("{at}/{key}"), IssueCode::Invalid, message);
                    }
                }
                Inside { list: true, ..inside }
            }
        };
        self.window(test, at);
        if let Some(path) = &test.distinct {
            self.filled(path, format!("{at}/distinct"), "name a value that tells them apart, as order_id");
        }
        if let Some(bound) = &test.count {
            self.bound(bound, format!("{at}/count"));
        }
        if let Some(sum) = &test.sum {
            self.filled(&sum.of, format!("{at}/sum/of"), "name a value to add up, as total");
            self.bound(&sum.bound, format!("{at}/sum"));
        }
        if let Some(filter) = &test.filter {
            self.predicate(filter, &format!("{at}/where"), depth + 1, within);
        }
        if let Some(latest) = &test.latest {
            if test.count.is_some() || test.sum.is_some() {
                let message = "\"latest\" looks at one of them, which cannot be counted or summed: keep one of the three";
                self.report(format!("{at}/latest"), IssueCode::Invalid, message);
            }
            self.predicate(latest, &format!("{at}/latest"), depth + 1, within);
        }
    }

    /// Inside another test a list is one of the thing in question: each level then goes through what is inside the last. A list from
    /// elsewhere would be gone through again for every thing, and so on with every level.
    fn own_list(&mut self, path: &str, at: &str, inside: Inside) {
        let own = match inside {
            Inside { list: true, .. } => ITEM,
            Inside { events: true, .. } => "event",
            _ => return,
        };
        if path.split('.').next() != Some(own) {
            let message =
                format!("inside another test a list is one of {own} itself: name a list that begins with {own}, or test {path} beside it");
            self.report(format!("{at}/over"), IssueCode::Invalid, message);
        }
    }

    fn window(&mut self, test: &CollectionTest, at: &str) {
        let Some(length) = test.within else { return };
        if test.since.is_some() {
            self.report(format!("{at}/within"), IssueCode::Invalid, "\"within\" and \"since\" exclude each other: keep one");
        }
        if length <= Duration::ZERO {
            let message = format!("{length} is no length of time: write one above zero, as 60d");
            self.report(format!("{at}/within"), IssueCode::Invalid, message);
        }
    }

    fn bound(&mut self, bound: &Bound, at: String) {
        if *bound == Bound::default() {
            self.report(at, IssueCode::Missing, "it has no bound: give one of eq, gte, gt, lte, lt");
        }
    }
}

/// What is wrong with the value a fact is compared with.
fn value_issue(test: &FactTest) -> Option<(IssueCode, String)> {
    use Comparison as C;
    let value = &test.value;
    let scalar = value.is_string() || value.is_number() || value.is_boolean();
    let takes = |fits: bool, what: &str| {
        if fits {
            return None;
        }
        let code = if value.is_null() { IssueCode::Missing } else { IssueCode::Invalid };
        Some((code, format!("the value does not fit \"{}\": it takes {what}", name_of(test.is))))
    };
    let text_of_now = matches!(test.is, C::Eq | C::Ne | C::Contains | C::NotContains | C::StartsWith | C::EndsWith | C::In | C::NotIn);
    if test.fact == "now" && text_of_now {
        return Some((IssueCode::Invalid, format!("now cannot be compared by \"{}\": use before or after", name_of(test.is))));
    }
    match test.is {
        C::Exists | C::Missing => takes(value.is_null(), "no value"),
        C::Eq | C::Ne | C::Contains | C::NotContains => takes(scalar, "text, a number, true or false; for several use in"),
        C::StartsWith | C::EndsWith => takes(value.as_str().is_some_and(|t| !t.is_empty()), "text"),
        C::Lt | C::Lte | C::Gt | C::Gte => {
            takes(Number::of(value).is_some() || instant(value).is_some(), "a number or a date, as 2026-11-23 or 2026-11-23T09:00:00Z")
        }
        C::In | C::NotIn => {
            let items = value.as_array().map(Vec::as_slice);
            if items.is_some_and(|items| items.len() > MAX_CHOICES) {
                return Some((IssueCode::TooLarge, format!("the list has more than {MAX_CHOICES} values: use a segment or a tag instead")));
            }
            let fits = |item: &Json| item.is_string() || item.is_number() || item.is_boolean();
            takes(items.is_some_and(|items| !items.is_empty() && items.iter().all(fits)), "a list of at least one text or number")
        }
        C::Before | C::After => {
            takes(value.as_str() == Some("now") || instant(value).is_some(), "a date, as 2026-11-23 or 2026-11-23T09:00:00Z, or \"now\"")
        }
        C::WithinLast | C::WithinNext | C::LongerAgoThan => {
            let length = value.as_str().and_then(Duration::parse);
            takes(length.is_some_and(|l| l > Duration::ZERO), "a length of time above zero, as 7d or 12h")
        }
    }
}

/// The comparison as it is written in JSON.
fn name_of(is: Comparison) -> &'static str {
    use Comparison as C;
    match is {
        C::Eq => "eq",
        C::Ne => "ne",
        C::Lt => "lt",
        C::Lte => "lte",
        C::Gt => "gt",
        C::Gte => "gte",
        C::Contains => "contains",
        C::NotContains => "not_contains",
        C::StartsWith => "starts_with",
        C::EndsWith => "ends_with",
        C::In => "in",
        C::NotIn => "not_in",
        C::Exists => "exists",
        C::Missing => "missing",
        C::Before => "before",
        C::After => "after",
        C::WithinLast => "within_last",
        C::WithinNext => "within_next",
        C::LongerAgoThan => "longer_ago_than",
    }
}
