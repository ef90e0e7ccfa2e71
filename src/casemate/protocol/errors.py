"""Errors named for who has to act."""


class PeerBrokeProtocol(Exception):
    """What one peer, server or client sent is not allowed: undo it, quarantine it, keep running."""


class MalformedFrame(PeerBrokeProtocol):
    """Bytes that do not decode as any frame of the protocol."""
