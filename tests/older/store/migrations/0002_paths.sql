-- Paths: their settings, what the server offered for them, and who gave out the numbers of envelopes.

ALTER TABLE profile ADD COLUMN relay_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE profile ADD COLUMN lan_discovery INTEGER NOT NULL DEFAULT 1;
ALTER TABLE profile ADD COLUMN paths BLOB;

-- The start that gave out the number of the last envelope of theirs that was opened; eight zeros: not known.
ALTER TABLE channels RENAME COLUMN opened_id TO opened_start;
UPDATE channels SET opened_start = zeroblob(8);

-- 16 bytes for each start of ours that gave out numbers, oldest first: its id, and the first of its numbers.
ALTER TABLE channels ADD COLUMN origins BLOB NOT NULL DEFAULT x'';
