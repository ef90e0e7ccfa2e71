"""Accounts against a real server core, in one thread, with somebody in between who may change every frame."""
