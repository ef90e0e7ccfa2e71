-- What accounts share of themselves with those they agreed to talk with, and what their person keeps of others.

CREATE TABLE profiles (                 -- as each account shared it with us; our own row is what we share
    account_id BLOB PRIMARY KEY,
    picture_hash BLOB NOT NULL,         -- of the row in `pictures`; empty: there is none
    picture_salt BLOB NOT NULL,
    status_number INTEGER NOT NULL,     -- a higher one replaces a lower one; 0: there never was one
    status TEXT NOT NULL,               -- empty: taken back
    status_at REAL NOT NULL,
    status_until REAL                   -- none: until it is changed
) STRICT, WITHOUT ROWID;

CREATE TABLE pictures (
    account_id BLOB PRIMARY KEY,
    picture BLOB NOT NULL
) STRICT;

CREATE TABLE profiles_told (            -- what of our own was written for each of them last
    account_id BLOB PRIMARY KEY,
    names_number INTEGER NOT NULL,      -- of the names that went with the picture; 0: none went
    status_number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE remarks (                  -- of nobody's business but ours
    account_id BLOB PRIMARY KEY,
    nickname TEXT NOT NULL,
    note TEXT NOT NULL,
    declined_at REAL                    -- when we declined what they asked last; none: we did not, or agreed since
) STRICT, WITHOUT ROWID;
