-- What a later program means by its contents is not known to this one. Lines stand among the messages; all else lies here
-- until a program of this account knows its kind.

CREATE TABLE later (
    arrival INTEGER PRIMARY KEY,
    account_id BLOB NOT NULL,           -- whose device sealed it
    device BLOB NOT NULL,
    number INTEGER NOT NULL,
    arrived_at REAL NOT NULL,
    kind TEXT NOT NULL,
    content BLOB NOT NULL               -- whole, as it was sealed
) STRICT;

CREATE INDEX later_of ON later (account_id, arrival);
CREATE INDEX later_by_kind ON later (kind, arrival);
CREATE INDEX later_by_time ON later (arrived_at);

-- The kinds that the last program of this account knew. None: nobody wrote it down, so every line is looked at once more.
CREATE TABLE kinds_known (kind TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- In which pairs of clients a message is kept as ILM keeps it, by the head that stands before its words: what is taken back
-- is looked for there. An empty head: any may be in that pair.
CREATE TABLE kept_frames (
    scope BLOB NOT NULL,
    key TEXT NOT NULL,
    head BLOB NOT NULL,
    PRIMARY KEY (scope, key, head)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_frames_by_head ON kept_frames (head);

CREATE TRIGGER local_db_holds_no_frame AFTER DELETE ON local_db BEGIN
    DELETE FROM kept_frames WHERE scope = OLD.scope AND key = OLD.key;
END;

INSERT INTO kept_frames SELECT scope, key, x'' FROM local_db;

-- What a plain client is owed of a message that is taken back, besides its line.
CREATE INDEX plain_queue_held ON plain_queue (substr(held, 1, 32)) WHERE held IS NOT NULL;
