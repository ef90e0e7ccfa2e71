"""What the server stands on: its database, sockets and key files, and what it offers for paths: relay and observer."""
