-- Whom one blocks is asked with every message that is counted.
CREATE INDEX peers_blocked ON peers (account_id) WHERE blocked;
