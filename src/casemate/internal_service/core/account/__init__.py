"""One unlocked account: its identity, link, peers, sessions with their devices, and messages."""
