-- Messages that are to be sent later. They are nobody's yet: no number, no place in the conversation.

CREATE TABLE scheduled (
    id BLOB NOT NULL PRIMARY KEY,       -- the message's, once it is one
    due_at REAL NOT NULL,
    written_at REAL NOT NULL,
    conversation BLOB NOT NULL,
    reply_author BLOB,                  -- with reply_id: the message that it answers
    reply_id BLOB,
    refused TEXT NOT NULL,              -- why it could not go when it was due; empty: it was not tried
    cancelled_at REAL,                  -- then nothing of it is here but its id, so that asked once more it is not sent
    text BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX scheduled_by_time ON scheduled (due_at, written_at, id) WHERE cancelled_at IS NULL;
