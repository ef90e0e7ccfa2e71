"""Prekey bundles and the cards that carry them."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, encode
from casemate.crypto.card import Purpose, sign_card, verify_card
from casemate.crypto.errors import BadDeviceList, BadKeyMaterial, BadPeerCard, BadPrekeyBundle, BadSignature
from casemate.crypto.identity import new_device
from casemate.crypto.prekeys import PrekeyBundle, verify_bundle
from casemate.crypto.primitives import ed25519_sign
from casemate.crypto.tests.pair import MONTH, NOW, Person, two_people
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.limits import BUNDLE_BYTES, SIGNED_REQUEST_BYTES

ALICE, BEA = two_people(b"prekeys")
BUNDLE, SECRETS = BEA.one_time()


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
        bundle=BUNDLE,
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
    assert verified.bundle == SECRETS.bundle
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
        bundle=ALICE.one_time()[0],
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
