-- Until now apalis kept its jobs in tables of its own here. They were housekeeping: the next tick does it again.
DROP TABLE IF EXISTS Jobs;
DROP TABLE IF EXISTS Workers;
-- Work beside the engine that waits or is under way. Used on SQLite; on PostgreSQL apalis keeps jobs in tables of its own. A row leaves
-- when its job is done.
CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  queue text NOT NULL,              -- which worker does it
  body text NOT NULL,               -- JSON: what the worker is given
  due_at bigint NOT NULL,           -- when it may be taken; taking it moves this to the end of the taker's lease
  attempts bigint NOT NULL          -- how often it was taken
);
CREATE INDEX jobs_due ON jobs (queue, due_at, id);

-- One row that changes whenever somebody asks whether the database can be written.
CREATE TABLE write_checks (
  id bigint PRIMARY KEY,
  number bigint NOT NULL            -- how many checks there were
);
