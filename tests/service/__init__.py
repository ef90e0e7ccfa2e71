"""Whole internal services with real stores and a real server core, in one thread, through the client API."""
