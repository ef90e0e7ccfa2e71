-- The accounts of this computer, and what is known of them while their own databases are locked.
CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    account_id BLOB NOT NULL UNIQUE,
    cid BLOB NOT NULL UNIQUE,
    username TEXT NOT NULL,
    username_folded TEXT NOT NULL,
    full_name TEXT NOT NULL,
    server_address TEXT NOT NULL,
    enrolled INTEGER NOT NULL,
    vault BLOB NOT NULL,
    machine_vault BLOB,
    ask_password_at_start INTEGER NOT NULL,
    plain_holder INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    made INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_by_username ON accounts (username_folded);

-- Registered peers as they were when the account was last open. `cid`: 8 bytes, big-endian.
CREATE TABLE known_peers (
    name TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    cid BLOB NOT NULL,
    username TEXT NOT NULL,
    PRIMARY KEY (name, cid)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
