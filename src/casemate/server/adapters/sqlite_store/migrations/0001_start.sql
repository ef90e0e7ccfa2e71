-- Ids are blobs: account_id 32 bytes, device ids 16, cid 8 (big-endian, so that it sorts like the number).
-- Times are Unix seconds.

CREATE TABLE accounts (
    account_id BLOB PRIMARY KEY,
    cid BLOB NOT NULL UNIQUE,
    username TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,        -- compared and ordered
    skeleton TEXT NOT NULL UNIQUE,      -- equal for names that look alike
    full_name TEXT NOT NULL,
    searched TEXT NOT NULL,             -- both names, folded
    device_list BLOB NOT NULL,
    device_list_number INTEGER NOT NULL,
    appear_offline INTEGER NOT NULL DEFAULT 0,
    shown_online INTEGER NOT NULL DEFAULT 0,
    shown_since REAL,
    signals_given INTEGER NOT NULL DEFAULT 0,
    registered_at REAL NOT NULL
) STRICT;

CREATE INDEX accounts_shown_online ON accounts (shown_online) WHERE shown_online;

CREATE TABLE devices (
    device_id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    signing_key BLOB NOT NULL,
    start_counter INTEGER NOT NULL DEFAULT 0,
    start_id BLOB NOT NULL DEFAULT x'',
    bundle BLOB
) STRICT;

CREATE INDEX devices_account ON devices (account_id);

CREATE TABLE asks (
    asker BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    target BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    request BLOB NOT NULL,
    asked_at REAL NOT NULL,
    PRIMARY KEY (asker, target)
) STRICT;

CREATE INDEX asks_target ON asks (target);
CREATE INDEX asks_asked_at ON asks (asked_at);

CREATE TABLE registered (
    account_id BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    peer BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    since REAL NOT NULL,
    PRIMARY KEY (account_id, peer)
) STRICT, WITHOUT ROWID;

CREATE INDEX registered_peer ON registered (peer);

CREATE TABLE declined (
    asker BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    target BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    until REAL NOT NULL,
    PRIMARY KEY (asker, target)
) STRICT, WITHOUT ROWID;

CREATE INDEX declined_target ON declined (target);
CREATE INDEX declined_until ON declined (until);

CREATE TABLE blocks (
    account_id BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    blocked BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    shown_since REAL,                   -- what the blocked account is told from then on
    PRIMARY KEY (account_id, blocked)
) STRICT, WITHOUT ROWID;

CREATE INDEX blocks_blocked ON blocks (blocked);

CREATE TABLE signals (
    account_id BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    about BLOB NOT NULL,                -- an account, that may be gone
    body BLOB NOT NULL,
    PRIMARY KEY (account_id, sequence)
) STRICT;

CREATE INDEX signals_about ON signals (about);

CREATE TABLE pairs (
    pair_id INTEGER PRIMARY KEY AUTOINCREMENT,
    sender BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    sender_device BLOB NOT NULL REFERENCES devices ON DELETE CASCADE,
    recipient BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    recipient_device BLOB NOT NULL REFERENCES devices ON DELETE CASCADE,
    deposited_up_to INTEGER NOT NULL DEFAULT 0,
    taken_up_to INTEGER NOT NULL DEFAULT 0,
    envelopes INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    receipts_given INTEGER NOT NULL DEFAULT 0,
    UNIQUE (recipient_device, sender_device)
) STRICT;

CREATE INDEX pairs_sender ON pairs (sender);
CREATE INDEX pairs_sender_device ON pairs (sender_device);
CREATE INDEX pairs_recipient ON pairs (recipient);

CREATE TABLE envelopes (
    pair_id INTEGER NOT NULL REFERENCES pairs ON DELETE CASCADE,
    number INTEGER NOT NULL,
    deposited_at REAL NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (pair_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX envelopes_deposited_at ON envelopes (deposited_at);

CREATE TABLE receipts (
    pair_id INTEGER PRIMARY KEY REFERENCES pairs ON DELETE CASCADE,
    mark INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
