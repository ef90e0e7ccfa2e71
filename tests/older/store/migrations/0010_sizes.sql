-- How much is kept for each device: counting it whenever something is refused would take ever longer, the more there is.
CREATE TABLE outbox_size (
    device BLOB PRIMARY KEY,
    messages INTEGER NOT NULL,
    waiting INTEGER NOT NULL            -- of those, without a number
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_size SELECT device, count(*), sum(state = 'waiting') FROM outbox GROUP BY device;

CREATE TRIGGER outbox_added AFTER INSERT ON outbox BEGIN
    INSERT INTO outbox_size VALUES (NEW.device, 1, NEW.state = 'waiting')
    ON CONFLICT DO UPDATE SET messages = messages + 1, waiting = waiting + excluded.waiting;
END;
CREATE TRIGGER outbox_waiting_changed AFTER UPDATE OF state ON outbox
WHEN (OLD.state = 'waiting') <> (NEW.state = 'waiting') BEGIN
    UPDATE outbox_size SET waiting = waiting + (NEW.state = 'waiting') - (OLD.state = 'waiting')
    WHERE device = NEW.device;
END;
CREATE TRIGGER outbox_removed AFTER DELETE ON outbox BEGIN
    UPDATE outbox_size SET messages = messages - 1, waiting = waiting - (OLD.state = 'waiting')
    WHERE device = OLD.device;
END;

CREATE TABLE early_size (device BLOB PRIMARY KEY, envelopes INTEGER NOT NULL, bytes INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
INSERT INTO early_size SELECT device, count(*), sum(length(envelope)) FROM early GROUP BY device;

CREATE TRIGGER early_added AFTER INSERT ON early BEGIN
    INSERT INTO early_size VALUES (NEW.device, 1, length(NEW.envelope))
    ON CONFLICT DO UPDATE SET envelopes = envelopes + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER early_removed AFTER DELETE ON early BEGIN
    UPDATE early_size SET envelopes = envelopes - 1, bytes = bytes - length(OLD.envelope) WHERE device = OLD.device;
END;
