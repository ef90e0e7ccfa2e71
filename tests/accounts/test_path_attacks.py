"""What a registered peer tries on a connection of its own, and what an unlucky moment does to a path."""

from dataclasses import replace
from pathlib import Path

import pytest

from casemate.crypto.control import seal_control
from casemate.crypto.keys import Ed25519Public
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.contents import ControlNote, ReceiptNote, encode
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.paths.admission import KNOCKS
from casemate.internal_service.core.account.paths.lan import Lan
from casemate.internal_service.core.account.rows import Channel, Peer
from casemate.internal_service.core.ground.path_io import (
    LeaveLan,
    PeerClosed,
    PeerConnected,
    PeerFrameArrived,
)
from casemate.node import Instant
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import EARLY_ENVELOPES_PER_PEER, ENVELOPE_BYTES
from casemate.protocol.link import Receipt
from casemate.protocol.peer import (
    Control,
    Envelopes,
    Network,
    PathPong,
    PeerFrame,
    PeerHello,
    decode_peer_frame,
    encode_peer_frame,
)
from tests.accounts.deployment import Person
from tests.accounts.neighbours import Neighbours


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
    return Control(seal_control(row.session, encode(note), neighbours.world.entropy))


def count_reads_of_all_peers(person: Person, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Grows with each."""
    reads: list[None] = []
    peers = person.store.peers

    def counted() -> list[Peer]:
        reads.append(None)
        return peers()

    monkeypatch.setattr(person.store, "peers", counted)
    return reads


def take_the_server_away(neighbours: Neighbours) -> None:
    neighbours.world.server_up = False
    neighbours.world.cut(neighbours.ann)
    neighbours.world.cut(neighbours.bob)


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
        note = ReceiptNote(claimed, claimed, 0, (), (), (opened, b"nobody's"))
        says_on_its_connection(neighbours, ann, sealed_by(neighbours, bob, note))
    assert channel_of(ann).next_number == before
    world.say(ann, bob, "two")
    assert world.texts(bob, ann) == ["one", "two"]
    assert world.statuses(ann, bob) == ["delivered", "delivered"]


def test_early_envelopes_take_a_bounded_room_on_the_disk(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casemate.internal_service.core.account.delivery.inbox.EARLY_BYTES_PER_PEER", 10_000)
    for number in range(100, 130):
        says_on_its_connection(neighbours, neighbours.ann, Envelopes([(number, bytes(1000))]))
    held = neighbours.ann.store.early_held(channel_of(neighbours.ann).device)
    assert held == (10, 10_000)


def test_whoever_sends_pongs_but_no_receipts_gets_everything_through_the_mailbox(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    bobs = bob.account.account_id
    world.peers.on_the_way = lambda sender, frame: [] if (sender, type(frame)) == (bobs, Control) else [frame]
    world.to_server = lambda person, frame: [] if person is bob and isinstance(frame, Receipt) else [frame]
    for text in ("one", "two", "three"):
        world.say(ann, bob, text)
        world.pass_time(5)
    assert world.statuses(ann, bob) == ["sent"] * 3


def test_a_receipt_that_got_lost_while_the_server_is_away_is_given_again(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    take_the_server_away(neighbours)
    bobs = bob.account.account_id
    world.peers.on_the_way = lambda sender, frame: [] if (sender, type(frame)) == (bobs, Control) else [frame]
    world.say(ann, bob, "one")
    world.peers.on_the_way = lambda sender, frame: [frame]
    world.pass_time(2)
    assert world.texts(bob, ann) == ["one"]
    assert world.statuses(ann, bob) == ["delivered"]


def test_what_a_connection_took_along_goes_over_the_other_one_at_once(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    writer, reader = sorted((ann, bob), key=lambda person: channel_of(person).device)  # the reader has the smaller id
    take_the_server_away(neighbours)
    account_id = writer.account.account_id
    # The writer dials once more; of what it says on the second connection nothing arrives.
    world.peers.on_the_way = lambda sender, frame: [] if sender == account_id else [frame]
    world.peers.dial_again(account_id)
    world.settle()
    place = world.peers.place_of(account_id)
    world.say(writer, reader, "lost with it")
    world.peers.on_the_way = lambda sender, frame: [frame]
    world.peers.later(account_id, PeerClosed(*place, "replaced"))
    world.settle()
    assert world.texts(reader, writer) == ["lost with it"]


def test_what_is_sealed_anew_for_a_path_that_loses_it_comes_through_the_mailbox(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.say(ann, bob, "one")
    backup = world.copy_of(bob)
    world.pass_time(5)
    for text in ("two", "three"):
        world.say(ann, bob, text)
    anns = ann.account.account_id
    world.peers.on_the_way = lambda sender, frame: [] if (sender, type(frame)) == (anns, Envelopes) else [frame]
    world.restart(bob, database=backup)
    world.pass_time(60)
    assert world.texts(bob, ann) == ["one", "two", "three"]
    assert set(world.statuses(ann, bob)) == {"delivered"}


def test_a_block_looks_like_leaving_to_whom_it_concerns(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.do(ann, lambda account, now: account.set_settings(appear_offline=True, token=1, now=now))
    world.pass_time(60)
    left, world.peers.words = world.peers.words, []
    world.do(ann, lambda account, now: account.set_settings(appear_offline=False, token=2, now=now))
    world.pass_time(60)
    assert neighbours.kinds() == ("direct", "direct")
    world.do(ann, lambda account, now: account.block(bob.cid, True, 3, now))
    world.pass_time(60)
    assert world.peers.words == left == ["bye"]


def test_who_is_blocked_knows_no_address_at_which_we_answer(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    carol = world.person("carol")
    world.befriend(ann, carol)
    world.pass_time(5)
    assert neighbours.kinds() == ("direct", "direct")
    before = world.peers.opened
    world.do(ann, lambda account, now: account.block(bob.cid, True, 1, now))
    world.pass_time(10)
    assert world.peers.opened == before + 1, "on another port"
    path = world.sees(ann, carol).path
    assert path is not None
    assert path.kind == "direct"
    world.do(ann, lambda account, now: account.block(bob.cid, False, 2, now))
    world.pass_time(10)
    assert world.peers.opened == before + 1
    assert neighbours.kinds() == ("direct", "direct")
    world.do(ann, lambda account, now: account.block(bob.cid, True, 3, now))
    assert world.peers.opened == before + 2


@pytest.mark.parametrize("auto_connect", [False, True])
def test_a_peer_cannot_take_back_that_we_wanted_no_udp(tmp_path: Path, auto_connect: bool) -> None:
    neighbours = Neighbours(tmp_path)
    world, ann = neighbours.world, neighbours.ann
    carol = world.person("carol")
    world.do(ann, lambda account, now: account.ask_registration(carol.cid, now))
    world.do(carol, lambda account, now: account.answer_registration(ann.cid, True, now))
    world.do(ann, lambda account, now: account.connect(carol.cid, b"", "Disabled", now))
    world.do(carol, lambda account, now: account.answer_connect(ann.cid, True, b"", "Enabled", now))
    world.do(ann, lambda account, now: account.set_settings(auto_connect=auto_connect, token=1, now=now))

    def ask_again(account: Account, now: Instant) -> Outcome:
        if auto_connect:
            return [*account.disconnect(ann.cid, now), *account.connect(ann.cid, b"", "Enabled", now)]
        known = carol.store.peer_by_cid(ann.cid)
        assert known is not None
        carol.store.put_peer(replace(known, connection="none"))
        return account.connect(ann.cid, b"", "Enabled", now)

    world.do(carol, ask_again)
    world.pass_time(10)
    path = world.sees(ann, carol).path
    assert path is not None
    assert path.reason is not None
    assert (path.kind, path.reason.code) == ("mailbox", "udp_off")


def test_what_one_peer_does_wrong_does_not_concern_what_is_under_way_to_another(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    carol = world.person("carol")
    world.befriend(ann, carol)
    world.pass_time(3)
    anns = ann.account.account_id
    world.peers.on_the_way = lambda sender, frame: [] if (sender, type(frame)) == (anns, Envelopes) else [frame]
    world.say(ann, bob, "lost on the way")
    carols = carol.account.account_id
    again = PeerHello((1, 1), [], carols, ann.store.channels()[0].device, ann.store.channels()[0].device, 0, Network())
    says_on_its_connection(neighbours, ann, again)
    world.pass_time(1)
    assert world.texts(bob, ann) == ["lost on the way"]
    assert ann.store.database.rows("SELECT what FROM quarantine") == []


def test_whoever_chose_to_appear_offline_does_so_even_if_the_event_of_it_is_undone(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, ann = neighbours.world, neighbours.ann
    review = Lan.review
    faults = [ZeroDivisionError(), None]

    def review_once_in_vain(lan: Lan, now: Instant) -> Outcome:
        outcome = review(lan, now)
        if any(isinstance(effect, LeaveLan) for effect in outcome) and (fault := faults.pop(0)) is not None:
            raise fault
        return outcome

    monkeypatch.setattr(Lan, "review", review_once_in_vain)
    with pytest.raises(ZeroDivisionError):
        world.do(ann, lambda account, now: account.set_settings(appear_offline=True, token=1, now=now))
    world.pass_time(1)
    assert faults == []
    assert world.peers.connections == 0
    assert ann.account.account_id not in world.peers.announced
    assert neighbours.kinds() == ("mailbox", "mailbox")


def test_a_connection_whose_end_was_undone_goes_on(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    place = world.peers.place_of(ann.account.account_id)

    def in_vain(account: Account, now: Instant) -> Outcome:
        device = channel_of(ann).device
        account.path_event(
            PeerFrameArrived(*place, PeerHello((1, 1), [], account.account_id, device, device, 0, Network())), now
        )
        raise ZeroDivisionError

    world.peers.words.clear()
    with pytest.raises(ZeroDivisionError):
        world.do(ann, in_vain)
    world.say(bob, ann, "on a connection that ann had given up for a moment")
    assert world.peers.words == []
    assert world.texts(ann, bob) == ["on a connection that ann had given up for a moment"]
    assert world.peers.connections == 2


@pytest.mark.parametrize("seconds", [3.5, 4, 5])
def test_a_connection_whose_answers_wait_behind_data_is_not_called_dead(neighbours: Neighbours, seconds: float) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    place = world.peers.place_of(bob.account.account_id)
    world.peers.on_the_way = lambda sender, frame: [] if isinstance(frame, PathPong) else [frame]
    for number in range(8):
        world.pass_time(seconds)
        world.say(ann, bob, f"part {number}")
    assert world.peers.place_of(bob.account.account_id) == place
    world.peers.on_the_way = lambda sender, frame: [frame]
    world.pass_time(10)
    assert neighbours.kinds() == ("direct", "direct")


def test_strangers_who_knock_cost_the_same_however_many_people_we_know(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, ann = neighbours.world, neighbours.ann
    account_id, generation, number = world.peers.place_of(ann.account.account_id)
    counted = count_reads_of_all_peers(ann, monkeypatch)
    for knock in range(50):
        stranger = Ed25519Public(bytes([knock]) * 32)
        world.peers.later(
            account_id, PeerConnected(account_id, generation, number + 1_001 + 2 * knock, stranger, False)
        )
    world.settle()
    assert len(counted) <= 2
    assert world.peers.connections == 2


def test_a_device_that_says_it_misses_what_never_was_does_not_keep_us_busy(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    monkeypatch.setattr("casemate.internal_service.core.account.delivery.sealing.VOIDS_AT_ONCE", 600)
    world.say(ann, bob, "one")
    # From here on Bob's own program is not heard, nor does it hear.
    world.peers.on_the_way = lambda sender, frame: []
    world.to_device = lambda person, frame: [frame] if person is ann else []
    claimed = channel_of(ann).next_number + 2**30
    says_on_its_connection(neighbours, ann, sealed_by(neighbours, bob, ReceiptNote(claimed, claimed, 0)))
    made = 0
    for step in range(10):
        note = ReceiptNote(10 + 256 * step, claimed, 0)
        says_on_its_connection(neighbours, ann, sealed_by(neighbours, bob, note))
        made += int(ann.store.database.value("SELECT count(*) FROM deliveries WHERE number > ?", 10 + 256 * step)) - 1
    assert made == 600


def test_nothing_is_written_for_a_gap_that_no_session_can_fill(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.say(ann, bob, "one")
    world.peers.on_the_way = lambda sender, frame: []
    world.to_device = lambda person, frame: []
    said = sealed_by(neighbours, bob, ReceiptNote(0, channel_of(ann).next_number - 1, 0))
    device = channel_of(ann).device
    ann.store.stop_sending(device, world.now.wall + 1e6)
    ann.store.wipe_spares(device)
    ann.store.take_peer_bundle(device)
    says_on_its_connection(neighbours, ann, said)
    assert ann.store.sending_ratchet(device) is None
    assert ann.store.database.value("SELECT count(*) FROM messages WHERE kind = 'void'") == 0


def test_a_device_that_connects_again_and_again_is_let_in_now_and_then(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    anns = ann.account.account_id
    world.pass_time(20)
    world.peers.sent.clear()
    for _ in range(200):
        world.peers.dial_again(bob.account.account_id)
        world.settle()
    hellos = [frame for sender, frame in world.peers.sent if sender == anns and isinstance(frame, PeerHello)]
    assert len(hellos) == KNOCKS
    world.pass_time(60)
    assert neighbours.kinds() == ("direct", "direct")
    assert world.peers.connections == 2
