-- We started over with this device and asked it for what it has of ours that we have lost; until it answers.
ALTER TABLE channels ADD COLUMN asked_back INTEGER NOT NULL DEFAULT 0;
