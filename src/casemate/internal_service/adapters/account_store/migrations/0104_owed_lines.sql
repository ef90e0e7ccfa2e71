-- What a plain client is owed of the timeline is in the timeline already: the queue says which lines these are, and holds
-- bodies only of what is none. How much it holds is counted by whoever holds it open, not in a row of its own.
-- `peer` is the sender's cid (8 bytes, big-endian); what was queued until now keeps its body.
CREATE TABLE owed (
    sequence INTEGER PRIMARY KEY,
    peer BLOB NOT NULL,
    line INTEGER,                       -- its `arrival`
    held BLOB                           -- the body of what is no line
) STRICT;
INSERT INTO owed SELECT sequence, peer, NULL, body FROM plain_queue;

DROP TABLE plain_queue_size;
DROP TABLE plain_queue;
ALTER TABLE owed RENAME TO plain_queue;
