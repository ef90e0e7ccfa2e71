"""What connects the core to databases, sockets, the server, other services, the local network and the key store."""
