-- The quiet after a request that was declined or taken back ends by the time that the server has run, not by its clock.
ALTER TABLE declined RENAME COLUMN until TO until_served;
UPDATE declined SET until_served = (SELECT seconds FROM served_time) + min(max(until_served - unixepoch(), 0), 7 * 86400);
