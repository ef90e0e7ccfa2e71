-- Read is a set: what a reader has seen counts for their badge, what was painted on a screen is told to its writer.

ALTER TABLE timeline RENAME COLUMN read TO seen;
ALTER TABLE timeline ADD COLUMN painted INTEGER NOT NULL DEFAULT 0;
UPDATE timeline SET painted = 1 WHERE mine = 1 OR seen = 1;
CREATE INDEX timeline_unpainted ON timeline (device, number) WHERE mine = 0 AND painted = 0;

-- 16 bytes for each run of numbers, newest first: its first and its last number.
ALTER TABLE channels ADD COLUMN read_runs BLOB NOT NULL DEFAULT x'';
ALTER TABLE channels ADD COLUMN own_read_runs BLOB NOT NULL DEFAULT x'';
