"""What the server decides, without sockets, files or clocks."""
