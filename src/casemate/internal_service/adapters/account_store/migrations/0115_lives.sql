-- Messages can disappear. When each of them does, by three clocks, lies beside it; what is hidden is still here.

ALTER TABLE messages ADD COLUMN lives_for INTEGER;                   -- seconds; none: it stays
ALTER TABLE messages ADD COLUMN vanished INTEGER NOT NULL DEFAULT 0; -- its time is over: it is on no page

CREATE TABLE lives (
    message INTEGER PRIMARY KEY,        -- its `arrival`
    is_out INTEGER NOT NULL DEFAULT 0,  -- of ours: it is sent or delivered, so that its life begins
    ends_wall REAL,                     -- none: it has not begun
    ends_running REAL,
    ends_server REAL,                   -- none: the server's clock was not known since it began
    hidden_at REAL,                     -- in seconds of running; none: it is shown
    unread INTEGER NOT NULL DEFAULT 0   -- what is hidden was not seen
) STRICT;

CREATE INDEX lives_to_begin ON lives (is_out) WHERE ends_wall IS NULL;
CREATE INDEX lives_shown ON lives (ends_wall) WHERE hidden_at IS NULL AND ends_wall IS NOT NULL;
CREATE INDEX lives_hidden ON lives (ends_wall) WHERE hidden_at IS NOT NULL;
CREATE INDEX lives_hidden_at ON lives (hidden_at) WHERE hidden_at IS NOT NULL;
CREATE INDEX lives_running ON lives (ends_running) WHERE ends_running IS NOT NULL;
CREATE INDEX lives_server ON lives (ends_server) WHERE hidden_at IS NOT NULL AND ends_server IS NOT NULL;
CREATE INDEX lives_without_server ON lives (ends_server) WHERE ends_server IS NULL AND ends_wall IS NOT NULL;

CREATE TRIGGER deliveries_are_out AFTER UPDATE OF state, told ON deliveries
WHEN new.told IS NOT NULL OR new.state = 'sent'
BEGIN
    UPDATE lives SET is_out = 1 WHERE message = new.message AND ends_wall IS NULL AND is_out = 0;
END;

-- What is deleted has no life.
CREATE TRIGGER messages_are_deleted AFTER UPDATE OF deleted ON messages WHEN new.deleted IS NOT NULL
BEGIN
    DELETE FROM lives WHERE message = new.arrival;
END;

-- For how long what is written in a conversation lives, and the place of the line that said so.
CREATE TABLE disappearing (
    conversation BLOB PRIMARY KEY,
    lives_for INTEGER,                  -- seconds; none: what is written stays
    counter INTEGER NOT NULL,
    device BLOB NOT NULL,
    id BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How long this account has been open, over all its starts.
CREATE TABLE running (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seconds REAL NOT NULL
) STRICT;
