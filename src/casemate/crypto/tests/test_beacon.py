"""Registered peers recognise each other by their tags; others learn that somebody is there, and a rounded number."""

import dataclasses
from typing import Any

import pytest

from casemate.crypto import beacon
from casemate.crypto.beacon import MAX_TAGS, SLOT_SECONDS, TAG_BYTES, TAGS_STEP, Beacons, slot_ends_at
from casemate.crypto.identity import DeviceEntry, OwnDevice, new_device
from casemate.crypto.keys import BeaconKey
from casemate.crypto.testing import repeatable_entropy

NOW = 1_800_000_000 + 100.0
ENTROPY = repeatable_entropy(b"beacon")


def devices(count: int) -> list[OwnDevice]:
    return [new_device(ENTROPY) for _ in range(count)]


def announced(announcer: OwnDevice, *peers: OwnDevice, at: float = NOW) -> tuple[bytes, ...]:
    return Beacons(announcer).tags([peer.entry for peer in peers], at, ENTROPY)


def test_a_peer_recognises_who_announces() -> None:
    alice, bea, carl = devices(3)
    tags = announced(alice, bea, carl)
    entries = [carl.entry, alice.entry]
    assert Beacons(bea).recognise(entries, tags, NOW) == (alice.entry,)


def test_somebody_whom_no_tag_is_for_recognises_nobody() -> None:
    alice, bea, eve = devices(3)
    tags = announced(alice, bea)
    assert Beacons(eve).recognise([alice.entry, bea.entry], tags, NOW) == ()


def test_several_peers_may_be_behind_the_tags_of_several_neighbours() -> None:
    alice, bea, carl = devices(3)
    tags = announced(alice, carl) + announced(bea, carl)
    assert Beacons(carl).recognise([alice.entry, bea.entry], tags, NOW) == (alice.entry, bea.entry)


@pytest.mark.parametrize(("slots", "recognised"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_slot(slots: int, recognised: bool) -> None:
    alice, bea = devices(2)
    tags = announced(alice, bea, at=NOW + slots * SLOT_SECONDS)
    assert (Beacons(bea).recognise([alice.entry], tags, NOW) == (alice.entry,)) is recognised


def test_what_was_expected_in_one_slot_is_not_expected_for_ever() -> None:
    alice, bea = devices(2)
    beacons = Beacons(bea)
    for slots in (0, 5):
        now = NOW + slots * SLOT_SECONDS
        assert beacons.recognise([alice.entry], announced(alice, bea, at=now), now)
    assert not beacons.recognise([alice.entry], announced(alice, bea), NOW + 5 * SLOT_SECONDS)


def test_own_tags_played_back_are_nobody() -> None:
    alice, bea = devices(2)
    assert Beacons(alice).recognise([bea.entry, alice.entry], announced(alice, bea), NOW) == ()


def test_tags_of_two_slots_have_nothing_in_common() -> None:
    alice, *peers = devices(20)
    now, later = (set(announced(alice, *peers, at=at)) for at in (NOW, NOW + SLOT_SECONDS))
    assert not now & later


def test_tags_of_one_slot_stay_so_that_peers_need_not_look_again() -> None:
    alice, bea = devices(2)
    start = slot_ends_at(NOW)
    first, last = (set(announced(alice, bea, at=at)) for at in (start, start + SLOT_SECONDS - 1))
    assert len(first & last) == 1


@pytest.mark.parametrize(
    ("peers", "tags"), [(0, TAGS_STEP), (1, 16), (16, 16), (17, 32), (128, MAX_TAGS), (130, MAX_TAGS)]
)
def test_the_number_of_contacts_is_rounded_and_limited(peers: int, tags: int) -> None:
    alice, *others = devices(peers + 1)
    made = announced(alice, *others)
    assert len(set(made)) == len(made) == tags
    assert {len(tag) for tag in made} == {TAG_BYTES}


def test_the_first_peers_are_announced_to_when_there_are_too_many() -> None:
    alice, *others = devices(MAX_TAGS + 2)
    tags = announced(alice, *others)
    assert Beacons(others[MAX_TAGS - 1]).recognise([alice.entry], tags, NOW)
    assert not Beacons(others[MAX_TAGS]).recognise([alice.entry], tags, NOW)


def test_the_order_of_tags_does_not_tell_which_are_made_up() -> None:
    alice, bea = devices(2)
    tags = announced(alice, bea)
    assert list(tags) == sorted(tags)


def test_an_agreement_key_that_was_replaced_is_another_secret() -> None:
    alice, bea, other = devices(3)
    beacons = Beacons(bea)
    assert beacons.recognise([alice.entry], announced(alice, bea), NOW)
    fields: dict[str, Any] = {name: getattr(alice.entry, name) for name in alice.entry.__struct_fields__}
    changed = type(alice.entry)(**{**fields, "agreement_key": other.entry.agreement_key})
    assert not beacons.recognise([changed], announced(alice, bea), NOW)


def test_what_was_derived_is_kept_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    alice, *peers = devices(12)
    derived: list[DeviceEntry] = []
    agree = beacon._agree

    def counted(device: OwnDevice, peer: DeviceEntry) -> BeaconKey:
        derived.append(peer)
        return agree(device, peer)

    monkeypatch.setattr(beacon, "_agree", counted)
    monkeypatch.setattr(beacon, "PAIRS_KEPT", 10)
    beacons = Beacons(alice)
    entries = [peer.entry for peer in peers]
    for at in (NOW, NOW, NOW + SLOT_SECONDS):
        beacons.recognise(entries[:10], [b"12345678"], at)
    assert len(derived) == 10
    beacons.tags(entries, NOW, ENTROPY)
    assert len(beacons._pairs) == 10


def test_a_clock_that_was_never_set_works_among_its_like() -> None:
    alice, bea = devices(2)
    assert Beacons(bea).recognise([alice.entry], announced(alice, bea, at=-5.0), 0.0) == (alice.entry,)


def test_keys_do_not_print() -> None:
    alice, bea = devices(2)
    beacons = Beacons(alice)
    beacons.tags([bea.entry], NOW, ENTROPY)
    (pair,) = beacons._pairs.values()
    assert "hidden" in repr(pair.key)
    assert pair.key.secret not in dataclasses.astuple(pair)[1:]
