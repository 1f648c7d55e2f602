-- The one process that runs the engine on this database. Every commit of it checks the epoch, which whoever comes next raises.
DROP TABLE shards;
CREATE TABLE owner (
  id bigint PRIMARY KEY,            -- always 1
  epoch bigint NOT NULL,
  holder text NOT NULL              -- as its connections and its lock name it; empty before the first
);
INSERT INTO owner (id, epoch, holder) VALUES (1, 0, '');
