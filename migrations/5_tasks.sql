-- Tasks are listed by when they were asked: their ids say nothing about it.
DROP INDEX tasks_open;
CREATE INDEX tasks_asked ON tasks (workspace_id, state, created_at, id);
