-- Conversations that call nobody, and what notifications of this account show.

CREATE TABLE mutes (
    conversation BLOB PRIMARY KEY,
    until REAL                          -- none: until somebody ends it
) STRICT, WITHOUT ROWID;

CREATE TABLE notification_settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    shows TEXT NOT NULL,                -- text, name, nothing
    sound INTEGER NOT NULL,
    quiet TEXT NOT NULL,                -- never, hours, always
    quiet_from INTEGER NOT NULL,        -- minutes from midnight, by this computer's clock
    quiet_to INTEGER NOT NULL
) STRICT;
