"""One unlocked account: its identity, link, peers, ratchets with their devices, and messages."""
