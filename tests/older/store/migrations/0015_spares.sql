-- One-time bundles that travelled sealed, for a session that is begun anew.

-- Ours: the device that such a bundle was handed to, and whether a later hand-out replaced it.
ALTER TABLE prekeys ADD COLUMN spare_for BLOB;
ALTER TABLE prekeys ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX prekeys_spare ON prekeys (spare_for) WHERE spare_for IS NOT NULL;

-- Theirs: `place` counts up, the newest has the highest. One that was used leaves its id, so that it is not taken again.
CREATE TABLE spare_bundles (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    device BLOB NOT NULL,
    bundle_id BLOB NOT NULL,
    bundle BLOB NOT NULL,               -- empty: used
    expires_at REAL NOT NULL,
    UNIQUE (device, bundle_id)
) STRICT;

ALTER TABLE channels ADD COLUMN spares_given INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN spares_renew_at REAL NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN on_trial INTEGER NOT NULL DEFAULT 0;

-- By what keys age: seconds, and our clock when they were last counted. Until now they aged by the clock itself.
CREATE TABLE key_time (id INTEGER PRIMARY KEY CHECK (id = 1), seconds REAL NOT NULL, wall REAL NOT NULL) STRICT;
