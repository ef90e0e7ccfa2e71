-- Texts that were begun and not sent, one row for each window that writes in a conversation.
-- `place` counts up with every change: the newest draft has the highest.
CREATE TABLE drafts (
    conversation BLOB NOT NULL,
    slot BLOB NOT NULL,
    text TEXT NOT NULL,
    revision INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (conversation, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_place ON drafts (place);

CREATE TABLE drafts_size (id INTEGER PRIMARY KEY CHECK (id = 1), bytes INTEGER NOT NULL) STRICT;
INSERT INTO drafts_size VALUES (1, 0);

CREATE TRIGGER drafts_added AFTER INSERT ON drafts BEGIN
    UPDATE drafts_size SET bytes = bytes + octet_length(NEW.text);
END;
CREATE TRIGGER drafts_replaced AFTER UPDATE OF text ON drafts BEGIN
    UPDATE drafts_size SET bytes = bytes + octet_length(NEW.text) - octet_length(OLD.text);
END;
CREATE TRIGGER drafts_removed AFTER DELETE ON drafts BEGIN
    UPDATE drafts_size SET bytes = bytes - octet_length(OLD.text);
END;

-- Under this key browsers keep what the service has not answered; it never changes while the account exists.
CREATE TABLE browser_key (id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL) STRICT;
