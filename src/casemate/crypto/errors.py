"""What can be wrong with keys, signatures, bundles and envelopes, named for who has to act."""

from casemate.protocol.errors import PeerBrokeProtocol


class BadKeyMaterial(PeerBrokeProtocol):
    """A public key, private key or KEM ciphertext of the wrong length, form or order."""


class BadSignature(PeerBrokeProtocol):
    """A signature that the named key did not make over these bytes."""


class BadDeviceList(PeerBrokeProtocol):
    """A device list that is malformed, not canonical, beyond its limits or not of the pinned account."""


class DeviceListRolledBack(PeerBrokeProtocol):
    """A validly signed device list that is older than, or forked from, one already seen: raise the alarm."""


class BadPrekeyBundle(PeerBrokeProtocol):
    """A prekey bundle that is malformed, expired, beyond its limits or not of the expected device."""


class BadNames(PeerBrokeProtocol):
    """Signed names that are malformed, of another account or server, or that change a username."""


class BadPeerCard(PeerBrokeProtocol):
    """A request or answer to talk that is malformed or meant for somebody else."""


class BadInvitation(Exception):
    """Not a whole invitation. The text is what is wrong: `none` is there, `incomplete` or `newer` than this program."""


class HandshakeRefused(PeerBrokeProtocol):
    """An initial header that fits neither our prekeys nor the sender's identity: re-key."""


class EnvelopeUnreadable(PeerBrokeProtocol):
    """A sealed thing that this session cannot open: tell the user, ask the sender again."""


class AlreadyOpened(EnvelopeUnreadable):
    """The key of this message was used or dropped; it came twice or far too late."""


class TooFarAhead(EnvelopeUnreadable):
    """Opening this message would skip more keys than the limits allow."""


class UnknownVersion(EnvelopeUnreadable):
    """An envelope of a version we do not speak; `must_update` is "sender" or "recipient"."""

    def __init__(self, must_update: str) -> None:
        super().__init__(f"unknown version: the {must_update} must be updated")
        self.must_update = must_update


class SessionExhausted(Exception):
    """A counter of the session reached its end: re-key before sending more."""


class StoredStateDamaged(Exception):
    """Bytes from our own storage that are no state of this program, or of a newer one."""


class WrongPassword(Exception):
    """The password, or the machine key, does not open this vault."""
