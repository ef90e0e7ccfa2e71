"""What the internal service decides, without sockets, files or clocks."""
