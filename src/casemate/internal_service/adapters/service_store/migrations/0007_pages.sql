-- Of the plain socket that holds the session, or held it until that closed: what one page held is claimed together, over
-- restarts as well. 8 bytes of that start of the service and 8 of the socket; empty for none.
ALTER TABLE accounts ADD COLUMN page BLOB NOT NULL DEFAULT x'';
