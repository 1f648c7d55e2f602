//! The predicate language: one for trigger filters, conditions, segments, goals and send guards.
//!
//! JSON forms:
//! ```json
//! {"all": [ … ]}   {"any": [ … ]}   {"not": { … }}
//! {"fact": "customer.country", "is": "eq", "value": "DE"}
//! {"fact": "event.properties.value", "is": "gte", "value": 50}
//! {"fact": "customer.traits.plan", "is": "in", "value": ["pro", "team"]}
//! {"fact": "customer.birthday", "is": "within_next", "value": "7d"}
//! {"event": "Order Completed", "count": {"gte": 2}, "within": "60d"}
//! {"event": "Order Completed", "count": {"eq": 0}, "since": "entry"}
//! {"event": "Order Completed", "sum": {"of": "total", "gte": 100}, "within": "30d", "where": { … }}
//! {"event": "Order Completed", "distinct": "order_id", "count": {"gte": 2}}
//! {"event": "Order Completed", "latest": {"fact": "event.properties.status", "is": "eq", "value": "paid"}}
//! {"over": "event.properties.products", "where": {"fact": "item.category", "is": "eq", "value": "Shoes"}}
//! {"consent": {"channel": "email", "purpose": "marketing"}}
//! {"segment": "vip"}
//! ```
//! An empty `all` always holds and is the default.

mod anniversary;
mod ast;
mod check;
mod collection;
mod compare;
mod english;
mod evaluate;
mod explain;
mod finding;
mod read;

pub use ast::{Aggregate, Bound, CollectionTest, Comparison, FactTest, Over, Predicate, Since, Verdict};
pub use check::{MAX_DEPTH, MAX_PARTS, check, needs};
pub use evaluate::{evaluate, evaluate_on, holds, holds_on};
pub use finding::{Against, Compared, Counted, Finding, Measure, Sample, Size, Window};
pub use read::from_json;

// Templates compare and calculate by the same rules.
pub(crate) use collection::decimal;
pub(crate) use compare::{equal, order};

#[cfg(test)]
mod changes_tests;
#[cfg(test)]
mod collection_tests;
#[cfg(test)]
mod tests;
