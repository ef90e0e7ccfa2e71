"""What the server stands on: its database, its sockets, its key files."""
