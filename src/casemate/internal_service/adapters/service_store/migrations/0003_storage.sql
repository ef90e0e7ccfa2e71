-- Accounts whose owner wanted them gone: a start deletes the files that a crash left of them, and no others.
CREATE TABLE deleted_accounts (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Account files that no row of `accounts` names, and when that was noticed (Unix ms). They stay until somebody opens them.
CREATE TABLE found_accounts (name TEXT PRIMARY KEY, found_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- This database is a new one, begun because the one before was missing or damaged.
CREATE TABLE list_lost (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    what TEXT NOT NULL,
    at INTEGER NOT NULL,
    kept_as TEXT NOT NULL
) STRICT;
