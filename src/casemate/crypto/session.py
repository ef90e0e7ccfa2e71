"""A session between two devices: what a handshake agreed on, and the ratchets that grew out of it."""

from typing import Final, Literal, NewType

import msgspec

from casemate.crypto import labels
from casemate.crypto.errors import StoredStateDamaged
from casemate.crypto.handshake import KeyAgreement, initiate, respond
from casemate.crypto.identity import DeviceList, OwnDevice
from casemate.crypto.kdf import hkdf_expand
from casemate.crypto.kem import Kem
from casemate.crypto.keys import KEY_BYTES, ControlKey, Ed25519Public, Entropy, RootKey
from casemate.crypto.prekeys import PrekeyBundle, PrekeySecrets
from casemate.crypto.primitives import Aead
from casemate.crypto.ratchet import RatchetState, initiator_state, responder_state
from casemate.protocol.ids import AccountId, DeviceId

SESSION_ID_BYTES: Final = 16

SessionId = NewType("SessionId", bytes)


class Session(msgspec.Struct, frozen=True, array_like=True):
    """An immutable value: store the new one in the transaction that stores the message it belongs to.

    `initial_header` rides on every envelope of the initiator until the
    recipient is known to have the session.
    """

    format: Literal[1]
    version: int
    session_id: SessionId
    own_device: DeviceId
    peer_account: AccountId
    peer_device: DeviceId
    transcript: bytes
    control: ControlKey
    initial_header: bytes | None
    ratchet: RatchetState

    def __repr__(self) -> str:
        return f"Session({self.session_id.hex()}, opened {self.ratchet.opened})"

    @property
    def initiator(self) -> bool:
        return self.ratchet.pq.initiator

    @property
    def aead(self) -> Aead:
        return self.ratchet.aead

    def confirmed(self) -> "Session":
        """The same session, once anything of the peer's was opened in it: its initial header has done its work."""
        return self if self.initial_header is None else self.after(self.ratchet, None)

    def after(self, ratchet: RatchetState, initial_header: bytes | None) -> "Session":
        """The session once a message was sealed or opened."""
        return Session(
            self.format,
            self.version,
            self.session_id,
            self.own_device,
            self.peer_account,
            self.peer_device,
            self.transcript,
            self.control,
            initial_header,
            ratchet,
        )

    def to_bytes(self) -> bytes:
        """For our own encrypted storage only: holds every key."""
        return _encoder.encode(self)


def start_session(
    device: OwnDevice,
    account_id: AccountId,
    account_key: Ed25519Public,
    peer: DeviceList,
    bundle: PrekeyBundle,
    aead: Aead,
    entropy: Entropy,
    kem: Kem,
) -> Session:
    """The initiator's session; it can send at once. `bundle` comes from `verify_bundle`.

    Raises what `handshake.initiate` raises.
    """
    agreement = initiate(device, account_id, account_key, peer, bundle, aead, entropy, kem)
    ec_root, pq_root = _roots(agreement)
    ratchet = initiator_state(agreement.aead, ec_root, pq_root, agreement.signed_prekey)
    return _session(device, peer, agreement, ratchet, agreement.initial_header)


def answer_session(
    device: OwnDevice, peer: DeviceList, secrets: PrekeySecrets, initial_header: bytes, kem: Kem
) -> Session:
    """The responder's session, to be kept only if the envelope that carried the header opens with it.

    Raises what `handshake.respond` raises.
    """
    agreement = respond(device, peer, secrets, initial_header, kem)
    ec_root, pq_root = _roots(agreement)
    ratchet = responder_state(agreement.aead, ec_root, pq_root, secrets.signed)
    return _session(device, peer, agreement, ratchet, None)


def session_from_bytes(data: bytes) -> Session:
    """Raises StoredStateDamaged."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise StoredStateDamaged("session") from error


def _session(
    device: OwnDevice, peer: DeviceList, agreement: KeyAgreement, ratchet: RatchetState, initial_header: bytes | None
) -> Session:
    secret = agreement.secret.secret
    return Session(
        format=1,
        version=agreement.version,
        session_id=SessionId(hkdf_expand(secret, labels.SESSION_ID, SESSION_ID_BYTES)),
        own_device=device.device_id,
        peer_account=peer.account_id,
        peer_device=agreement.peer.device_id,
        transcript=agreement.transcript,
        control=ControlKey(hkdf_expand(secret, labels.SESSION_CONTROL, KEY_BYTES)),
        initial_header=initial_header,
        ratchet=ratchet,
    )


def _roots(agreement: KeyAgreement) -> tuple[RootKey, RootKey]:
    secret = agreement.secret.secret
    return (
        RootKey(hkdf_expand(secret, labels.SESSION_EC, KEY_BYTES)),
        RootKey(hkdf_expand(secret, labels.SESSION_PQ, KEY_BYTES)),
    )


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Session)
