-- Links by which this account lets others in, and who came by them.
CREATE TABLE invites (
    invite_id BLOB PRIMARY KEY,
    secret BLOB NOT NULL,
    uses INTEGER NOT NULL,
    made_at REAL NOT NULL,
    ends_at REAL NOT NULL,
    ended INTEGER NOT NULL,             -- it was taken back
    settled INTEGER NOT NULL            -- and the server has confirmed that
) STRICT;

CREATE TABLE guests (
    invite_id BLOB NOT NULL REFERENCES invites ON DELETE CASCADE,
    account_id BLOB NOT NULL,
    came_at REAL NOT NULL,
    PRIMARY KEY (invite_id, account_id)
) STRICT;

-- By which invitation this account comes, until who made it was asked.
ALTER TABLE profile ADD COLUMN invitation TEXT NOT NULL DEFAULT '';

-- How we came to know each other, where a link proved who the other is; empty: otherwise.
ALTER TABLE peers ADD COLUMN met TEXT NOT NULL DEFAULT '';
