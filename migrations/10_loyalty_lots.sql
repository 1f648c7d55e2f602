-- Points of loyalty, put into lots and taken out of them; append-only. A row whose lot is its own id opens that lot, any other takes points
-- out of it.
CREATE TABLE loyalty_lots (
  customer_id uuid NOT NULL,
  id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  lot uuid NOT NULL,
  points bigint NOT NULL,           -- negative: taken out
  available_at bigint NOT NULL,
  expires_at bigint,                -- NULL: never
  source text NOT NULL,             -- what they were earned or spent for
  at bigint NOT NULL,
  PRIMARY KEY (customer_id, id)
) {{clustered}};
