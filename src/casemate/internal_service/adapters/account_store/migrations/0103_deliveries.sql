-- One message, many deliveries. Until now a message was its delivery to the one device of its reader: `timeline` knew the
-- number, `outbox` the content. Now contents of ours are rows of `messages`, whether people see them or not, and what
-- became of each at each device is a row of `waiting` or of `deliveries`.

CREATE TABLE conversations (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,                 -- direct: of two
    peer BLOB NOT NULL,                 -- the other account
    counter INTEGER NOT NULL,           -- the highest Lamport counter that was seen in it
    unread INTEGER NOT NULL,            -- counting them for every message would take ever longer
    seen_counter INTEGER,               -- the last message of others, in display order, that was seen
    seen_device BLOB,
    seen_message BLOB
) STRICT, WITHOUT ROWID;

WITH others AS (
    SELECT account_id FROM peers UNION SELECT account_id FROM timeline
    UNION SELECT account_id FROM outbox UNION SELECT account_id FROM channels
)
INSERT INTO conversations
SELECT conversation_id((SELECT account_id FROM profile), account_id), 'direct', account_id,
    max(coalesce((SELECT max(counter) FROM channels WHERE channels.account_id = others.account_id), 0),
        coalesce((SELECT max(counter) FROM timeline WHERE timeline.account_id = others.account_id), 0)),
    coalesce((SELECT messages FROM unread WHERE unread.account_id = others.account_id), 0), NULL, NULL, NULL
FROM others;

CREATE UNIQUE INDEX conversations_of ON conversations (peer) WHERE kind = 'direct';

UPDATE conversations SET (seen_counter, seen_device, seen_message) = (
    SELECT counter, device, message_id FROM timeline
    WHERE account_id = peer AND mine = 0 AND seen = 1 AND number IS NOT NULL
    ORDER BY counter DESC, device DESC, message_id DESC LIMIT 1
);

CREATE TABLE messages (
    arrival INTEGER PRIMARY KEY,        -- counts up as this account learns of them
    id BLOB NOT NULL,
    conversation BLOB NOT NULL,
    author BLOB NOT NULL,               -- account; empty: a line about the conversation, of this computer
    device BLOB NOT NULL,               -- the one that wrote it
    kind TEXT NOT NULL,
    shows TEXT NOT NULL,                -- line, change, nothing
    body BLOB NOT NULL,
    counter INTEGER NOT NULL,
    heads BLOB NOT NULL,                -- ids of the newest messages its writer had seen, 16 bytes each
    number INTEGER,                     -- theirs: of the envelope that carried it last
    written_at REAL NOT NULL,
    arrived_at REAL NOT NULL,
    shown_at REAL NOT NULL,
    late INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    painted INTEGER NOT NULL,
    settled TEXT                        -- ours: what became of it, where no delivery says so any more
) STRICT;

-- Contents of ours that were no lines come in between the lines as they were written.
CREATE TEMP TABLE written AS
WITH outgoing AS (
    SELECT o.id, o.message_id, o.account_id, t.arrival AS line
    FROM outbox o LEFT JOIN timeline t ON t.message_id = o.message_id AND t.mine = 1
), beside AS (
    SELECT *, max(line) OVER (ORDER BY id) AS above,
        min(line) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS below
    FROM outgoing
)
SELECT message_id, account_id, arrival AS after, 0 AS id FROM timeline
UNION ALL
SELECT message_id, account_id, coalesce(above, below - 1, (SELECT max(arrival) FROM timeline), 0), id
FROM beside WHERE line IS NULL;

CREATE TEMP TABLE places (
    arrival INTEGER PRIMARY KEY, message_id BLOB, account_id BLOB, id INTEGER, UNIQUE (message_id, account_id, id)
);
INSERT INTO places
SELECT row_number() OVER (ORDER BY after, id), message_id, account_id, id FROM written;

INSERT INTO messages
SELECT places.arrival, t.message_id, conversations.id,
    CASE WHEN t.mine THEN (SELECT account_id FROM profile) WHEN t.kind LIKE 'note\_%' ESCAPE '\' THEN x''
        ELSE t.account_id END,
    t.device, t.kind, 'line', t.body, t.counter, x'', CASE WHEN t.mine THEN NULL ELSE t.number END,
    t.written_at, t.arrived_at, t.shown_at, t.late, t.seen, t.painted, NULL
FROM timeline t JOIN conversations ON conversations.peer = t.account_id
    JOIN places ON places.message_id = t.message_id AND places.account_id = t.account_id AND places.id = 0
ORDER BY places.arrival;

INSERT INTO messages
SELECT places.arrival, o.message_id, conversations.id, (SELECT account_id FROM profile),
    coalesce((SELECT device FROM timeline WHERE mine = 1 LIMIT 1), zeroblob(16)),
    content_part(o.content, 'kind'), 'nothing', content_part(o.content, 'body'), content_part(o.content, 'counter'),
    x'', NULL, content_part(o.content, 'sent_at_ms') / 1000.0, content_part(o.content, 'sent_at_ms') / 1000.0, 0,
    0, 1, 1, NULL
FROM outbox o JOIN conversations ON conversations.peer = o.account_id JOIN places ON places.id = o.id;

CREATE INDEX messages_by_id ON messages (id);
CREATE INDEX messages_in_order ON messages (conversation, counter) WHERE shows = 'line';
CREATE INDEX messages_unseen ON messages (conversation, counter) WHERE seen = 0;
CREATE INDEX messages_unpainted ON messages (device, number) WHERE painted = 0;

-- Sealed, and numbered: `number` is of the way to this device. The envelope goes when the device has it; the row stays,
-- so that a device which was restored can be given again what it had.
CREATE TABLE deliveries (
    device BLOB NOT NULL,
    number INTEGER NOT NULL,
    message INTEGER NOT NULL,           -- its `arrival`
    envelope BLOB,
    state TEXT NOT NULL,                -- queued, sent, expired: as the mailbox has it; done: the device has it
    told TEXT,                          -- delivered, read: what the device said of it; never taken back
    reason TEXT,
    kept_until REAL,
    PRIMARY KEY (device, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE waiting (
    message INTEGER NOT NULL,
    device BLOB NOT NULL,
    told TEXT,
    reason TEXT,
    PRIMARY KEY (message, device)
) STRICT, WITHOUT ROWID;

CREATE TEMP TABLE sent AS
SELECT places.arrival AS message, o.device, o.number, o.envelope, o.state, t.status, o.reason, o.kept_until
FROM outbox o LEFT JOIN timeline t ON t.message_id = o.message_id AND t.mine = 1
    JOIN places ON places.message_id = o.message_id AND places.account_id = o.account_id
        AND places.id = CASE WHEN t.message_id IS NULL THEN o.id ELSE 0 END;

INSERT INTO waiting
SELECT message, device, CASE WHEN status IN ('delivered', 'read') THEN status END, reason FROM sent
WHERE number IS NULL;

INSERT INTO deliveries
SELECT device, number, message, envelope, state, CASE WHEN status IN ('delivered', 'read') THEN status END, reason,
    kept_until
FROM sent WHERE number IS NOT NULL;

-- What arrived: at the one device that there was. Where there were several, nobody knows at which.
INSERT OR IGNORE INTO deliveries
SELECT channels.device, t.number, places.arrival, NULL, 'done', t.status, NULL, NULL
FROM timeline t JOIN channels ON channels.account_id = t.account_id
    JOIN places ON places.message_id = t.message_id AND places.account_id = t.account_id AND places.id = 0
WHERE t.mine = 1 AND t.number IS NOT NULL AND t.status IN ('delivered', 'read')
    AND t.number <= channels.delivered_up_to
    AND NOT EXISTS (SELECT 1 FROM sent WHERE sent.message = places.arrival)
    AND NOT EXISTS (SELECT 1 FROM channels other
        WHERE other.account_id = t.account_id AND other.device <> channels.device);

CREATE INDEX deliveries_of ON deliveries (message);
CREATE INDEX deliveries_kept ON deliveries (kept_until) WHERE state = 'sent';
CREATE INDEX deliveries_expired ON deliveries (device, number) WHERE state = 'expired';
CREATE INDEX waiting_of ON waiting (device, message);

UPDATE messages SET settled = (
    SELECT status FROM timeline t JOIN places p ON p.message_id = t.message_id AND p.account_id = t.account_id
    WHERE p.arrival = messages.arrival AND p.id = 0 AND t.mine = 1
)
WHERE author = (SELECT account_id FROM profile)
    AND arrival NOT IN (SELECT message FROM deliveries) AND arrival NOT IN (SELECT message FROM waiting);

-- How much is under way to each device: counting it whenever something is refused would take ever longer.
CREATE TABLE queues (
    device BLOB PRIMARY KEY,
    contents INTEGER NOT NULL,          -- waiting, or sealed and not there yet
    waiting INTEGER NOT NULL,
    lowest INTEGER NOT NULL             -- nothing below this number is under way
) STRICT, WITHOUT ROWID;

INSERT INTO queues
SELECT device, count(*), sum(number IS NULL), coalesce(min(number), 0) FROM sent GROUP BY device;

DROP TABLE temp.sent;
DROP TABLE temp.places;
DROP TABLE temp.written;
DROP TABLE outbox;
DROP TABLE outbox_size;
DROP TABLE timeline;
DROP TABLE unread;
ALTER TABLE channels DROP COLUMN counter;
