-- The time that is shown of a message, fixed when it is written down here, so that days go forward in a conversation.
-- Of those that are here: what their writers said, but not before what stands above them, nor after they, or what stands
-- below them, arrived.

ALTER TABLE timeline ADD COLUMN shown_at REAL NOT NULL DEFAULT 0;

WITH bounded AS (
    SELECT arrival, account_id, counter, device, min(written_at, min(arrived_at) OVER (
        PARTITION BY account_id ORDER BY counter, device ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )) AS latest FROM timeline
), shown AS (
    SELECT arrival, max(latest) OVER (
        PARTITION BY account_id ORDER BY counter, device ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS time FROM bounded
)
UPDATE timeline SET shown_at = shown.time FROM shown WHERE shown.arrival = timeline.arrival;
