-- What the builder reads: who stands where, who entered when, and the scenarios kept with a journey.

-- Counts of people by node and state come from the index alone.
DROP INDEX runs_live;
CREATE INDEX runs_live ON runs (journey_id, version, node, state) WHERE ended_at IS NULL;

-- Entries into a journey are passages of the port '>' at no node.
CREATE INDEX passages_entered ON passages (workspace_id, hour, journey_id) WHERE port = '>';
CREATE INDEX passages_recent ON passages (journey_id, hour);

CREATE TABLE scenarios (
  journey_id uuid NOT NULL,
  name text NOT NULL,               -- of the file, without .test.json
  workspace_id uuid NOT NULL,
  body text NOT NULL,               -- the scenario, as the file says it
  updated_at bigint NOT NULL,
  PRIMARY KEY (journey_id, name)
) {{clustered}};
ALTER TABLE journeys ADD COLUMN scenarios_revision bigint NOT NULL DEFAULT 0;
-- What an archived journey was before, so that it can be taken out again.
ALTER TABLE journeys ADD COLUMN archived_from text;
-- The revision of the draft that was published last: a later one is a change nobody sees yet.
ALTER TABLE journeys ADD COLUMN published_revision bigint;
-- Lists find their page without reading drafts.
CREATE INDEX journeys_updated ON journeys (workspace_id, updated_at, id);
CREATE INDEX journeys_name ON journeys (workspace_id, name, id);

-- What a workspace says for all its journeys, beside the secrets of `settings`.
ALTER TABLE workspaces ADD COLUMN preferences text NOT NULL DEFAULT '{}';
ALTER TABLE workspaces ADD COLUMN preferences_revision bigint NOT NULL DEFAULT 0;

-- People are found by how the shop's id begins.
CREATE INDEX customers_user ON customers (workspace_id, user_id) WHERE user_id IS NOT NULL;
