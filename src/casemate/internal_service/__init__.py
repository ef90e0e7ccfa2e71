"""The internal service: a user's own process with their keys, history and connections, and the UI's backend."""
