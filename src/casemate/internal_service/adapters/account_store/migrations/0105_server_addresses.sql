-- Where else the server may be, in msgpack: (address, by_person). NULL: nowhere else.
ALTER TABLE profile ADD COLUMN more_addresses BLOB;
-- Where it was found last; empty: at server_address.
ALTER TABLE profile ADD COLUMN server_in_use TEXT NOT NULL DEFAULT '';
