"""Prekey bundles and the cards that carry them."""

import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, encode
from casemate.crypto.card import Purpose, sign_card, verify_card
from casemate.crypto.errors import BadDeviceList, BadKeyMaterial, BadPeerCard, BadPrekeyBundle, BadSignature
from casemate.crypto.identity import MAX_DEVICES, OwnDevice, new_device, sign_device_list
from casemate.crypto.link_proof import new_server_key
from casemate.crypto.names import sign_names
from casemate.crypto.prekeys import PrekeyBundle, new_one_time_bundle, verify_bundle
from casemate.crypto.primitives import ed25519_sign
from casemate.crypto.testing import repeatable_entropy
from casemate.crypto.tests.pair import MONTH, NOW, Person, two_people
from casemate.crypto.tests.vectors import FOLDER
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import BUNDLE_BYTES, SIGNED_REQUEST_BYTES

ALICE, BEA = two_people(b"prekeys")
BUNDLE, SECRETS = BEA.one_time()
NAMES = sign_names(BEA.account, new_server_key(repeatable_entropy(b"server"))[1], 1, "bea", "Bea")


def signed(person: Person, bundle: PrekeyBundle) -> bytes:
    body = encode(bundle)
    return encode(SignedDocument(body, ed25519_sign(person.device.signing, labels.PREKEY_BUNDLE, body)))


def card(purpose: Purpose = Purpose.ASK, note: bytes = b"") -> bytes:
    return sign_card(
        BEA.device,
        BEA.account.account_id,
        ALICE.account.account_id,
        purpose,
        device_list=BEA.signed_list,
        names=NAMES,
        bundles=(BUNDLE,),
        note=note,
        now_seconds=NOW,
    )


def test_a_bundle_comes_back_as_it_was() -> None:
    assert verify_bundle(BUNDLE, BEA.device_list, now_seconds=NOW) == SECRETS.bundle
    assert SECRETS.bundle.one_time_prekey is not None
    assert not SECRETS.bundle.last_resort
    assert len(BUNDLE) <= BUNDLE_BYTES


def test_a_last_resort_bundle_says_so() -> None:
    data, secrets = BEA.last_resort()
    bundle = verify_bundle(data, BEA.device_list, now_seconds=NOW)
    assert bundle.last_resort
    assert bundle.one_time_prekey is None
    assert secrets.one_time is None


def test_every_bundle_has_fresh_keys_and_an_id_of_its_own() -> None:
    _, other = BEA.one_time()
    assert other.bundle_id != SECRETS.bundle_id
    assert {other.signed.secret, other.kem.secret}.isdisjoint({SECRETS.signed.secret, SECRETS.kem.secret})


def test_an_expired_bundle_is_refused() -> None:
    verify_bundle(BUNDLE, BEA.device_list, now_seconds=NOW + MONTH - 1)
    with pytest.raises(BadPrekeyBundle, match="expired"):
        verify_bundle(BUNDLE, BEA.device_list, now_seconds=NOW + MONTH)


def test_a_bundle_of_another_account_is_refused() -> None:
    with pytest.raises(BadPrekeyBundle):
        verify_bundle(BUNDLE, ALICE.device_list, now_seconds=NOW)


def test_a_bundle_signed_by_another_device_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify_bundle(signed(ALICE, SECRETS.bundle), BEA.device_list, now_seconds=NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda bundle: msgspec.structs.replace(bundle, account_key=ALICE.account.keys.first),
        lambda bundle: msgspec.structs.replace(bundle, device_id=new_device(ALICE.entropy).device_id),
        lambda bundle: msgspec.structs.replace(bundle, versions=(2, 1)),
        lambda bundle: msgspec.structs.replace(bundle, versions=(0, 1)),
        lambda bundle: msgspec.structs.replace(bundle, last_resort=True),
        lambda bundle: msgspec.structs.replace(bundle, one_time_prekey=None),
        lambda bundle: msgspec.structs.replace(bundle, signed_prekey=bytes(32)),
        lambda bundle: msgspec.structs.replace(bundle, one_time_prekey=bytes(32)),
        lambda bundle: msgspec.structs.replace(bundle, kem_prekey=b"short"),
        lambda bundle: msgspec.structs.replace(bundle, bundle_id=b"short"),
    ],
)
def test_what_a_bundle_may_not_say_is_refused_though_it_is_signed(
    change: Callable[[PrekeyBundle], PrekeyBundle],
) -> None:
    with pytest.raises((BadPrekeyBundle, BadKeyMaterial, BadDeviceList)):
        verify_bundle(signed(BEA, change(SECRETS.bundle)), BEA.device_list, now_seconds=NOW)


@given(st.data())
def test_changing_any_byte_of_a_bundle_is_noticed(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(BUNDLE) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = BUNDLE[:position] + bytes((BUNDLE[position] ^ flip,)) + BUNDLE[position + 1 :]
    with pytest.raises(PeerBrokeProtocol):
        verify_bundle(changed, BEA.device_list, now_seconds=NOW)


def test_the_secrets_do_not_print() -> None:
    for private in (SECRETS.signed, SECRETS.kem):
        assert repr(private.secret)[2:-1] not in repr(SECRETS)


def test_a_card_brings_list_and_bundle() -> None:
    verified = verify_card(
        card(note=b"Bea"), BEA.account.account_id, ALICE.account.account_id, Purpose.ASK, now_seconds=NOW
    )
    assert verified.card.note == b"Bea"
    assert verified.device_list == BEA.device_list
    assert verified.card.names == NAMES
    assert verified.bundles == (SECRETS.bundle,)
    assert len(card()) <= SIGNED_REQUEST_BYTES


def test_a_card_cannot_be_sent_on_to_somebody_else_or_replayed_as_an_answer() -> None:
    alice, bea = ALICE.account.account_id, BEA.account.account_id
    for sender, recipient, purpose in [
        (bea, bea, Purpose.ASK),
        (alice, alice, Purpose.ASK),
        (bea, alice, Purpose.ACCEPT),
    ]:
        with pytest.raises(BadPeerCard):
            verify_card(card(), sender, recipient, purpose, now_seconds=NOW)


def test_a_card_with_a_swapped_bundle_is_refused() -> None:
    swapped = sign_card(
        BEA.device,
        BEA.account.account_id,
        ALICE.account.account_id,
        Purpose.ASK,
        device_list=BEA.signed_list,
        names=b"",
        bundles=(ALICE.one_time()[0],),
        note=b"",
        now_seconds=NOW,
    )
    with pytest.raises(BadPrekeyBundle):
        verify_card(swapped, BEA.account.account_id, ALICE.account.account_id, Purpose.ASK, now_seconds=NOW)


@given(st.data())
def test_changing_any_byte_of_a_card_is_noticed(data: st.DataObject) -> None:
    whole = card()
    position = data.draw(st.integers(0, len(whole) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = whole[:position] + bytes((whole[position] ^ flip,)) + whole[position + 1 :]
    with pytest.raises(PeerBrokeProtocol):
        verify_card(changed, BEA.account.account_id, ALICE.account.account_id, Purpose.ASK, now_seconds=NOW)


def card_of(devices: tuple[OwnDevice, ...], bundles: tuple[bytes, ...]) -> bytes:
    """From the first of these devices of Bea."""
    return sign_card(
        devices[0],
        BEA.account.account_id,
        ALICE.account.account_id,
        Purpose.ASK,
        device_list=sign_device_list(BEA.account, 2, tuple(device.entry for device in devices)),
        names=NAMES,
        bundles=bundles,
        note=b"",
        now_seconds=NOW,
    )


def bundle_of(device: OwnDevice) -> bytes:
    return new_one_time_bundle(BEA.account, device, BEA.entropy, BEA.kem, now_seconds=NOW, lifetime_seconds=MONTH)[0]


def read(data: bytes) -> tuple[bytes, ...]:
    verified = verify_card(data, BEA.account.account_id, ALICE.account.account_id, Purpose.ASK, now_seconds=NOW)
    return tuple(bundle.device_id for bundle in verified.bundles)


def in_order(devices: tuple[OwnDevice, ...]) -> tuple[OwnDevice, ...]:
    return tuple(sorted(devices, key=lambda device: device.device_id))


def test_a_card_brings_bundles_of_several_devices() -> None:
    devices = (BEA.device, *(new_device(BEA.entropy) for _ in range(MAX_DEVICES - 1)))
    whole = card_of(devices, tuple(bundle_of(device) for device in in_order(devices)))
    assert read(whole) == tuple(device.device_id for device in in_order(devices))
    assert len(whole) <= SIGNED_REQUEST_BYTES


def test_a_card_names_each_device_once_in_order_and_its_own_among_them() -> None:
    phone = new_device(BEA.entropy)
    devices = in_order((BEA.device, phone))
    bundles = tuple(bundle_of(device) for device in devices)
    assert read(card_of((BEA.device, phone), (bundle_of(BEA.device),))) == (BEA.device.device_id,)
    for wrong in [bundles[::-1], (bundles[0], bundles[0]), (bundle_of(phone),)]:
        with pytest.raises(BadPeerCard):
            read(card_of((BEA.device, phone), wrong))
    with pytest.raises(BadDeviceList):
        read(card_of((BEA.device,), bundles))


def test_a_request_that_waits_since_cards_had_one_bundle_is_still_read() -> None:
    old = json.loads((FOLDER / "crypto_card_1.json").read_text(encoding="utf-8"))
    sender, recipient = (AccountId(bytes.fromhex(old[side])) for side in ("sender", "recipient"))
    verified = verify_card(bytes.fromhex(old["card"]), sender, recipient, Purpose.ASK, now_seconds=NOW)
    assert (verified.card.note, verified.card.names) == (b"Bea", b"")
    assert [bundle.device_id for bundle in verified.bundles] == [verified.card.device_id]
