-- The line in a request to register that waits, of whoever asked.
ALTER TABLE peers ADD COLUMN introduction TEXT NOT NULL DEFAULT '';
