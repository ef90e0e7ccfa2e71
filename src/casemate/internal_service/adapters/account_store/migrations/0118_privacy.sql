-- Whether others are told what was read here and that somebody types. `painted` of a message is 2 where it was on a
-- screen while its writer was not to be told: then they never are.

ALTER TABLE profile ADD COLUMN read_receipts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE profile ADD COLUMN typing INTEGER NOT NULL DEFAULT 1;

DROP INDEX messages_unpainted;
CREATE INDEX messages_untold ON messages (device, number) WHERE painted <> 1;
