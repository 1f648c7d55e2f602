//! The rows of `rows.rs` as PostgreSQL takes them fastest: one statement for all rows of a table.

use crate::rows::{Ids, Rows};
use tradewind_store::{Batch, Conflict, Delete, Insert, Ty, Update, Value};

static INBOX: Insert = Insert::new(
    "inbox",
    &[("id", Ty::Uuid), ("workspace_id", Ty::Uuid), ("shard", Ty::Int), ("kind", Ty::Text), ("body", Ty::Text), ("received_at", Ty::Int)],
);
static MESSAGES: Insert = Insert::new("messages", &[("day", Ty::Int), ("id", Ty::Uuid)]).on_conflict(Conflict::Ignore);
static LEAVE: Delete = Delete::new("inbox", &[("id", Ty::Uuid)]);
static CUSTOMERS: Insert = Insert::new(
    "customers",
    &[
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("shard", Ty::Int),
        ("user_id", Ty::Text),
        ("traits", Ty::Text),
        ("tags", Ty::Text),
        ("consent", Ty::Text),
        ("created_at", Ty::Int),
        ("updated_at", Ty::Int),
        ("last_seen_at", Ty::Int),
    ],
);
static EVENTS: Insert = Insert::new(
    "events",
    &[
        ("customer_id", Ty::Uuid),
        ("at", Ty::Int),
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("type", Ty::Text),
        ("name", Ty::Text),
        ("properties", Ty::Text),
        ("context", Ty::Text),
        ("message_id", Ty::Text),
        ("received_at", Ty::Int),
    ],
);
static RUNS: Insert = Insert::new(
    "runs",
    &[
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("shard", Ty::Int),
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("customer_id", Ty::Uuid),
        ("state", Ty::Text),
        ("node", Ty::Text),
        ("due_at", Ty::Int),
        ("body", Ty::Text),
        ("seq", Ty::Int),
        ("entered_at", Ty::Int),
        ("updated_at", Ty::Int),
        ("ended_at", Ty::Int),
        ("outcome", Ty::Text),
    ],
);
static MOVE: Update = Update::new(
    "runs",
    &[("id", Ty::Uuid)],
    &[
        ("state", Ty::Text),
        ("node", Ty::Text),
        ("due_at", Ty::Int),
        ("body", Ty::Text),
        ("seq", Ty::Int),
        ("updated_at", Ty::Int),
        ("ended_at", Ty::Int),
        ("outcome", Ty::Text),
    ],
);
static STEPS: Insert = Insert::new("steps", &[("run_id", Ty::Uuid), ("seq", Ty::Int), ("at", Ty::Int), ("body", Ty::Text)]);
static DELIVERIES: Insert = Insert::new(
    "deliveries",
    &[
        ("run_id", Ty::Uuid),
        ("node", Ty::Text),
        ("visit", Ty::Int),
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("shard", Ty::Int),
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("customer_id", Ty::Uuid),
        ("channel", Ty::Text),
        ("state", Ty::Text),
        ("awaited", Ty::Bool),
        ("attempts", Ty::Int),
        ("due_at", Ty::Int),
        ("effect", Ty::Text),
        ("created_at", Ty::Int),
    ],
);
static SETTLE: Update = Update::new(
    "deliveries",
    &[("run_id", Ty::Uuid), ("node", Ty::Text), ("visit", Ty::Int)],
    &[("state", Ty::Text), ("attempts", Ty::Int), ("due_at", Ty::Int), ("result", Ty::Text), ("settled_at", Ty::Int)],
);

fn value(given: impl Into<Value>) -> Value {
    given.into()
}

fn or_null<T: Into<Value>>(given: Option<T>) -> Value {
    given.map_or(Value::Null, Into::into)
}

impl Rows {
    /// As [`Rows::accept`], for all events.
    pub fn accept_all(&self, all: &[(usize, Ids)]) -> Batch {
        let mut batch = Batch::new();
        batch.insert(
            &INBOX,
            all.iter().map(|(_, ids)| {
                [value(ids.event), value(self.workspace), value(ids.shard()), value("event"), value(&self.inbox), value(ids.at)]
            }),
        );
        batch.insert(&MESSAGES, all.iter().map(|(_, ids)| [value(ids.at / 86_400_000_000), value(ids.message)]));
        batch
    }

    /// As [`Rows::enter`], for all events; `goes_on` tells which sleep.
    pub fn enter_all(&self, all: &[(usize, Ids)], goes_on: impl Fn(usize) -> bool) -> Batch {
        let mut batch = Batch::new();
        batch.delete(&LEAVE, all.iter().map(|(_, ids)| [Value::from(ids.event)]));
        batch.insert(
            &CUSTOMERS,
            all.iter().map(|(_, ids)| {
                let name = Value::from("s1-00000000");
                let (id, at) = (value(ids.customer), ids.at);
                [
                    id,
                    value(self.workspace),
                    value(ids.shard()),
                    name,
                    value("{}"),
                    value("[]"),
                    value("{}"),
                    value(at),
                    value(at),
                    value(at),
                ]
            }),
        );
        batch.insert(
            &EVENTS,
            all.iter().map(|(_, ids)| {
                let (texts, message) = ([value(&self.properties), value(&self.context)], "s1-Load Tested-00000000");
                let [properties, context] = texts;
                let (track, name) = (value("track"), value("Load Tested"));
                [
                    value(ids.customer),
                    value(ids.at),
                    value(ids.event),
                    value(self.workspace),
                    track,
                    name,
                    properties,
                    context,
                    value(message),
                    value(ids.at),
                ]
            }),
        );
        batch.insert(
            &RUNS,
            all.iter().map(|(number, ids)| {
                let due = goes_on(*number);
                let (state, due_at) = if due { ("sleeping", Some(ids.at + 1_000_000)) } else { ("done", None) };
                let (ended_at, outcome) = (or_null((!due).then_some(ids.at)), or_null((!due).then_some("completed")));
                let head =
                    [value(ids.run), value(self.workspace), value(ids.shard()), value(self.journey), value(1_i64), value(ids.customer)];
                let tail = [value(&self.run), value(1_i64), value(ids.at), value(ids.at), ended_at, outcome];
                head.into_iter().chain([value(state), value("wait"), or_null(due_at)]).chain(tail).collect::<Vec<Value>>()
            }),
        );
        self.steps_of(&mut batch, all, 1);
        batch
    }

    /// As [`Rows::wake`], for all runs.
    pub fn wake_all(&self, all: &[(usize, Ids)]) -> Batch {
        let mut batch = Batch::new();
        self.move_all(&mut batch, all, if self.third_transition { "calling" } else { "done" }, 2);
        batch.insert(
            &DELIVERIES,
            all.iter().map(|(_, ids)| {
                let head = [value(ids.run), value("call"), value(1_i64), value(ids.event), value(self.workspace), value(ids.shard())];
                let middle =
                    [value(self.journey), value(1_i64), value(ids.customer), value("http"), value("pending"), value(self.third_transition)];
                let tail = [value(0_i64), value(ids.at), value(&self.effect), value(ids.at)];
                head.into_iter().chain(middle).chain(tail).collect::<Vec<Value>>()
            }),
        );
        batch
    }

    /// As [`Rows::settle`], for all runs.
    pub fn settle_all(&self, all: &[(usize, Ids)]) -> Batch {
        let mut batch = Batch::new();
        batch.update(
            &SETTLE,
            all.iter().map(|(_, ids)| {
                let key = [value(ids.run), value("call"), value(1_i64)];
                let set = [value("sent"), value(1_i64), Value::Null, value(&self.result), value(ids.at + 2_000_000)];
                key.into_iter().chain(set).collect::<Vec<Value>>()
            }),
        );
        if self.third_transition {
            self.move_all(&mut batch, all, "done", 3);
        }
        batch
    }

    fn move_all(&self, batch: &mut Batch, all: &[(usize, Ids)], state: &'static str, seq: i64) {
        let done = state == "done";
        batch.update(
            &MOVE,
            all.iter().map(|(_, ids)| {
                let at = ids.at + seq * 1_000_000;
                let set = [value(state), value("call"), Value::Null, value(&self.run), value(seq), value(at)];
                let end = [or_null(done.then_some(at)), or_null(done.then_some("completed"))];
                std::iter::once(value(ids.run)).chain(set).chain(end).collect::<Vec<Value>>()
            }),
        );
        self.steps_of(batch, all, seq);
    }

    fn steps_of(&self, batch: &mut Batch, all: &[(usize, Ids)], seq: i64) {
        batch.insert(&STEPS, all.iter().map(|(_, ids)| [value(ids.run), value(seq), value(ids.at), value(&self.step)]));
    }
}
