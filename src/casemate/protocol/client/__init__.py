"""The client API: JSON over one WebSocket between a client and the internal service."""
