"""Frames, byte by byte; and bytes that are none."""

import pytest
from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto.keys import Ed25519Public
from casemate.protocol.errors import MalformedFrame
from casemate.server.adapters.relay import frames

KEY = Ed25519Public(bytes(range(32)))


def test_frames_to_an_endpoint_byte_by_byte() -> None:
    assert frames.challenge_frame(b"c" * 16) == b"\x00" + b"c" * 16
    assert frames.confirmed_frame() == b"\x02"
    assert frames.denied_frame("no") == b"\x03\x02no"
    assert frames.endpoint_gone_frame(KEY) == b"\x08" + KEY
    assert frames.replaced_frame("iroh-relay-v2") == b"\x0d\x01"
    assert frames.replaced_frame("iroh-relay-v1")[:1] == b"\x0b"
    assert frames.sender_prefixes(KEY) == {4: b"\x06" + KEY, 5: b"\x07" + KEY}


def test_the_proof_of_a_key_is_read_and_checked() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = private.public_key().public_bytes_raw()
    challenge = b"c" * 16
    signed = blake3(challenge, derive_key_context="iroh-relay handshake v1 challenge signature").digest()
    auth = frames.read_client_auth(b"\x01" + public + b"\x40" + private.sign(signed))
    assert auth.key == public
    assert frames.is_proven(auth, challenge)
    assert not frames.is_proven(auth, b"d" * 16)
    assert not frames.is_proven(frames.ClientAuth(KEY, auth.signature), challenge)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x01",
        b"\x01" + KEY,
        b"\x01" + KEY + b"\x3f" + b"s" * 64,
        b"\x01" + KEY + b"\x40" + b"s" * 63,
        b"\x01" + KEY + b"\x40" + b"s" * 65,
        b"\x02" + KEY + b"\x40" + b"s" * 64,
    ],
)
def test_anything_but_a_whole_proof_is_malformed(frame: bytes) -> None:
    with pytest.raises(MalformedFrame):
        frames.read_client_auth(frame)


def test_a_datagram_needs_some_content() -> None:
    assert frames.is_datagram(b"\x04" + KEY + b"\x00!")
    assert frames.is_datagram(b"\x05" + KEY + b"\x00\x00\x01!")
    for half in (b"\x04" + KEY, b"\x04" + KEY + b"\x00", b"\x05" + KEY + b"\x00\x00\x01", b"\x05" + KEY + bytes(4)):
        with pytest.raises(MalformedFrame):
            frames.is_datagram(half)


def test_a_ping_is_answered_with_what_it_holds() -> None:
    assert frames.answer_to(b"\x09" + b"p" * 8) == b"\x0a" + b"p" * 8
    assert frames.answer_to(b"\x0a" + b"p" * 8) is None


@given(st.binary(max_size=200))
def test_hostile_bytes_are_malformed_or_harmless(data: bytes) -> None:
    try:
        if not frames.is_datagram(data):
            frames.answer_to(data)
    except MalformedFrame:
        return
    assert data[0] in {frames.DATAGRAM_TO, frames.BATCH_TO, frames.PING, frames.PONG}


@given(st.binary(max_size=200))
def test_hostile_proofs_prove_nothing(data: bytes) -> None:
    try:
        auth = frames.read_client_auth(data)
    except MalformedFrame:
        return
    assert not frames.is_proven(auth, bytes(16))


@pytest.mark.parametrize(
    ("size", "header"),
    [(1, "8201"), (125, "827d"), (126, "827e007e"), (65535, "827effff"), (65536, "827f0000000000010000")],
)
def test_a_websocket_message_says_its_size(size: int, header: str) -> None:
    assert frames.websocket_header(size).hex() == header
