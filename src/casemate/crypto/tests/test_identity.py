"""Accounts, devices and the signed device list."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, encode
from casemate.crypto.errors import BadDeviceList, BadKeyMaterial, BadSignature, DeviceListRolledBack
from casemate.crypto.identity import (
    MAX_ACCOUNT_KEYS,
    AccountKeys,
    DeviceEntry,
    DeviceList,
    OwnAccount,
    OwnDevice,
    Successor,
    account_id_of,
    check_not_older,
    device_id_of,
    new_account,
    new_device,
    rotate_account_key,
    sign_device_list,
    verify_device_list,
)
from casemate.crypto.kdf import sha3_256
from casemate.crypto.keys import Ed25519Public, X25519Public
from casemate.crypto.primitives import ed25519_sign
from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId, cid_of

ENTROPY = repeatable_entropy(b"identity")
ALICE = new_account(ENTROPY)
MALLORY = new_account(ENTROPY)
LAPTOP, PHONE = new_device(ENTROPY), new_device(ENTROPY)


def listed(account: OwnAccount, *devices: OwnDevice, number: int = 1) -> DeviceList:
    return DeviceList(
        1,
        account.account_id,
        account.keys,
        number,
        tuple(sorted((device.entry for device in devices), key=lambda entry: entry.device_id)),
    )


def signed(account: OwnAccount, body: DeviceList) -> bytes:
    """A list whose signature holds, whatever it says."""
    data = encode(body)
    return encode(SignedDocument(data, ed25519_sign(account.private, labels.DEVICE_LIST, data)))


def test_ids_are_hashes_of_the_first_keys() -> None:
    assert ALICE.account_id == sha3_256(b"casemate/account/1", ALICE.keys.first)
    assert cid_of(ALICE.account_id) == int.from_bytes(ALICE.account_id[:8], "big")
    assert LAPTOP.device_id == sha3_256(b"casemate/device/1", LAPTOP.entry.signing_key)[:16]


def test_a_signed_list_comes_back_as_it_was() -> None:
    data = sign_device_list(ALICE, 7, (PHONE.entry, LAPTOP.entry))
    assert verify_device_list(data, ALICE.account_id) == listed(ALICE, LAPTOP, PHONE, number=7)
    assert verify_device_list(data).account_id == ALICE.account_id


def test_an_account_whose_cid_would_be_0_is_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bytes] = []

    def first_is_zero(account_id: bytes) -> int:
        drawn.append(account_id)
        return 0 if len(drawn) == 1 else 5

    monkeypatch.setattr("casemate.crypto.identity.cid_of", first_is_zero)
    account = new_account(repeatable_entropy(b"zero"))
    assert len(drawn) == 2
    assert account.account_id == drawn[1]


def test_a_list_whose_cid_would_be_0_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sign_device_list(ALICE, 1, (LAPTOP.entry,))
    monkeypatch.setattr("casemate.crypto.identity.cid_of", lambda _: 0)
    with pytest.raises(BadDeviceList):
        verify_device_list(data)


def test_a_list_of_another_account_is_refused() -> None:
    with pytest.raises(BadDeviceList):
        verify_device_list(sign_device_list(MALLORY, 1, (LAPTOP.entry,)), ALICE.account_id)


def test_a_list_signed_by_a_stranger_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify_device_list(signed(MALLORY, listed(ALICE, LAPTOP)), ALICE.account_id)


def replaced(entry: DeviceEntry, **changes: bytes) -> Callable[[DeviceList], DeviceList]:
    return lambda body: msgspec.structs.replace(body, devices=(msgspec.structs.replace(entry, **changes),))


@pytest.mark.parametrize(
    "change",
    [
        lambda body: msgspec.structs.replace(body, account_id=MALLORY.account_id),
        lambda body: msgspec.structs.replace(body, devices=()),
        lambda body: msgspec.structs.replace(body, devices=body.devices * 2),
        lambda body: msgspec.structs.replace(body, devices=body.devices[::-1]),
        lambda body: msgspec.structs.replace(body, number=0),
        lambda body: msgspec.structs.replace(body, number=-1),
        lambda body: msgspec.structs.replace(body, version=2),
        replaced(LAPTOP.entry, device_id=PHONE.device_id),
        replaced(LAPTOP.entry, agreement_key=b"\x09" * 31),
        replaced(LAPTOP.entry, agreement_key=bytes(32)),
        replaced(LAPTOP.entry, endpoint_key=bytes(32)),
        replaced(LAPTOP.entry, signing_key=bytes(32), device_id=device_id_of(Ed25519Public(bytes(32)))),
    ],
)
def test_what_a_list_may_not_say_is_refused_though_it_is_signed(change: Callable[[DeviceList], DeviceList]) -> None:
    body = change(listed(ALICE, LAPTOP, PHONE))
    with pytest.raises((BadDeviceList, BadKeyMaterial)):
        verify_device_list(signed(ALICE, body))


def test_more_than_sixteen_devices_are_refused() -> None:
    devices = [new_device(ENTROPY) for _ in range(17)]
    with pytest.raises(BadDeviceList):
        verify_device_list(signed(ALICE, listed(ALICE, *devices)))


def test_another_spelling_of_the_same_list_is_refused() -> None:
    values = msgspec.to_builtins(listed(ALICE, LAPTOP), builtin_types=(bytes,))
    canonical = msgspec.msgpack.encode(values)
    assert canonical == encode(listed(ALICE, LAPTOP))
    spelled_out = canonical[:1] + b"\xcc\x01" + canonical[2:]
    data = encode(SignedDocument(spelled_out, ed25519_sign(ALICE.private, labels.DEVICE_LIST, spelled_out)))
    with pytest.raises(BadDeviceList, match="canonical"):
        verify_device_list(data)


@given(st.data())
def test_changing_any_byte_of_a_list_is_noticed(data: st.DataObject) -> None:
    signed_list = sign_device_list(ALICE, 1, (LAPTOP.entry,))
    position = data.draw(st.integers(0, len(signed_list) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = signed_list[:position] + bytes((signed_list[position] ^ flip,)) + signed_list[position + 1 :]
    with pytest.raises(PeerBrokeProtocol):
        verify_device_list(changed, ALICE.account_id)


@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(PeerBrokeProtocol):
        verify_device_list(data)


def test_a_rotated_key_signs_the_list_and_the_account_keeps_its_id() -> None:
    rotated = rotate_account_key(rotate_account_key(ALICE, ENTROPY), ENTROPY)
    assert rotated.account_id == ALICE.account_id
    arrived = verify_device_list(sign_device_list(rotated, 2, (LAPTOP.entry,)), ALICE.account_id)
    assert arrived.account_keys.current == rotated.keys.all[2]
    check_not_older(listed(ALICE, LAPTOP), arrived)


def test_a_retired_key_signs_no_lists() -> None:
    rotated = rotate_account_key(ALICE, ENTROPY)
    with pytest.raises(BadSignature):
        verify_device_list(signed(ALICE, listed(rotated, LAPTOP)), ALICE.account_id)


def test_a_successor_needs_the_signature_of_the_key_before() -> None:
    forged = rotate_account_key(MALLORY, ENTROPY)
    keys = AccountKeys(ALICE.keys.first, forged.keys.successors)
    body = msgspec.structs.replace(listed(ALICE, LAPTOP), account_keys=keys)
    with pytest.raises(BadDeviceList, match="succession"):
        verify_device_list(signed(forged, body), ALICE.account_id)


def test_a_successor_signature_does_not_serve_at_another_place() -> None:
    """A key that comes back later, after a rotation away from it, is refused as well."""
    rotated = rotate_account_key(ALICE, ENTROPY)
    again = Successor(ALICE.keys.first, rotated.keys.successors[0].signature)
    keys = AccountKeys(ALICE.keys.first, (*rotated.keys.successors, again))
    body = msgspec.structs.replace(listed(ALICE, LAPTOP), account_keys=keys)
    with pytest.raises(BadDeviceList):
        verify_device_list(signed(ALICE, body), ALICE.account_id)


def test_a_successor_signature_does_not_serve_in_another_account() -> None:
    """One key in two chains: what it signed as Alice's does not continue Mallory's."""
    shared = ALICE.keys.first
    into_shared = ed25519_sign(MALLORY.private, labels.ACCOUNT_SUCCESSOR, MALLORY.account_id + bytes((1,)) + shared)
    borrowed = rotate_account_key(ALICE, ENTROPY)
    keys = AccountKeys(MALLORY.keys.first, (Successor(shared, into_shared), borrowed.keys.successors[0]))
    body = msgspec.structs.replace(listed(MALLORY, LAPTOP), account_keys=keys)
    with pytest.raises(BadDeviceList, match="succession"):
        verify_device_list(signed(borrowed, body))
    kept = msgspec.structs.replace(body, account_keys=AccountKeys(keys.first, keys.successors[:1]))
    verify_device_list(signed(ALICE, kept))


def test_the_chain_of_account_keys_is_limited() -> None:
    account = ALICE
    for _ in range(MAX_ACCOUNT_KEYS - 1):
        account = rotate_account_key(account, ENTROPY)
    verify_device_list(sign_device_list(account, 1, (LAPTOP.entry,)), ALICE.account_id)
    with pytest.raises(BadDeviceList):
        rotate_account_key(account, ENTROPY)


def test_an_older_list_is_a_rollback() -> None:
    newer, older = listed(ALICE, LAPTOP, number=5), listed(ALICE, LAPTOP, PHONE, number=4)
    check_not_older(older, newer)
    check_not_older(newer, newer)
    with pytest.raises(DeviceListRolledBack):
        check_not_older(newer, older)


def test_two_lists_of_one_number_are_a_rollback() -> None:
    with pytest.raises(DeviceListRolledBack):
        check_not_older(listed(ALICE, LAPTOP, number=5), listed(ALICE, PHONE, number=5))


def test_a_list_that_forgets_or_forks_the_account_keys_is_a_rollback() -> None:
    one, two = rotate_account_key(ALICE, ENTROPY), rotate_account_key(ALICE, ENTROPY)
    with pytest.raises(DeviceListRolledBack):
        check_not_older(listed(one, LAPTOP), listed(ALICE, LAPTOP, number=9))
    with pytest.raises(DeviceListRolledBack):
        check_not_older(listed(one, LAPTOP), listed(two, LAPTOP, number=9))
    with pytest.raises(DeviceListRolledBack):
        check_not_older(listed(ALICE, LAPTOP), listed(MALLORY, LAPTOP, number=9))


def test_a_device_that_is_not_listed_is_not_found() -> None:
    assert listed(ALICE, LAPTOP).device(LAPTOP.device_id) == LAPTOP.entry
    with pytest.raises(BadDeviceList):
        listed(ALICE, LAPTOP).device(DeviceId(PHONE.device_id))


def test_private_keys_do_not_print() -> None:
    for private in (ALICE.private, LAPTOP.signing, LAPTOP.agreement, LAPTOP.endpoint):
        for text in (repr(ALICE), repr(LAPTOP), str(private), repr(list(private.__rich_repr__()))):
            assert private.secret.hex() not in text
            assert repr(private.secret)[2:-1] not in text
    assert account_id_of(ALICE.keys.first).hex() == ALICE.account_id.hex()
    assert X25519Public(LAPTOP.entry.agreement_key) == LAPTOP.entry.agreement_key
