-- How much waits for whom: counting it whenever something is refused would take ever longer, the more there is.
CREATE TABLE waiting (
    account_id BLOB PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    asked INTEGER NOT NULL DEFAULT 0,   -- requests of this account that nobody has answered
    asks INTEGER NOT NULL DEFAULT 0,    -- requests of others that this account has not answered
    signals INTEGER NOT NULL DEFAULT 0  -- that this account has not taken
) STRICT, WITHOUT ROWID;
INSERT INTO waiting SELECT
    account_id,
    (SELECT count(*) FROM asks WHERE asker = account_id),
    (SELECT count(*) FROM asks WHERE target = account_id),
    (SELECT count(*) FROM signals s WHERE s.account_id = accounts.account_id)
FROM accounts;

CREATE TRIGGER accounts_added AFTER INSERT ON accounts BEGIN
    INSERT INTO waiting (account_id) VALUES (NEW.account_id);
END;
CREATE TRIGGER asks_added AFTER INSERT ON asks BEGIN
    UPDATE waiting SET asked = asked + 1 WHERE account_id = NEW.asker;
    UPDATE waiting SET asks = asks + 1 WHERE account_id = NEW.target;
END;
CREATE TRIGGER asks_removed AFTER DELETE ON asks BEGIN
    UPDATE waiting SET asked = asked - 1 WHERE account_id = OLD.asker;
    UPDATE waiting SET asks = asks - 1 WHERE account_id = OLD.target;
END;
CREATE TRIGGER signals_added AFTER INSERT ON signals BEGIN
    UPDATE waiting SET signals = signals + 1 WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER signals_removed AFTER DELETE ON signals BEGIN
    UPDATE waiting SET signals = signals - 1 WHERE account_id = OLD.account_id;
END;

-- After a request that was taken back, there is a quiet time as well.
ALTER TABLE declined ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;

-- The oldest request of a full queue makes room.
DROP INDEX asks_target;
CREATE INDEX asks_target ON asks (target, asked_served);
