"""Whole deployments in one thread: real cores and real stores under a seeded network, disk, clock and people."""
