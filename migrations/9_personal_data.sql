-- Who is erased or was, by whose order, how far it is, and what was done.
CREATE TABLE erasures (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  asked_at bigint NOT NULL,
  asked_by text NOT NULL,           -- the name of the API key
  progress text NOT NULL,           -- JSON; '' when it is done: it holds what the person is called
  certificate text NOT NULL,        -- JSON
  finished_at bigint
);
CREATE INDEX erasures_customer ON erasures (customer_id);
CREATE INDEX erasures_open ON erasures (id) WHERE finished_at IS NULL;
-- Addresses of erased people as keyed hashes, with what they refused: a later import mails nobody.
CREATE TABLE suppressions (
  workspace_id uuid NOT NULL,
  address uuid NOT NULL,            -- the first 16 bytes of an HMAC-SHA256
  channel text NOT NULL,
  purpose text NOT NULL,
  status text NOT NULL CHECK (status IN ('denied', 'withdrawn')),
  at bigint NOT NULL,
  PRIMARY KEY (workspace_id, address, channel, purpose)
) {{clustered}};
