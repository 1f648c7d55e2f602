//! The tables that a batch of steps is written into.

use tradewind_store::{Conflict, Delete, Insert, Ty, Update};

const RUN_COLUMNS: &[(&str, Ty)] = &[
    ("id", Ty::Uuid),
    ("workspace_id", Ty::Uuid),
    ("shard", Ty::Int),
    ("journey_id", Ty::Uuid),
    ("version", Ty::Int),
    ("customer_id", Ty::Uuid),
    ("run_key", Ty::Text),
    ("state", Ty::Text),
    ("node", Ty::Text),
    ("due_at", Ty::Int),
    ("body", Ty::Text),
    ("seq", Ty::Int),
    ("entered_at", Ty::Int),
    ("updated_at", Ty::Int),
    ("ended_at", Ty::Int),
    ("outcome", Ty::Text),
];
pub(super) static NEW_RUNS: Insert = Insert::new("runs", RUN_COLUMNS);
/// The sequence number read is part of the key: a run that moved on meanwhile makes the batch void.
pub(super) static MOVED_RUNS: Update = Update::new(
    "runs",
    &[("id", Ty::Uuid), ("seq", Ty::Int)],
    &[("state", Ty::Text), ("node", Ty::Text), ("due_at", Ty::Int), ("body", Ty::Text), ("seq", Ty::Int), ("updated_at", Ty::Int)],
)
.expect_all();
pub(super) static ENDED_RUNS: Update = Update::new(
    "runs",
    &[("id", Ty::Uuid), ("seq", Ty::Int)],
    &[
        ("state", Ty::Text),
        ("due_at", Ty::Int),
        ("body", Ty::Text),
        ("seq", Ty::Int),
        ("updated_at", Ty::Int),
        ("ended_at", Ty::Int),
        ("outcome", Ty::Text),
    ],
)
.expect_all();
pub(super) static TIMERS: Update = Update::new("runs", &[("id", Ty::Uuid), ("seq", Ty::Int)], &[("due_at", Ty::Int)]).expect_all();
pub(super) static KEYS: Update = Update::new("runs", &[("id", Ty::Uuid)], &[("run_key", Ty::Text)]);
pub(super) static STEPS: Insert = Insert::new("steps", &[("run_id", Ty::Uuid), ("seq", Ty::Int), ("at", Ty::Int), ("body", Ty::Text)]);
pub(super) static MESSAGES: Insert = Insert::new("messages", &[("day", Ty::Int), ("id", Ty::Uuid)]);
pub(super) static EVENTS: Insert = Insert::new(
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
pub(super) static REFUSALS: Insert = Insert::new(
    "refusals",
    &[
        ("customer_id", Ty::Uuid),
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("event_id", Ty::Uuid),
        ("reason", Ty::Text),
        ("why", Ty::Text),
        ("at", Ty::Int),
    ],
);
pub(super) static RESENT: Update = Update::new(
    "deliveries",
    &[("run_id", Ty::Uuid), ("node", Ty::Text), ("visit", Ty::Int)],
    &[("state", Ty::Text), ("attempts", Ty::Int), ("due_at", Ty::Int), ("settled_at", Ty::Int)],
);
pub(super) static TASKS: Insert = Insert::new(
    "tasks",
    &[
        ("id", Ty::Uuid),
        ("workspace_id", Ty::Uuid),
        ("run_id", Ty::Uuid),
        ("journey_id", Ty::Uuid),
        ("node", Ty::Text),
        ("visit", Ty::Int),
        ("question", Ty::Text),
        ("state", Ty::Text),
        ("due_at", Ty::Int),
        ("created_at", Ty::Int),
    ],
);
pub(super) static TASKS_ANSWERED: Update = Update::new(
    "tasks",
    &[("id", Ty::Uuid)],
    &[("state", Ty::Text), ("answer", Ty::Text), ("answered_by", Ty::Text), ("answered_at", Ty::Int)],
);
pub(super) static TASKS_CLOSED: Update =
    Update::new("tasks", &[("id", Ty::Uuid), ("state", Ty::Text)], &[("state", Ty::Text), ("answered_at", Ty::Int)]);
/// Whatever moved a held run on has resolved its incident; failures of effects that nobody waited for stay open.
pub(super) const RESOLVED: &str = "UPDATE incidents SET state = 'resolved', resolution = $2, resolved_at = $3 WHERE run_id = $1 AND state = 'open' \
    AND (subject = 'run' OR EXISTS (SELECT 1 FROM deliveries WHERE deliveries.run_id = $1 AND deliveries.node = incidents.node \
    AND deliveries.visit = incidents.visit AND deliveries.awaited))";
pub(super) static MEMBERS: Insert = Insert::new(
    "segment_members",
    &[
        ("customer_id", Ty::Uuid),
        ("segment", Ty::Text),
        ("workspace_id", Ty::Uuid),
        ("inside", Ty::Bool),
        ("since", Ty::Int),
        ("changes_at", Ty::Int),
    ],
)
.on_conflict(Conflict::Update { key: &["customer_id", "segment"], set: &["inside", "since", "changes_at"] });
pub(super) static SCHEDULES: Insert = Insert::new(
    "schedules",
    &[("journey_id", Ty::Uuid), ("node", Ty::Text), ("subject", Ty::Uuid), ("workspace_id", Ty::Uuid), ("due_at", Ty::Int)],
)
.on_conflict(Conflict::Update { key: &["journey_id", "node", "subject"], set: &["due_at"] });
pub(super) static SCHEDULES_GONE: Delete = Delete::new("schedules", &[("journey_id", Ty::Uuid), ("node", Ty::Text), ("subject", Ty::Uuid)]);
pub(super) static PASSAGES: Insert = Insert::new(
    "passages",
    &[
        ("journey_id", Ty::Uuid),
        ("version", Ty::Int),
        ("node", Ty::Text),
        ("port", Ty::Text),
        ("hour", Ty::Int),
        ("workspace_id", Ty::Uuid),
        ("passed", Ty::Int),
    ],
)
.on_conflict(Conflict::Add { key: &["journey_id", "version", "node", "port", "hour"], add: &["passed"], set: &[] });
pub(super) static THROTTLES: Insert = Insert::new("throttles", &[("journey_id", Ty::Uuid), ("free_at", Ty::Int)])
    .on_conflict(Conflict::Update { key: &["journey_id"], set: &["free_at"] });

/// A delivery nobody waited for is sent again although its run has long gone on.
pub(super) const RESENT_BY_INCIDENT: &str = "UPDATE deliveries SET state = 'pending', attempts = 0, due_at = $2, settled_at = NULL WHERE state = 'failed' \
    AND run_id = (SELECT run_id FROM incidents WHERE id = $1 AND state = 'open' AND subject = 'delivery') \
    AND node = (SELECT node FROM incidents WHERE id = $1) AND visit = (SELECT visit FROM incidents WHERE id = $1)";
pub(super) const SETTLED_INCIDENT: &str =
    "UPDATE incidents SET state = 'resolved', resolution = $2, resolved_at = $3 WHERE id = $1 AND state = 'open'";
pub(crate) const STATEMENTS: &[&str] = &[RESOLVED, RESENT_BY_INCIDENT, SETTLED_INCIDENT];
