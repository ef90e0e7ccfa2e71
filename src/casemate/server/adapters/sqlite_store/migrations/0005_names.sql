-- What each account is called, by its own signed word; empty until it has signed something.
ALTER TABLE accounts ADD COLUMN names BLOB NOT NULL DEFAULT x'';

-- Whether it ever was registered with anybody: then its name is somebody's for them, and is kept back when it goes.
ALTER TABLE accounts ADD COLUMN had_peers INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET had_peers = 1 WHERE account_id IN (SELECT account_id FROM registered);

-- Names of deleted accounts that nobody else may take before `free_at` (seconds that the server has served).
CREATE TABLE kept_names (
    account_id BLOB PRIMARY KEY,        -- who had it, and may have it again
    folded TEXT NOT NULL UNIQUE,
    skeleton TEXT NOT NULL,
    free_at REAL NOT NULL
) STRICT;

CREATE INDEX kept_names_skeleton ON kept_names (skeleton);
CREATE INDEX kept_names_free_at ON kept_names (free_at);
