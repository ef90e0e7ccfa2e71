-- Messages can stand at the top of their conversation: such a change lies with the others, and the newest are looked up.

CREATE INDEX changes_pinned ON changes (conversation, counter, device, id) WHERE kind = 'pin' AND waits = 0;

-- What is to be sent later may show where a link in it leads. It becomes a change of that message, once that is sent.

ALTER TABLE scheduled ADD COLUMN preview BLOB;
