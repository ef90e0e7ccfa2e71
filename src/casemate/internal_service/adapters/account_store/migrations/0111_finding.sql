-- Messages can be found by their words. What people wrote lies here once more, folded, with an index of its words. Both are
-- written behind the messages, from the newest back to the oldest for those that are here already.

CREATE TABLE folded (
    message INTEGER PRIMARY KEY,        -- its `arrival`
    text TEXT NOT NULL
) STRICT;

-- Its content is the table above, so what is removed is exactly what was added. The folding is ours: it has one rule.
CREATE VIRTUAL TABLE searched USING fts5(
    text, content = 'folded', content_rowid = 'message', columnsize = 0,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N*'"
);
-- What is removed leaves the file, and not only the answers.
INSERT INTO searched (searched, rank) VALUES ('secure-delete', 1);

CREATE TABLE folding (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    lowest INTEGER NOT NULL,            -- messages with an `arrival` from here …
    next INTEGER NOT NULL               -- … to below here are folded
) STRICT;
INSERT INTO folding SELECT 1, coalesce(max(arrival), 0) + 1, coalesce(max(arrival), 0) + 1 FROM messages;

-- Those of them that say something else now.
CREATE TABLE unfolded (message INTEGER PRIMARY KEY) STRICT;

-- Whoever takes the words of a message away, takes them away here, in the same transaction.
CREATE TRIGGER messages_say_something_else AFTER UPDATE OF body ON messages WHEN new.body IS NOT old.body
BEGIN
    INSERT INTO searched (searched, rowid, text) SELECT 'delete', message, text FROM folded WHERE message = old.arrival;
    DELETE FROM folded WHERE message = old.arrival;
    INSERT OR IGNORE INTO unfolded
        SELECT old.arrival FROM folding WHERE old.arrival >= lowest AND old.arrival < next;
END;

CREATE TRIGGER messages_go AFTER DELETE ON messages WHEN old.shows = 'line'
BEGIN
    INSERT INTO searched (searched, rowid, text) SELECT 'delete', message, text FROM folded WHERE message = old.arrival;
    DELETE FROM folded WHERE message = old.arrival;
    DELETE FROM unfolded WHERE message = old.arrival;
END;
