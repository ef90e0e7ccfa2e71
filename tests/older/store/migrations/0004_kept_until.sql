-- Until when (Unix seconds, our clock) the server keeps what it has of ours, as it said when it took it.

ALTER TABLE outbox ADD COLUMN kept_until REAL;
UPDATE outbox SET kept_until = unixepoch() + 30 * 86400 WHERE state = 'sent';
CREATE INDEX outbox_kept ON outbox (kept_until) WHERE state = 'sent';
CREATE INDEX outbox_expired ON outbox (device, number) WHERE state = 'expired';
