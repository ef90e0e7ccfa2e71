"""Each field of a frame that opens a link has bounds of its own: one of them broken is enough."""

from typing import Any

import msgspec
import pytest

from casemate.crypto.link_proof import NONCE_BYTES, START_ID_BYTES
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import BUNDLE_BYTES, DEVICE_LIST_BYTES, NAMES_BYTES
from casemate.protocol.link import Authenticate, ClientHello, CreateAccount
from casemate.server.core.wellformed import (
    FEATURE_CHARS,
    FEATURES,
    NUMBER_MAX,
    SERVER_PASSWORD_HASH_BYTES,
    SERVER_PASSWORDS,
    VERSION_MAX,
    check,
)

HELLO = ClientHello((1, VERSION_MAX), ["x" * FEATURE_CHARS] * FEATURES, bytes(NONCE_BYTES))
AUTHENTICATE = Authenticate(AccountId(bytes(32)), DeviceId(bytes(16)), NUMBER_MAX, bytes(START_ID_BYTES), b"signature")
REGISTER = CreateAccount(
    username="alice",
    full_name="Alice",
    device_list=bytes(DEVICE_LIST_BYTES),
    bundle=bytes(BUNDLE_BYTES),
    server_password=[bytes(SERVER_PASSWORD_HASH_BYTES)] * SERVER_PASSWORDS,
    start_counter=0,
    start_id=bytes(START_ID_BYTES),
    signature=b"signature",
    names=bytes(NAMES_BYTES),
)
Opening = ClientHello | Authenticate | CreateAccount


@pytest.mark.parametrize("frame", [HELLO, AUTHENTICATE, REGISTER], ids=lambda frame: type(frame).__name__)
def test_what_is_just_within_its_bounds_passes(frame: Opening) -> None:
    check(frame)


@pytest.mark.parametrize(
    ("frame", "changed"),
    [
        (HELLO, {"versions": (0, 1)}),
        (HELLO, {"versions": (2, 1)}),
        (HELLO, {"versions": (1, VERSION_MAX + 1)}),
        (HELLO, {"nonce": bytes(NONCE_BYTES - 1)}),
        (HELLO, {"features": ["x"] * (FEATURES + 1)}),
        (HELLO, {"features": ["x", "x" * (FEATURE_CHARS + 1)]}),
        (AUTHENTICATE, {"account_id": b"short"}),
        (AUTHENTICATE, {"device_id": b"short"}),
        (AUTHENTICATE, {"start_counter": -1}),
        (AUTHENTICATE, {"start_counter": NUMBER_MAX + 1}),
        (AUTHENTICATE, {"start_id": b"short"}),
        (REGISTER, {"device_list": bytes(DEVICE_LIST_BYTES + 1)}),
        (REGISTER, {"bundle": b""}),
        (REGISTER, {"bundle": bytes(BUNDLE_BYTES + 1)}),
        (REGISTER, {"names": bytes(NAMES_BYTES + 1)}),
        (REGISTER, {"server_password": [bytes(SERVER_PASSWORD_HASH_BYTES)] * (SERVER_PASSWORDS + 1)}),
        (REGISTER, {"server_password": [b"short"]}),
        (REGISTER, {"start_counter": -1}),
        (REGISTER, {"start_id": b"short"}),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else next(iter(value)),
)
def test_a_field_out_of_its_bounds_is_malformed(frame: Opening, changed: dict[str, Any]) -> None:
    with pytest.raises(MalformedFrame):
        check(msgspec.structs.replace(frame, **changed))
