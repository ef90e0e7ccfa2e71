"""PQXDH: both roles agree exactly when they mean the same identities, prekeys and versions."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto.canonical import encode
from casemate.crypto.errors import BadDeviceList, BadKeyMaterial, HandshakeRefused
from casemate.crypto.handshake import (
    INITIAL_HEADER_BYTES,
    InitialHeader,
    KeyAgreement,
    initiate,
    read_initial_header,
    replay_token,
    respond,
)
from casemate.crypto.identity import rotate_account_key, sign_device_list, verify_device_list
from casemate.crypto.kem import MlKem768
from casemate.crypto.keys import KemCiphertext
from casemate.crypto.prekeys import PrekeyBundle, PrekeySecrets
from casemate.crypto.primitives import Aead
from casemate.crypto.tests.pair import Person, two_people
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.versions import NoCommonVersion

ALICE, BEA = two_people(b"handshake")
BUNDLE, SECRETS = BEA.one_time()


def initiated(alice: Person, bea: Person, bundle: PrekeyBundle, aead: Aead = Aead.AES_256_GCM) -> KeyAgreement:
    account = alice.account
    return initiate(
        alice.device, account.account_id, account.keys.current, bea.device_list, bundle, aead, alice.entropy, alice.kem
    )


def responded(bea: Person, alice: Person, secrets: PrekeySecrets, header: bytes) -> KeyAgreement:
    return respond(bea.device, alice.device_list, secrets, header, bea.kem)


def test_both_roles_hold_the_same_secret_and_transcript() -> None:
    for person_pair in (two_people(b"one"), two_people(b"two", MlKem768())):
        alice, bea = person_pair
        for _, secrets in (bea.one_time(), bea.last_resort()):
            for aead in Aead:
                ours = initiated(alice, bea, secrets.bundle, aead)
                theirs = responded(bea, alice, secrets, ours.initial_header)
                assert (ours.secret, ours.transcript, ours.aead, ours.version) == (
                    theirs.secret,
                    theirs.transcript,
                    aead,
                    1,
                )


def test_every_handshake_has_a_secret_of_its_own() -> None:
    _, secrets = BEA.last_resort()
    first, second = initiated(ALICE, BEA, secrets.bundle), initiated(ALICE, BEA, secrets.bundle)
    assert first.secret != second.secret
    assert replay_token(first.initial_header) != replay_token(second.initial_header)


def test_a_replayed_initial_message_is_known_by_its_token() -> None:
    header = initiated(ALICE, BEA, SECRETS.bundle).initial_header
    assert replay_token(header) == replay_token(bytes(header))


def test_the_initial_header_names_who_and_which_prekeys() -> None:
    data = initiated(ALICE, BEA, SECRETS.bundle).initial_header
    header = read_initial_header(data)
    assert header.account_id == ALICE.account.account_id
    assert header.device_id == ALICE.device.device_id
    assert header.bundle_id == SECRETS.bundle_id
    assert len(data) < INITIAL_HEADER_BYTES


def test_swapped_prekeys_lead_to_no_common_secret() -> None:
    """A server that hands out keys of its own under the right id: the transcripts, hence the secrets, differ."""
    _, other = BEA.one_time()
    for name in ("signed_prekey", "one_time_prekey", "kem_prekey"):
        swapped = msgspec.structs.replace(SECRETS.bundle, **{name: getattr(other.bundle, name)})
        ours = initiated(ALICE, BEA, swapped)
        assert responded(BEA, ALICE, SECRETS, ours.initial_header).secret != ours.secret


@pytest.mark.parametrize("field", ["created_at", "expires_at", "versions", "account_key"])
def test_the_secret_depends_on_all_that_the_bundle_says(field: str) -> None:
    other = {"created_at": 1, "expires_at": 2, "versions": (1, 9), "account_key": ALICE.account.keys.first}[field]
    claimed = msgspec.structs.replace(SECRETS.bundle, **{field: other})
    ours = initiated(ALICE, BEA, claimed)
    assert responded(BEA, ALICE, SECRETS, ours.initial_header).secret != ours.secret


def test_the_secret_depends_on_the_signing_keys_of_both_devices() -> None:
    """Nobody is made to believe that a key of his belongs to another identity."""
    signing_key = ALICE.account.keys.first
    for person in (ALICE, BEA):
        listed = person.device_list
        entry = msgspec.structs.replace(listed.devices[0], signing_key=signing_key)
        believed = msgspec.structs.replace(listed, devices=(entry,))
        account = ALICE.account
        ours = initiate(
            ALICE.device,
            account.account_id,
            account.keys.current,
            believed if person is BEA else BEA.device_list,
            SECRETS.bundle,
            Aead.AES_256_GCM,
            ALICE.entropy,
            ALICE.kem,
        )
        peer = believed if person is ALICE else ALICE.device_list
        assert respond(BEA.device, peer, SECRETS, ours.initial_header, BEA.kem).secret != ours.secret


def test_private_prekeys_of_another_bundle_are_refused() -> None:
    ours = initiated(ALICE, BEA, SECRETS.bundle)
    with pytest.raises(HandshakeRefused):
        responded(BEA, ALICE, BEA.one_time()[1], ours.initial_header)


def test_a_header_of_another_account_or_device_is_refused() -> None:
    carol, dora = two_people(b"others")
    ours = initiated(ALICE, BEA, SECRETS.bundle)
    with pytest.raises(HandshakeRefused):
        responded(BEA, carol, SECRETS, ours.initial_header)
    with pytest.raises(HandshakeRefused):
        responded(dora, ALICE, SECRETS, ours.initial_header)
    header = msgspec.structs.replace(read_initial_header(ours.initial_header), device_id=carol.device.device_id)
    with pytest.raises(BadDeviceList):
        responded(BEA, ALICE, SECRETS, encode(header))


def test_an_initiator_that_claims_an_identity_it_does_not_hold_gets_another_secret() -> None:
    mallory, _ = two_people(b"mallory")
    claimed = msgspec.structs.replace(mallory.device, entry=ALICE.device.entry)
    account = ALICE.account
    ours = initiate(
        claimed,
        account.account_id,
        account.keys.current,
        BEA.device_list,
        SECRETS.bundle,
        Aead.AES_256_GCM,
        mallory.entropy,
        mallory.kem,
    )
    assert responded(BEA, ALICE, SECRETS, ours.initial_header).secret != ours.secret


def test_a_handshake_begun_before_a_key_rotation_still_meets() -> None:
    bundle = SECRETS.bundle
    before = initiated(ALICE, BEA, bundle)
    rotated = rotate_account_key(ALICE.account, ALICE.entropy)
    newer = verify_device_list(sign_device_list(rotated, 2, (ALICE.device.entry,)), rotated.account_id)
    assert respond(BEA.device, newer, SECRETS, before.initial_header, BEA.kem).secret == before.secret


def changed(**changes: object) -> Callable[[InitialHeader], InitialHeader]:
    return lambda header: msgspec.structs.replace(header, **changes)


@pytest.mark.parametrize(
    "change",
    [
        changed(version=2),
        changed(version=0),
        changed(versions=(2, 1)),
        changed(versions=(2, 3)),
        changed(aead=3),
        changed(ephemeral=bytes(32)),
        changed(ephemeral=b"\x09" * 31),
        changed(kem_ciphertext=KemCiphertext(bytes(1087))),
        changed(account_key=BEA.account.keys.first),
    ],
)
def test_what_a_header_may_not_say_is_refused(change: Callable[[InitialHeader], InitialHeader]) -> None:
    header = read_initial_header(initiated(ALICE, BEA, SECRETS.bundle).initial_header)
    with pytest.raises((HandshakeRefused, BadKeyMaterial)):
        responded(BEA, ALICE, SECRETS, encode(change(header)))


@pytest.mark.parametrize("change", [changed(versions=(1, 2)), changed(aead=Aead.CHACHA20_POLY1305)])
def test_a_changed_version_range_or_aead_changes_the_secret(change: Callable[[InitialHeader], InitialHeader]) -> None:
    ours = initiated(ALICE, BEA, SECRETS.bundle)
    header = change(read_initial_header(ours.initial_header))
    assert responded(BEA, ALICE, SECRETS, encode(header)).secret != ours.secret


def test_a_lower_version_than_both_speak_is_refused() -> None:
    """Once there is version 2, nobody in between makes two programs that speak it use version 1."""
    newer = msgspec.structs.replace(SECRETS, bundle=msgspec.structs.replace(SECRETS.bundle, versions=(1, 2)))
    talked_down = initiated(ALICE, BEA, newer.bundle).initial_header
    assert read_initial_header(talked_down).version == 1
    both_newer = encode(msgspec.structs.replace(read_initial_header(talked_down), versions=(1, 2)))
    with pytest.raises(HandshakeRefused, match="highest"):
        responded(BEA, ALICE, newer, both_newer)


def test_without_a_common_version_the_older_side_is_named() -> None:
    newer = msgspec.structs.replace(SECRETS.bundle, versions=(2, 3))
    with pytest.raises(NoCommonVersion) as raised:
        initiated(ALICE, BEA, newer)
    assert raised.value.must_update == "sender"


def test_a_device_does_not_talk_to_itself() -> None:
    with pytest.raises(HandshakeRefused):
        initiated(BEA, BEA, SECRETS.bundle)


@given(st.data())
def test_changing_any_byte_of_a_header_never_leads_to_the_same_secret(data: st.DataObject) -> None:
    ours = initiated(ALICE, BEA, SECRETS.bundle)
    header = ours.initial_header
    position = data.draw(st.integers(0, len(header) - 1))
    flip = data.draw(st.integers(1, 255))
    damaged = header[:position] + bytes((header[position] ^ flip,)) + header[position + 1 :]
    try:
        theirs = responded(BEA, ALICE, SECRETS, damaged)
    except PeerBrokeProtocol:
        return
    assert theirs.secret != ours.secret


def test_the_secret_does_not_print() -> None:
    ours = initiated(ALICE, BEA, SECRETS.bundle)
    assert repr(ours.secret.secret)[2:-1] not in repr(ours)
