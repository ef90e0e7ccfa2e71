-- Why the server lets in nobody by an invitation, as it was heard last: msgpack of a Reason.
ALTER TABLE invites ADD COLUMN refused BLOB;
CREATE INDEX invites_refused ON invites (invite_id) WHERE refused IS NOT NULL;
