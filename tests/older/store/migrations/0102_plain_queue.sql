-- Messages that a plain client is owed. `peer` is the sender's cid (8 bytes, big-endian).
-- Sequences are never used twice: a client that has taken one must not take away a later message.
CREATE TABLE plain_queue (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    peer BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE plain_queue_size (id INTEGER PRIMARY KEY CHECK (id = 1), messages INTEGER NOT NULL, bytes INTEGER NOT NULL)
    STRICT;
INSERT INTO plain_queue_size VALUES (1, 0, 0);

CREATE TRIGGER plain_queue_added AFTER INSERT ON plain_queue BEGIN
    UPDATE plain_queue_size SET messages = messages + 1, bytes = bytes + length(NEW.body);
END;
CREATE TRIGGER plain_queue_removed AFTER DELETE ON plain_queue BEGIN
    UPDATE plain_queue_size SET messages = messages - 1, bytes = bytes - length(OLD.body);
END;
