-- Envelopes and requests age by the time that the server has run, not by its clock, which may jump.
-- That time begins at the newest of what is here, so that nothing goes earlier than it would have gone.

CREATE TABLE served_time (id INTEGER PRIMARY KEY CHECK (id = 1), seconds REAL NOT NULL) STRICT;
INSERT INTO served_time
    SELECT 1, max(coalesce((SELECT max(deposited_at) FROM envelopes), 0), coalesce((SELECT max(asked_at) FROM asks), 0));

DROP INDEX envelopes_deposited_at;
ALTER TABLE envelopes RENAME COLUMN deposited_at TO deposited_served;
CREATE INDEX envelopes_deposited_served ON envelopes (deposited_served);

DROP INDEX asks_asked_at;
ALTER TABLE asks RENAME COLUMN asked_at TO asked_served;
CREATE INDEX asks_asked_served ON asks (asked_served);

-- The highest number that went because nobody came for it in time; 0 for none.
ALTER TABLE pairs ADD COLUMN expired_up_to INTEGER NOT NULL DEFAULT 0;
