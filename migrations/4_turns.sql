-- Effects take turns: what is due first, and of one instant the run that was entered first. The index holds that order, so that the
-- relay reads a page of a long line without sorting the line.
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (due_at, run_id) WHERE due_at IS NOT NULL;
