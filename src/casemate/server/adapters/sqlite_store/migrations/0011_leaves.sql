-- Who was let through a quiet by the link of which invitation: once each.
CREATE TABLE leaves (
    invite_id BLOB NOT NULL REFERENCES invites ON DELETE CASCADE,
    asker BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    PRIMARY KEY (invite_id, asker)
) STRICT, WITHOUT ROWID;

CREATE INDEX leaves_asker ON leaves (asker);
