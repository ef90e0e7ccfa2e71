-- Where conversations stand in their person's own list. Of one without a row: where its last message puts it.

CREATE TABLE arranged (
    conversation BLOB PRIMARY KEY,
    pinned INTEGER NOT NULL,            -- it stands above the others
    archived INTEGER NOT NULL           -- it is put away until somebody writes
) STRICT, WITHOUT ROWID;
