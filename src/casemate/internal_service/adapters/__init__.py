"""What connects the core to databases, sockets and the machine's key store."""
