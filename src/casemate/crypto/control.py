"""Receipts and ephemeral events: sealed under the session's control key, without moving its ratchets."""

import struct
from typing import Final

from casemate.crypto import labels
from casemate.crypto.errors import EnvelopeUnreadable
from casemate.crypto.keys import Entropy
from casemate.crypto.sealing import RANDOM_BYTES, open_once, seal_once
from casemate.crypto.session import Session, SessionId
from casemate.protocol.limits import CONTROL_BYTES

KIND_CONTROL: Final = 2
_PREFIX: Final = struct.Struct(f">BB16s{RANDOM_BYTES}s")
"""Version, kind, session, random bytes. 34 bytes."""


def seal_control(session: Session, plaintext: bytes, entropy: Entropy) -> bytes:
    """Seal for the peer of this session. The same plaintext twice gives unrelated bytes.

    The server can replay the result, so what is inside must be harmless
    twice: receipts are cumulative. Raises ValueError when it is too large.
    """
    random = entropy(RANDOM_BYTES)
    prefix = _PREFIX.pack(session.version, KIND_CONTROL, session.session_id, random)
    ad = _bound(session, prefix, from_us=True)
    sealed = prefix + seal_once(session.aead, session.control.secret, labels.CONTROL_SEAL, random, plaintext, ad)
    if len(sealed) > CONTROL_BYTES:
        raise ValueError("too large for a control message")
    return sealed


def open_control(session: Session, data: bytes) -> bytes:
    """The plaintext. Raises EnvelopeUnreadable."""
    if len(data) < _PREFIX.size or len(data) > CONTROL_BYTES:
        raise EnvelopeUnreadable("size")
    version, kind, session_id, random = _PREFIX.unpack_from(data)
    if (version, kind, session_id) != (session.version, KIND_CONTROL, session.session_id):
        raise EnvelopeUnreadable("another session")
    ad = _bound(session, data[: _PREFIX.size], from_us=False)
    sealed = data[_PREFIX.size :]
    return open_once(session.aead, session.control.secret, labels.CONTROL_SEAL, random, sealed, ad)


def control_session_id(data: bytes) -> SessionId:
    """Which session a control message claims to belong to. Raises EnvelopeUnreadable."""
    if len(data) < _PREFIX.size or data[1] != KIND_CONTROL:
        raise EnvelopeUnreadable("no control message")
    return SessionId(data[2:18])


def _bound(session: Session, prefix: bytes, *, from_us: bool) -> bytes:
    """Sender before recipient: what one side sealed does not open as the other's."""
    route = (session.own_device, session.peer_device) if from_us else (session.peer_device, session.own_device)
    return session.transcript + route[0] + route[1] + prefix
