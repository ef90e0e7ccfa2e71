"""What a registered peer tries on a connection of its own, and what an unlucky moment does to a path."""

from pathlib import Path

import pytest

from casemate.crypto.control import seal_control
from casemate.crypto.session import session_from_bytes
from casemate.internal_service.core.account.contents import ControlNote, ReceiptNote, encode
from casemate.internal_service.core.account.rows import Channel
from casemate.internal_service.core.path_io import PeerFrameArrived
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import EARLY_ENVELOPES_PER_PEER, ENVELOPE_BYTES
from casemate.protocol.peer import Control, Envelopes, PeerFrame, decode_peer_frame, encode_peer_frame
from tests.accounts.deployment import Person
from tests.accounts.test_paths import Neighbours


@pytest.fixture
def neighbours(tmp_path: Path) -> Neighbours:
    return Neighbours(tmp_path)


def channel_of(person: Person) -> Channel:
    """To the one other person there is."""
    (channel,) = person.store.channels()
    return channel


def says_on_its_connection(neighbours: Neighbours, victim: Person, frame: PeerFrame) -> None:
    """The peer's device sends this to the victim."""
    account_id = victim.account.account_id
    place = neighbours.world.peers.place_of(account_id)
    arrived = decode_peer_frame(encode_peer_frame(frame))
    neighbours.world.peers.later(account_id, PeerFrameArrived(*place, arrived))
    neighbours.world.settle()


def sealed_by(neighbours: Neighbours, writer: Person, note: ControlNote) -> Control:
    """What the writer's device may seal: it has the keys, whatever its program."""
    session_id = channel_of(writer).receipt_session
    assert session_id is not None
    row = writer.store.ratchet(session_id)
    assert row is not None
    return Control(seal_control(session_from_bytes(row.session), encode(note), neighbours.world.entropy))


@pytest.mark.parametrize("number", [-1, 2**63, 2**64 - 1])
def test_an_envelope_has_a_number_that_a_database_can_hold(number: int) -> None:
    with pytest.raises(MalformedFrame):
        decode_peer_frame(encode_peer_frame(Envelopes([(number, b"sealed")])))


def test_an_envelope_is_not_larger_than_envelopes_are() -> None:
    with pytest.raises(MalformedFrame):
        decode_peer_frame(encode_peer_frame(Envelopes([(1, bytes(ENVELOPE_BYTES + 1))])))


def test_the_highest_number_of_all_stops_nobody(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    for start in range(100, 100 + EARLY_ENVELOPES_PER_PEER, 500):
        says_on_its_connection(neighbours, ann, Envelopes([(start + n, b"early") for n in range(500)]))
    says_on_its_connection(neighbours, ann, Envelopes([(2**63 - 1, b"last of all")]))
    world.pass_time(5)
    world.say(ann, bob, "still here")
    assert world.texts(bob, ann) == ["still here"]


@pytest.mark.parametrize("opened", [2**62, 2**63 - 2, 2**63 - 1])
def test_a_receipt_for_what_was_never_sent_does_not_use_up_our_numbers(neighbours: Neighbours, opened: int) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.say(ann, bob, "one")
    before = channel_of(ann).next_number
    for claimed in (before, before - 1):
        note = ReceiptNote(claimed, claimed, 0, (), (), (opened, b"m" * 16))
        says_on_its_connection(neighbours, ann, sealed_by(neighbours, bob, note))
    assert channel_of(ann).next_number == before
    world.say(ann, bob, "two")
    assert world.texts(bob, ann) == ["one", "two"]
    assert world.statuses(ann, bob) == ["delivered", "delivered"]


def test_early_envelopes_take_a_bounded_room_on_the_disk(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casemate.internal_service.core.account.inbox.EARLY_BYTES_PER_PEER", 10_000)
    for number in range(100, 130):
        says_on_its_connection(neighbours, neighbours.ann, Envelopes([(number, bytes(1000))]))
    held = neighbours.ann.store.early_held(channel_of(neighbours.ann).device)
    assert held == (10, 10_000)
