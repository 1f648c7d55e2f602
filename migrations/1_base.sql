-- Times are microseconds since 1970 UTC. JSON is text, written and read through serde. `{{clustered}}` is WITHOUT ROWID on SQLite.

CREATE TABLE workspaces (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  settings text NOT NULL,           -- JSON: sender, timezone, frequency cap, webhook secret reference
  created_at bigint NOT NULL
);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,             -- the first characters, to tell keys apart in a list
  hash bytea NOT NULL UNIQUE,       -- SHA-256 of the key
  scopes text NOT NULL,             -- comma-separated: ingest, read, write, admin
  created_at bigint NOT NULL,
  last_used_at bigint,
  revoked_at bigint
);

-- What came in and is not routed yet. A row leaves in the commit that routes it.
CREATE TABLE inbox (
  id uuid NOT NULL,                 -- UUIDv7, or derived where a repeat must collapse (a schedule's tick)
  workspace_id uuid NOT NULL,
  shard bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('event', 'profile', 'merge', 'start', 'fan_out', 'tick', 'control', 'segment', 'receipt')),
  body text NOT NULL,
  received_at bigint NOT NULL,
  PRIMARY KEY (id)
) {{clustered}};

-- What could not be routed, with the reason: kept for a person, never in the way of the rest.
CREATE TABLE dead_letters (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  shard bigint NOT NULL,
  kind text NOT NULL,
  body text NOT NULL,
  problem text NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX dead_letters_recent ON dead_letters (workspace_id, id);

-- Message ids seen, by day of receipt (days since 1970), so that a repeat is known and old days drop in one go.
CREATE TABLE messages (
  day bigint NOT NULL,
  id uuid NOT NULL,                 -- derived from workspace and message id
  PRIMARY KEY (day, id)
) {{clustered}};

CREATE TABLE customers (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  shard bigint NOT NULL,
  user_id text,
  email text,                       -- lower case, for look-up
  name text,                        -- for look-up
  traits text NOT NULL,
  tags text NOT NULL,
  consent text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  last_seen_at bigint NOT NULL,
  merged_into uuid,
  erased_at bigint
) {{clustered}};
CREATE INDEX customers_recent ON customers (workspace_id, created_at, id);
CREATE INDEX customers_email ON customers (workspace_id, email) WHERE email IS NOT NULL;
CREATE INDEX customers_name ON customers (workspace_id, name) WHERE name IS NOT NULL;

-- Identifiers that lead to another customer than the one derived from them.
CREATE TABLE aliases (
  id uuid NOT NULL,                 -- the customer id derived from the identifier
  workspace_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (id)
) {{clustered}};
CREATE INDEX aliases_customer ON aliases (customer_id);

-- Every change of consent, with its proof; append-only.
CREATE TABLE consents (
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  channel text NOT NULL,
  purpose text NOT NULL,
  status text NOT NULL CHECK (status IN ('granted', 'denied', 'withdrawn')),
  source text NOT NULL,
  proof text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (customer_id, id)
) {{clustered}};

CREATE TABLE events (
  customer_id uuid NOT NULL,
  at bigint NOT NULL,
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  type text NOT NULL CHECK (type IN ('track', 'page', 'screen', 'identify', 'group', 'alias', 'internal')),
  name text NOT NULL,
  properties text NOT NULL,
  context text NOT NULL,
  message_id text NOT NULL,
  received_at bigint NOT NULL,
  PRIMARY KEY (customer_id, at, id)
) {{clustered}};
CREATE INDEX events_recent ON events (workspace_id, received_at, id);

CREATE TABLE segments (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  predicate text NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  UNIQUE (workspace_id, name)
);
CREATE TABLE segment_members (
  customer_id uuid NOT NULL,
  segment text NOT NULL,
  workspace_id uuid NOT NULL,
  inside boolean NOT NULL,
  since bigint NOT NULL,
  changes_at bigint,                -- when time alone may change it
  PRIMARY KEY (customer_id, segment)
) {{clustered}};
CREATE INDEX segment_members_due ON segment_members (changes_at) WHERE changes_at IS NOT NULL;
CREATE INDEX segment_members_name ON segment_members (workspace_id, segment, customer_id);

CREATE TABLE journeys (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  slug text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  status text NOT NULL CHECK (status IN ('draft', 'live', 'paused', 'stopped', 'archived')),
  live_version bigint,
  draft text NOT NULL,
  draft_revision bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  UNIQUE (workspace_id, slug)
);
CREATE TABLE versions (
  journey_id uuid NOT NULL,
  number bigint NOT NULL,
  workspace_id uuid NOT NULL,
  hash text NOT NULL,
  graph text NOT NULL,
  note text NOT NULL,
  published_by text NOT NULL,
  published_at bigint NOT NULL,
  PRIMARY KEY (journey_id, number)
);
-- Bumped by every change of journeys, kinds, segments or settings, so that processes reload what they cache.
CREATE TABLE revisions (
  workspace_id uuid NOT NULL,
  subject text NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (workspace_id, subject)
);

CREATE TABLE kinds (
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  source text NOT NULL,             -- manifest and script, one file
  hash text NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (workspace_id, name)
);

CREATE TABLE runs (
  id uuid NOT NULL,                 -- UUIDv7 of the entry
  workspace_id uuid NOT NULL,
  shard bigint NOT NULL,
  journey_id uuid NOT NULL,
  version bigint NOT NULL,
  customer_id uuid,
  run_key text,                     -- NULL when any number may run; unique in its journey otherwise
  state text NOT NULL CHECK (state IN ('ready', 'queued', 'sleeping', 'awaiting', 'awaiting_change', 'calling', 'asking', 'held', 'done')),
  node text NOT NULL,
  due_at bigint,                    -- when the engine looks again without being told
  body text NOT NULL,               -- JSON: the state's data, the entry event, outputs, visits
  seq bigint NOT NULL,              -- transitions so far
  entered_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  ended_at bigint,
  outcome text CHECK (outcome IN ('completed', 'exited', 'goal', 'cancelled')),
  PRIMARY KEY (id)
) {{clustered}};
CREATE INDEX runs_due ON runs (due_at, shard) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX runs_key ON runs (journey_id, run_key) WHERE run_key IS NOT NULL;
CREATE INDEX runs_customer ON runs (customer_id, ended_at);
CREATE INDEX runs_journey ON runs (journey_id, id);
CREATE INDEX runs_live ON runs (journey_id, version, node) WHERE ended_at IS NULL;
CREATE INDEX runs_queued ON runs (journey_id, entered_at) WHERE state = 'queued';

-- The step ledger: a row is one transition of a run, its body the steps taken in it, each with its why.
CREATE TABLE steps (
  run_id uuid NOT NULL,
  seq bigint NOT NULL,
  at bigint NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (run_id, seq)
) {{clustered}};

CREATE TABLE refusals (
  customer_id uuid NOT NULL,
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  journey_id uuid NOT NULL,
  version bigint NOT NULL,
  event_id uuid,
  reason text NOT NULL CHECK (reason IN ('filter', 'reentry', 'paused', 'key', 'rate')),
  why text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (customer_id, id)
) {{clustered}};
CREATE INDEX refusals_journey ON refusals (journey_id, id);

-- The outbox and the deliveries are one row: an effect until it is settled, its record afterwards.
CREATE TABLE deliveries (
  run_id uuid NOT NULL,
  node text NOT NULL,
  visit bigint NOT NULL,
  id uuid NOT NULL,                 -- UUIDv7, for lists
  workspace_id uuid NOT NULL,
  shard bigint NOT NULL,
  journey_id uuid NOT NULL,
  version bigint NOT NULL,
  customer_id uuid,
  channel text NOT NULL,            -- email, http
  state text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'suppressed')),
  awaited boolean NOT NULL,         -- whether the run waits for the outcome
  attempts bigint NOT NULL,
  due_at bigint,                    -- next attempt; NULL when settled
  effect text NOT NULL,             -- JSON of the effect, as rendered
  result text,                      -- JSON: receipt, last problem or the reason of suppression
  created_at bigint NOT NULL,
  settled_at bigint,
  PRIMARY KEY (run_id, node, visit)
) {{clustered}};
CREATE INDEX deliveries_due ON deliveries (due_at, shard) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_recent ON deliveries (workspace_id, id);
CREATE INDEX deliveries_customer ON deliveries (customer_id, channel, settled_at);

-- The built-in mail catcher.
CREATE TABLE mails (
  id uuid NOT NULL,                 -- the delivery's id
  workspace_id uuid NOT NULL,
  recipient text NOT NULL,
  sender text NOT NULL,
  subject text NOT NULL,
  html text NOT NULL,
  text text NOT NULL,
  headers text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (id)
) {{clustered}};
CREATE INDEX mails_recipient ON mails (workspace_id, recipient, id);

CREATE TABLE tasks (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  run_id uuid NOT NULL,
  journey_id uuid NOT NULL,
  node text NOT NULL,
  visit bigint NOT NULL,
  question text NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'answered', 'expired', 'cancelled')),
  answer text,
  answered_by text,
  due_at bigint,
  created_at bigint NOT NULL,
  answered_at bigint
);
CREATE INDEX tasks_open ON tasks (workspace_id, state, id);
CREATE INDEX tasks_run ON tasks (run_id);

CREATE TABLE incidents (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  journey_id uuid NOT NULL,
  version bigint NOT NULL,
  run_id uuid NOT NULL,
  node text NOT NULL,
  visit bigint NOT NULL,
  subject text NOT NULL CHECK (subject IN ('run', 'delivery')),
  problem text NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'resolved')),
  resolution text,                  -- retry, skip, abort
  opened_at bigint NOT NULL,
  resolved_at bigint
);
CREATE INDEX incidents_state ON incidents (workspace_id, state, id);
CREATE INDEX incidents_run ON incidents (run_id);

-- When a schedule or anniversary trigger is due next.
CREATE TABLE schedules (
  journey_id uuid NOT NULL,
  node text NOT NULL,
  subject uuid NOT NULL,            -- the customer of an anniversary; the journey's id for a cron schedule
  workspace_id uuid NOT NULL,
  due_at bigint NOT NULL,
  PRIMARY KEY (journey_id, node, subject)
) {{clustered}};
CREATE INDEX schedules_due ON schedules (due_at);

-- Passages counted by hour: into a node (port ''), out of its ports, and into failure (port '!').
CREATE TABLE passages (
  journey_id uuid NOT NULL,
  version bigint NOT NULL,
  node text NOT NULL,
  port text NOT NULL,
  hour bigint NOT NULL,
  workspace_id uuid NOT NULL,
  passed bigint NOT NULL,
  PRIMARY KEY (journey_id, version, node, port, hour)
) {{clustered}};

-- The throttle of a journey: the instant its next slot is free (generic cell rate).
CREATE TABLE throttles (
  journey_id uuid PRIMARY KEY,
  free_at bigint NOT NULL
);

CREATE TABLE idempotency (
  workspace_id uuid NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  fingerprint bytea NOT NULL,
  status bigint,                    -- NULL while the first request runs
  body text,
  created_at bigint NOT NULL,
  PRIMARY KEY (workspace_id, route, key)
) {{clustered}};

-- Who may write which shard. On SQLite one process owns all.
CREATE TABLE shards (
  shard bigint PRIMARY KEY,
  owner text,
  epoch bigint NOT NULL,
  expires_at bigint NOT NULL
);
