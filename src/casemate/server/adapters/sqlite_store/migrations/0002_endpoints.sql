-- The endpoint keys (32 bytes) that an account's newest device list certifies: whom the relay lets in.

CREATE TABLE endpoints (
    endpoint_key BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    device_id BLOB NOT NULL REFERENCES devices ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX endpoints_account ON endpoints (account_id);
CREATE INDEX endpoints_device ON endpoints (device_id);
