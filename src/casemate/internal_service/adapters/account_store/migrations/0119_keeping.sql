-- Whoever wants old messages gone from this computer says after how many days; no row: they stay.

CREATE TABLE keeping (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    days INTEGER NOT NULL
) STRICT;

-- Rows that are on no page any more stay behind; however many there are, nobody walks past them.
DROP INDEX messages_in_order;
CREATE INDEX messages_in_order ON messages (conversation, counter)
    WHERE shows = 'line' AND deleted IS NOT 'here' AND vanished = 0;
