-- Messages can be edited, taken back and reacted to. A message row says what it says now; what was made of it lies here,
-- also while the message itself is not here yet.

ALTER TABLE messages ADD COLUMN about BLOB;      -- author and id of the message that this one answers or changes
ALTER TABLE messages ADD COLUMN edited_at REAL;     -- when its author last changed it, by their clock
ALTER TABLE messages ADD COLUMN deleted TEXT;       -- everywhere: by its author; here: by the user of this computer
ALTER TABLE messages ADD COLUMN reactions BLOB;     -- who gave which emojis

CREATE INDEX messages_about ON messages (about) WHERE shows = 'line' AND about IS NOT NULL;
CREATE INDEX messages_changing ON messages (about) WHERE shows = 'change';

CREATE TABLE changes (
    conversation BLOB NOT NULL,
    target_author BLOB NOT NULL,
    target BLOB NOT NULL,
    counter INTEGER NOT NULL,           -- with device and id: where the change itself stands; the highest wins
    device BLOB NOT NULL,
    id BLOB NOT NULL,
    author BLOB NOT NULL,
    kind TEXT NOT NULL,                 -- edit, delete, react; an edited message's first text is an edit, too
    made_at REAL NOT NULL,
    arrived_at REAL NOT NULL,
    text BLOB NOT NULL,
    emojis TEXT NOT NULL,               -- one in a line
    waits INTEGER NOT NULL,             -- its message is not here
    PRIMARY KEY (conversation, target_author, target, counter, device, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX changes_waiting ON changes (conversation, author, arrived_at) WHERE waits = 1;
