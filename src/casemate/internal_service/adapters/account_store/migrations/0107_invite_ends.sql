-- The end of an invitation is said with every link until its time is over: nothing is confirmed for good by a server
-- that may be restored.
ALTER TABLE invites DROP COLUMN settled;
