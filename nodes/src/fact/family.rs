//! What a family of facts is made of. A family says once which facts it has, what they are, and where they are read; checking, reading,
//! templates, scripts, the builder's completions and the documentation follow from that.

use super::families::FAMILIES;
use super::{Facts, ITEM, dig, dig_map};
use crate::id::NodeId;
use crate::{Json, JsonMap};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Facts that share the first part of their paths.
#[derive(Debug)]
pub struct Family {
    /// That part: `customer`.
    pub root: &'static str,
    /// What the facts are about, in a line.
    pub says: &'static str,
    /// What is below the root.
    pub shape: Shape,
}

/// What is below the root of a family.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Nothing: the root is a value.
    Value(FactType, Leaf),
    /// What earlier nodes put out: `steps.<node>.<any>`.
    Outputs,
    /// Named facts.
    Fields {
        /// Every one, in the order they are offered.
        fields: &'static [Field],
        /// The field below which people find names of their own, to point them there.
        own: Option<&'static str>,
    },
}

/// A fact of a family, or a map of facts.
#[derive(Debug)]
pub struct Field {
    /// Its name below the root.
    pub name: &'static str,
    /// What it is.
    pub ty: FactType,
    /// What it says, in a line.
    pub says: &'static str,
    /// A value it may have.
    pub example: &'static str,
    /// How it is read.
    pub read: Read,
}

/// What sort of value a fact is: decides what it can be compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactType {
    /// An identifier of ours, never offered to people.
    Id,
    /// Text.
    Text,
    /// A day or an instant, as RFC 3339 text.
    Time,
    /// A list.
    List,
    /// Names and values of the shop's own.
    Map,
}

/// Reads a value that has no parts.
pub type Leaf = for<'a> fn(&Facts<'a>) -> Option<Cow<'a, Json>>;

/// How a field is read, and what may follow its name in a path.
#[derive(Clone, Copy, Debug)]
pub enum Read {
    /// A value; nothing follows.
    Leaf(Leaf),
    /// A value as the shop sent it; where that is an object or a list, a path into it may follow.
    Open(for<'a> fn(&Facts<'a>) -> Option<&'a Json>),
    /// A map, no value by itself; a path into it must follow.
    Map(for<'a> fn(&Facts<'a>) -> Option<&'a JsonMap>),
}

/// What a field came to.
pub enum Found<'a> {
    /// A value, never null.
    Value(Cow<'a, Json>),
    /// A map.
    Map(&'a JsonMap),
}

impl Found<'_> {
    /// As a value of its own.
    #[must_use]
    pub fn into_json(self) -> Json {
        match self {
            Self::Value(value) => value.into_owned(),
            Self::Map(map) => Json::Object(map.clone()),
        }
    }
}

impl Family {
    /// The family of a root.
    #[must_use]
    pub fn of(root: &str) -> Option<&'static Self> {
        FAMILIES.iter().copied().find(|family| family.root == root)
    }

    /// Its fields; none where there are no names to declare.
    #[must_use]
    pub fn fields(&self) -> &'static [Field] {
        match self.shape {
            Shape::Fields { fields, .. } => fields,
            Shape::Value(..) | Shape::Outputs => &[],
        }
    }

    /// Every field that has a value for these facts.
    pub fn found<'a>(&self, facts: &Facts<'a>) -> impl Iterator<Item = (&'static str, Found<'a>)> {
        self.fields().iter().filter_map(|field| Some((field.name, field.whole(facts)?)))
    }

    fn value<'a>(&self, facts: &Facts<'a>, rest: &str) -> Option<Cow<'a, Json>> {
        match self.shape {
            Shape::Value(_, read) => rest.is_empty().then(|| read(facts))?,
            Shape::Outputs => Some(Cow::Borrowed(dig_map(facts.outputs, rest)?)),
            Shape::Fields { fields, .. } => {
                let (head, tail) = parted(rest);
                let field = fields.iter().find(|field| field.name == head)?;
                match field.read {
                    Read::Leaf(read) => tail.is_empty().then(|| read(facts))?,
                    Read::Open(read) => Some(Cow::Borrowed(dig(read(facts)?, tail)?)),
                    Read::Map(_) if tail.is_empty() => None,
                    Read::Map(read) => Some(Cow::Borrowed(dig_map(read(facts)?, tail)?)),
                }
            }
        }
    }

    fn check(&self, path: &str, rest: &str, scope: &FactScope) -> Option<String> {
        let root = self.root;
        let (head, tail) = parted(rest);
        match self.shape {
            Shape::Value(..) if rest.is_empty() => None,
            Shape::Value(..) => Some(format!("unknown fact {path}: {root} has no parts, write {root}")),
            Shape::Outputs => match (scope.nodes.contains(head), tail.is_empty()) {
                (true, false) => None,
                (true, true) => Some(format!("steps.{head} is not a value: name an output, as steps.{head}.status")),
                (false, _) => Some(format!("unknown fact {path}: this journey has no node {head:?}")),
            },
            Shape::Fields { fields, .. } if head.is_empty() => {
                let first = fields.first().map_or("", |field| field.name);
                Some(format!("{root} is not a value: name one, as {root}.{first}"))
            }
            Shape::Fields { fields, own } => {
                let known = fields.iter().find(|field| field.name == head).is_some_and(|field| match field.read {
                    Read::Leaf(_) => tail.is_empty(),
                    Read::Open(_) => true,
                    Read::Map(_) => !tail.is_empty(),
                });
                if known {
                    return None;
                }
                Some(match own {
                    Some(own) => format!("unknown fact {root}.{rest}: for a value of your own write {root}.{own}.{}", own_name(own, rest)),
                    None => format!("unknown fact {path}: {root} has {}", listed(fields.iter().map(|field| field.name), "and")),
                })
            }
        }
    }
}

/// The name behind `rest` where that is a map of one's own already, as `properties` without a name.
fn own_name<'p>(own: &str, rest: &'p str) -> &'p str {
    if rest == own { "name" } else { rest }
}

impl Field {
    /// A value without parts.
    #[must_use]
    pub const fn leaf(name: &'static str, ty: FactType, says: &'static str, example: &'static str, read: Leaf) -> Self {
        Self { name, ty, says, example, read: Read::Leaf(read) }
    }

    /// A value as the shop sent it.
    #[must_use]
    pub const fn open(
        name: &'static str,
        ty: FactType,
        says: &'static str,
        example: &'static str,
        read: for<'a> fn(&Facts<'a>) -> Option<&'a Json>,
    ) -> Self {
        Self { name, ty, says, example, read: Read::Open(read) }
    }

    /// A map of names and values of the shop's own; `example` is a path into it.
    #[must_use]
    pub const fn map(
        name: &'static str,
        says: &'static str,
        example: &'static str,
        read: for<'a> fn(&Facts<'a>) -> Option<&'a JsonMap>,
    ) -> Self {
        Self { name, ty: FactType::Map, says, example, read: Read::Map(read) }
    }

    fn whole<'a>(&self, facts: &Facts<'a>) -> Option<Found<'a>> {
        let value = match self.read {
            Read::Leaf(read) => read(facts)?,
            Read::Open(read) => Cow::Borrowed(read(facts)?),
            Read::Map(read) => return Some(Found::Map(read(facts)?)),
        };
        (!value.is_null()).then_some(Found::Value(value))
    }
}

fn parted(path: &str) -> (&str, &str) {
    path.split_once('.').unwrap_or((path, ""))
}

/// `a, b and c`.
fn listed(names: impl Iterator<Item = &'static str>, word: &str) -> String {
    let names: Vec<&str> = names.collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}

impl<'a> Facts<'a> {
    /// The value at `path`, or None when it is absent or null. A path that names no fact is None too:
    /// [`check_path`] is what tells the two apart, before publishing.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Cow<'a, Json>> {
        let (root, rest) = parted(path);
        let found = if root == ITEM { Cow::Borrowed(dig(self.item?, rest)?) } else { Family::of(root)?.value(self, rest)? };
        (!found.is_null()).then_some(found)
    }

    /// What is at `path`, also where that is a whole family or one of its maps ([`is_group`]). None when there is nothing.
    #[must_use]
    pub fn whole(&self, path: &str) -> Option<Json> {
        let (root, rest) = parted(path);
        let family = Family::of(root)?;
        match family.shape {
            Shape::Outputs if rest.is_empty() => Some(Json::Object(self.outputs.clone())),
            Shape::Fields { .. } if rest.is_empty() => {
                let all: JsonMap = family.found(self).map(|(name, found)| (name.to_owned(), found.into_json())).collect();
                (!all.is_empty()).then_some(Json::Object(all))
            }
            Shape::Fields { fields, .. } => match fields.iter().find(|field| field.name == rest) {
                Some(field) => field.whole(self).map(Found::into_json),
                None => self.get(path).map(Cow::into_owned),
            },
            Shape::Value(..) | Shape::Outputs => self.get(path).map(Cow::into_owned),
        }
    }
}

/// Which facts exist in some place of a graph.
#[derive(Clone, Debug, Default)]
pub struct FactScope {
    /// The nodes of the graph; `steps.<node>` is legal for these only.
    pub nodes: BTreeSet<NodeId>,
}

/// Why `path` names no fact, with the remedy; None when it does name one.
#[must_use]
pub fn check_path(path: &str, scope: &FactScope) -> Option<String> {
    let (root, rest) = parted(path);
    match Family::of(root) {
        Some(family) => family.check(path, rest, scope),
        None if root == ITEM => {
            Some(format!("unknown fact {path}: there is an item only inside \"where\" and \"latest\" of a test of a list"))
        }
        None => Some(format!("unknown fact {path}: paths begin with {}", listed(FAMILIES.iter().map(|family| family.root), "or"))),
    }
}

/// Whether `path` is no value but may be walked: a family of several facts, or a map in it.
#[must_use]
pub fn is_group(path: &str) -> bool {
    let (root, rest) = parted(path);
    Family::of(root).is_some_and(|family| match family.shape {
        Shape::Value(..) => false,
        Shape::Outputs => rest.is_empty(),
        Shape::Fields { fields, .. } => {
            rest.is_empty() || fields.iter().any(|field| field.name == rest && matches!(field.read, Read::Map(_)))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_says_what_it_has() {
        let mut roots = BTreeSet::new();
        for family in FAMILIES {
            assert!(roots.insert(family.root), "{} is declared twice", family.root);
            assert!(!family.says.is_empty());
            let mut names = BTreeSet::new();
            for field in family.fields() {
                assert!(names.insert(field.name), "{}.{} is declared twice", family.root, field.name);
                assert!(!field.says.is_empty() && !field.example.is_empty(), "{}.{}", family.root, field.name);
                assert_eq!(field.ty == FactType::Map, matches!(field.read, Read::Map(_)), "{}.{}", family.root, field.name);
            }
            if let Shape::Fields { own: Some(own), .. } = family.shape {
                assert!(family.fields().iter().any(|field| field.name == own && field.ty == FactType::Map));
            }
        }
    }

    #[test]
    fn what_is_no_fact_is_told_with_the_remedy() {
        let scope = FactScope { nodes: BTreeSet::from([NodeId::new("ask").unwrap()]) };
        for (path, says) in [
            ("customer", "customer is not a value: name one, as customer.email"),
            ("customer.plan", "unknown fact customer.plan: for a value of your own write customer.traits.plan"),
            ("customer.tags.0", "unknown fact customer.tags.0"),
            ("event.value", "write event.properties.value"),
            ("event.properties", "write event.properties.name"),
            ("steps.ask", "name an output, as steps.ask.status"),
            ("steps.gone.x", "no node \"gone\""),
            ("run.id.x", "run has entered_at, key and id"),
            ("now.x", "write now"),
            ("order.total", "paths begin with customer, event, steps, run or now"),
        ] {
            let said = check_path(path, &scope).unwrap_or_default();
            assert!(said.contains(says), "{path}: {said}");
        }
        for path in
            ["customer.email", "customer.name.first", "customer.traits.a.b", "event.context.ip", "steps.ask.answer", "run.key", "now"]
        {
            assert_eq!(check_path(path, &scope), None, "{path}");
        }
    }
}
