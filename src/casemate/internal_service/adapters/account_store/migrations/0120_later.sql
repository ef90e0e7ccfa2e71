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
