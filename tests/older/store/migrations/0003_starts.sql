-- Starts of this device that asked for the link, 24 bytes each, oldest first: the count (big-endian) and the id.
ALTER TABLE profile ADD COLUMN starts BLOB NOT NULL DEFAULT x'';

-- Another start of this device took the link away: the next start of ours starts over with everybody.
ALTER TABLE profile ADD COLUMN fenced INTEGER NOT NULL DEFAULT 0;

-- What else of theirs was opened, 16 bytes each, newest first: a start before the last one, and the last of its numbers.
ALTER TABLE channels ADD COLUMN opened_before BLOB NOT NULL DEFAULT x'';
