"""The Double Ratchet's elliptic-curve half (Signal, Revision 4, section 3): a message key for each message.

A new own key pair is drawn when the next message is sent, not when the
peer's arrives: it is fresher then, and reading needs no entropy.
"""

from typing import Final, NamedTuple

import msgspec

from casemate.crypto import labels
from casemate.crypto.errors import AlreadyOpened, EnvelopeUnreadable, SessionExhausted
from casemate.crypto.kdf import hkdf, hmac_sha256
from casemate.crypto.keys import (
    KEY_BYTES,
    ChainKey,
    Entropy,
    MessageKey,
    PrekeyPrivate,
    RatchetPrivate,
    RootKey,
    X25519Public,
)
from casemate.crypto.primitives import x25519_public, x25519_shared
from casemate.crypto.skipped import SkippedKey, SkippedKeys, check_skip, keep, take

LAST_NUMBER: Final = 2**32 - 1
_MESSAGE: Final = b"\x01"
_CHAIN: Final = b"\x02"


class EcHeader(NamedTuple):
    """Which key opens a message: the sender's ratchet key, the length of its chain before, the number in this one."""

    public: X25519Public
    before: int
    number: int


class EcState(msgspec.Struct, frozen=True, array_like=True):
    """One side of the EC ratchet. `private` is gone while the peer has not seen a newer key of ours."""

    root: RootKey
    private: RatchetPrivate | None
    public: X25519Public
    sending: ChainKey | None
    sent: int
    sent_before: int
    peer_public: X25519Public | None
    receiving: ChainKey | None
    received: int
    skipped: SkippedKeys


def ec_initiator(root: RootKey, peer_signed_prekey: X25519Public) -> EcState:
    """The side that writes first."""
    return EcState(root, None, X25519Public(b""), None, 0, 0, peer_signed_prekey, None, 0, ())


def ec_responder(root: RootKey, signed_prekey: PrekeyPrivate) -> EcState:
    """The side that reads first; its signed prekey is its first ratchet key."""
    private = RatchetPrivate(signed_prekey.secret)
    return EcState(root, private, x25519_public(private), None, 0, 0, None, None, 0, ())


def ec_send(state: EcState, entropy: Entropy) -> tuple[EcState, EcHeader, MessageKey]:
    """The key of the next message. Raises ValueError on the side that must read first."""
    sending = state.sending
    if sending is None:
        state, sending = _step_sending(state, entropy)
    if state.sent >= LAST_NUMBER:
        raise SessionExhausted("EC chain")
    header = EcHeader(state.public, state.sent_before, state.sent)
    after, key = _step(sending)
    state = EcState(
        state.root,
        state.private,
        state.public,
        after,
        state.sent + 1,
        state.sent_before,
        state.peer_public,
        state.receiving,
        state.received,
        state.skipped,
    )
    return state, header, key


def ec_receive(state: EcState, header: EcHeader, opened: int) -> tuple[EcState, MessageKey]:
    """The key of the message with this header. The caller keeps the new state only if the message opens.

    Raises AlreadyOpened, TooFarAhead, EnvelopeUnreadable or BadKeyMaterial.
    """
    public, before, number = header
    if state.skipped:
        others, kept = take(state.skipped, public, number)
        if kept is not None:
            return msgspec.structs.replace(state, skipped=others), kept
    if public != state.peer_public:
        check_skip(max(before - state.received, 0) + number)
        state = _step_receiving(state, public, before, opened)
    return _advance(state, number, opened)


def _step_sending(state: EcState, entropy: Entropy) -> tuple[EcState, ChainKey]:
    if state.peer_public is None:
        raise ValueError("the responder reads before it writes")
    private = RatchetPrivate(entropy(KEY_BYTES))
    root, sending = _step_root(state.root, x25519_shared(private, state.peer_public))
    state = msgspec.structs.replace(
        state, root=root, private=private, public=x25519_public(private), sent=0, sent_before=state.sent
    )
    return state, sending


def _step_receiving(state: EcState, public: X25519Public, before: int, opened: int) -> EcState:
    """The peer shows a new ratchet key: keep what is left of its old chain and begin the new one."""
    if state.private is None:
        raise EnvelopeUnreadable("a ratchet key that answers none of ours")
    skipped = state.skipped
    if state.receiving is not None and state.peer_public is not None:
        if before < state.received:
            raise EnvelopeUnreadable("fewer messages than were opened")
        _, fresh = _skip(state.receiving, state.peer_public, state.received, before, opened)
        skipped = keep(skipped, fresh, opened)
    root, receiving = _step_root(state.root, x25519_shared(state.private, public))
    return EcState(root, None, state.public, None, state.sent, state.sent_before, public, receiving, 0, skipped)


def _advance(state: EcState, number: int, opened: int) -> tuple[EcState, MessageKey]:
    receiving, skipped = state.receiving, state.skipped
    if receiving is None or state.peer_public is None:
        raise EnvelopeUnreadable("no chain to receive on")
    if number < state.received:
        raise AlreadyOpened("EC key")
    if number > state.received:
        check_skip(number - state.received)
        receiving, fresh = _skip(receiving, state.peer_public, state.received, number, opened)
        skipped = keep(skipped, fresh, opened)
    elif skipped:
        skipped = keep(skipped, [], opened)
    after, key = _step(receiving)
    state = EcState(
        state.root,
        state.private,
        state.public,
        state.sending,
        state.sent,
        state.sent_before,
        state.peer_public,
        after,
        number + 1,
        skipped,
    )
    return state, key


def _skip(chain: ChainKey, name: bytes, start: int, end: int, opened: int) -> tuple[ChainKey, list[SkippedKey]]:
    fresh = []
    for number in range(start, end):
        chain, key = _step(chain)
        fresh.append(SkippedKey(name, number, opened, key))
    return chain, fresh


def _step(chain: ChainKey) -> tuple[ChainKey, MessageKey]:
    return ChainKey(hmac_sha256(chain.secret, _CHAIN)), MessageKey(hmac_sha256(chain.secret, _MESSAGE))


def _step_root(root: RootKey, shared: bytes) -> tuple[RootKey, ChainKey]:
    output = hkdf(root.secret, shared, labels.EC_ROOT, 2 * KEY_BYTES)
    return RootKey(output[:KEY_BYTES]), ChainKey(output[KEY_BYTES:])
