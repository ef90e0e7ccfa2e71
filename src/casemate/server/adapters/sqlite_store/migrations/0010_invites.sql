-- Links by which an account lets others in. Of their secret the server has a hash of what a newcomer shows.
CREATE TABLE invites (
    invite_id BLOB PRIMARY KEY,
    inviter BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    admit_digest BLOB NOT NULL,
    uses INTEGER NOT NULL,
    used INTEGER NOT NULL,
    ends_at REAL NOT NULL               -- Unix seconds
) STRICT;

CREATE INDEX invites_inviter ON invites (inviter);
CREATE INDEX invites_ends_at ON invites (ends_at);
