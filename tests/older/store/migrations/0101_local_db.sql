-- Key-value pairs of clients. `scope` is a peer's cid (8 bytes, big-endian), or empty for none.
CREATE TABLE local_db (
    scope BLOB NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE local_db_size (id INTEGER PRIMARY KEY CHECK (id = 1), bytes INTEGER NOT NULL) STRICT;
INSERT INTO local_db_size VALUES (1, 0);

CREATE TRIGGER local_db_added AFTER INSERT ON local_db BEGIN
    UPDATE local_db_size SET bytes = bytes + octet_length(NEW.key) + length(NEW.value);
END;
CREATE TRIGGER local_db_replaced AFTER UPDATE OF value ON local_db BEGIN
    UPDATE local_db_size SET bytes = bytes + length(NEW.value) - length(OLD.value);
END;
CREATE TRIGGER local_db_removed AFTER DELETE ON local_db BEGIN
    UPDATE local_db_size SET bytes = bytes - octet_length(OLD.key) - length(OLD.value);
END;
