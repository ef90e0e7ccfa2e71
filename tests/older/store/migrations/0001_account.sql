-- One account: who it is, whom it knows, its sessions with their devices, and its messages.
-- Times are Unix seconds; numbers and counters stay below 2^63; ids are blobs.

CREATE TABLE profile (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    account_id BLOB NOT NULL,
    username TEXT NOT NULL,
    full_name TEXT NOT NULL,
    server_address TEXT NOT NULL,
    server_key BLOB,
    enrolled INTEGER NOT NULL,
    server_password BLOB,
    start_counter INTEGER NOT NULL,
    auto_connect INTEGER NOT NULL,
    appear_offline INTEGER NOT NULL
) STRICT;

CREATE TABLE secrets (id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL) STRICT;

CREATE TABLE peers (
    account_id BLOB PRIMARY KEY,
    cid BLOB NOT NULL UNIQUE,
    username TEXT NOT NULL,
    full_name TEXT NOT NULL,
    device_list BLOB NOT NULL,
    relation TEXT NOT NULL,
    relation_since REAL NOT NULL,
    connection TEXT NOT NULL,
    connection_round INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    identity_changed INTEGER NOT NULL,
    our_card BLOB,
    their_card BLOB,
    connect_settings BLOB NOT NULL,
    connect_udp_mode TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE presence (
    account_id BLOB PRIMARY KEY,
    online INTEGER NOT NULL,
    since REAL
) STRICT, WITHOUT ROWID;

CREATE TABLE channels (
    device BLOB PRIMARY KEY,
    account_id BLOB NOT NULL,
    next_number INTEGER NOT NULL,
    delivered_up_to INTEGER NOT NULL,
    read_up_to INTEGER NOT NULL,
    expected INTEGER NOT NULL,
    seen_up_to INTEGER NOT NULL,
    own_read_up_to INTEGER NOT NULL,
    lost BLOB NOT NULL,
    counter INTEGER NOT NULL,
    opened_number INTEGER NOT NULL,
    opened_id BLOB NOT NULL,
    receipt_session BLOB,
    parked_receipt BLOB,
    rekey_at REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ratchets (
    session_id BLOB PRIMARY KEY,
    device BLOB NOT NULL,
    session BLOB NOT NULL,
    sends INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    created_at REAL NOT NULL,
    retire_at REAL
) STRICT;
CREATE UNIQUE INDEX ratchets_sending ON ratchets (device) WHERE sends = 1;

CREATE TABLE prekeys (
    prekey_id BLOB PRIMARY KEY,
    secret BLOB NOT NULL,
    expires_at REAL NOT NULL,
    last_resort INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE peer_bundles (device BLOB PRIMARY KEY, bundle BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE initials_seen (digest BLOB PRIMARY KEY, expires_at REAL NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    account_id BLOB NOT NULL,
    message_id BLOB NOT NULL UNIQUE,
    content BLOB NOT NULL,
    number INTEGER,
    envelope BLOB,
    state TEXT NOT NULL,
    reason TEXT
) STRICT;
CREATE UNIQUE INDEX outbox_by_number ON outbox (device, number) WHERE number IS NOT NULL;
CREATE INDEX outbox_waiting ON outbox (device, id) WHERE state = 'waiting';
CREATE INDEX outbox_queued ON outbox (device, number) WHERE state = 'queued';
CREATE INDEX outbox_unsent ON outbox (device) WHERE state <> 'sent';

CREATE TABLE timeline (
    arrival INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    mine INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    status TEXT NOT NULL,
    counter INTEGER NOT NULL,
    device BLOB NOT NULL,
    number INTEGER,
    written_at REAL NOT NULL,
    arrived_at REAL NOT NULL,
    late INTEGER NOT NULL,
    read INTEGER NOT NULL
) STRICT;
-- Within a conversation: whoever knows an id of somebody else's message must not be able to keep that one out.
CREATE UNIQUE INDEX timeline_ids ON timeline (message_id, account_id);
CREATE INDEX timeline_order ON timeline (account_id, counter, device);
CREATE INDEX timeline_undelivered ON timeline (account_id, number) WHERE mine = 1 AND status IN ('queued', 'sent');
CREATE INDEX timeline_not_read ON timeline (account_id, number) WHERE mine = 1 AND status <> 'read';
CREATE INDEX timeline_by_number ON timeline (account_id, number) WHERE mine = 1;
CREATE INDEX timeline_unread ON timeline (account_id, counter, device) WHERE mine = 0 AND read = 0;
CREATE INDEX timeline_read_mark ON timeline (account_id, counter, device) WHERE mine = 0 AND read = 1;

-- How many rows of `timeline` are unread in each conversation: counting them for every message would take ever longer.
CREATE TABLE unread (account_id BLOB PRIMARY KEY, messages INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE early (
    device BLOB NOT NULL,
    number INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (device, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    account_id BLOB,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    data BLOB NOT NULL
) STRICT;
