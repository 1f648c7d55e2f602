-- Every run, delivery and inbox row is updated or deleted within seconds. At the default threshold (a fifth of the table, slowed down
-- on purpose) a busy hour leaves more dead rows than live ones, and every index scan of the lane and the relay reads past them.
ALTER TABLE runs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE deliveries SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE inbox SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
