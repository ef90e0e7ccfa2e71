"""One device may send anything at any time: its own link ends at worst, and nobody else notices."""

import string
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casemate.node import Effect, Event, Instant, step
from casemate.protocol import link as link_protocol
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import (
    CONTROL_BYTES,
    DEPOSIT_ITEMS,
    ENVELOPE_BYTES,
    LINK_FRAME_BYTES,
    MIB,
    REQUEST_RATE_PER_SECOND,
    SIGNED_REQUEST_BYTES,
)
from casemate.protocol.link import (
    AccountPage,
    AnswerRegistration,
    AskRegistration,
    Closing,
    Deliver,
    Deposit,
    Ephemeral,
    FindAccount,
    ListAccounts,
    PublishDeviceList,
    Receipt,
    ReceiptTaken,
    RequestFailed,
    SetBlock,
    SignalsTaken,
    Welcome,
)
from casemate.protocol.link_codec import ClientFrame, decode_client_frame, encode
from casemate.server.core.events import Barrier, BarrierPassed, FrameArrived, FrameGarbled, StopAsked
from casemate.server.core.links import DeviceLink
from casemate.server.core.rates import BURST_SECONDS, REFUSALS_BEFORE_BREAK, SIGNS_PER_SECOND
from casemate.server.tests.office import Connection, Office, befriend, deposit, person_of
from casemate.server.tests.people import new_person

DEVICE = DeviceId(bytes(16))
ACCOUNT = AccountId(bytes(32))


def still_works(office: Office, first: Connection, second: Connection) -> None:
    before = len(second.all(Deliver))
    first.say(deposit(second, [10**6]))
    assert len(second.all(Deliver)) == before + 1


@pytest.mark.parametrize(
    "frame",
    [
        Deposit(DeviceId(b"short"), [(1, b"x")]),
        Deposit(DEVICE, []),
        Deposit(DEVICE, [(0, b"x")]),
        Deposit(DEVICE, [(-1, b"x")]),
        Deposit(DEVICE, [(2**63, b"x")]),
        Deposit(DEVICE, [(2, b"x"), (1, b"x")]),
        Deposit(DEVICE, [(1, b"x"), (1, b"y")]),
        Deposit(DEVICE, [(1, b"")]),
        Deposit(DEVICE, [(1, bytes(ENVELOPE_BYTES + 1))]),
        Deposit(DEVICE, [(n, b"x") for n in range(1, DEPOSIT_ITEMS + 2)]),
        Receipt(DEVICE, -1, b""),
        Receipt(DEVICE, 2**63, b""),
        Receipt(DEVICE, 1, bytes(CONTROL_BYTES + 1)),
        Receipt(DeviceId(b""), 1, b""),
        ReceiptTaken(DEVICE, 2**64 - 1),
        SignalsTaken(-1),
        Ephemeral(DEVICE, bytes(CONTROL_BYTES + 1)),
        ListAccounts(1, "", "", 0),
        ListAccounts(1, "", "", 1001),
        ListAccounts(1, "x" * 257, "", 1),
        FindAccount(1, -1),
        AskRegistration(1, AccountId(b"short"), b"card"),
        AskRegistration(1, ACCOUNT, b""),
        AskRegistration(1, ACCOUNT, bytes(SIGNED_REQUEST_BYTES + 1)),
        AnswerRegistration(1, ACCOUNT, True, b""),
        AnswerRegistration(1, ACCOUNT, False, b"a card with a decline"),
        SetBlock(1, AccountId(b"short"), True),
        PublishDeviceList(1, b"no list"),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_a_frame_out_of_its_bounds_ends_its_own_link_only(frame: ClientFrame) -> None:
    office = Office()
    alice, bob, mallory = (office.newcomer(name) for name in ("alice", "bob", "mallory"))
    befriend(alice, bob)
    mallory.say(frame)
    assert mallory.ended_with == "broke_protocol"
    assert mallory.closed
    still_works(office, alice, bob)


def test_bytes_that_are_no_frame_end_the_link() -> None:
    office = Office()
    mallory = office.newcomer("mallory")
    office.happen(FrameGarbled(mallory.number))
    assert mallory.ended_with == "broke_protocol"


def test_what_a_broken_event_changed_is_undone_while_the_rest_of_the_batch_stays() -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    good, bad = deposit(bob, [1]), Deposit(person_of(bob).device_id, [(3, b"x"), (2, b"x")])
    alice.say(good, bad, deposit(bob, [4]))
    assert [number for frame in bob.all(Deliver) for number, _ in frame.items] == [1]
    assert alice.ended_with == "broke_protocol"


def test_too_many_requests_are_refused_and_an_endless_flood_ends_the_link() -> None:
    office = Office()
    mallory = office.newcomer("mallory")
    allowed = REQUEST_RATE_PER_SECOND * BURST_SECONDS
    mallory.say(*(FindAccount(n, 0) for n in range(1000, 1000 + allowed + 10)))
    codes = [refusal.code for refusal in mallory.all(RequestFailed)]
    assert codes == ["unknown_peer"] * allowed + ["too_many_requests"] * 10
    office.pass_time(1)
    assert mallory.refusal(FindAccount, 0) == "unknown_peer"
    mallory.say(*(FindAccount(n, 0) for n in range(9000, 9000 + allowed + REFUSALS_BEFORE_BREAK + 2)))
    assert mallory.ended_with == "broke_protocol"


def test_a_request_that_looks_at_everybody_counts_as_several() -> None:
    office = Office()
    mallory = office.newcomer("mallory")
    mallory.say(*(ListAccounts(n, "", "", 1000) for n in range(100)))
    assert len(mallory.all(AccountPage)) == REQUEST_RATE_PER_SECOND * BURST_SECONDS // 15


def test_a_flood_of_signs_ends_the_link() -> None:
    office = Office()
    mallory = office.newcomer("mallory")
    mallory.say(*(SignalsTaken(0) for _ in range(SIGNS_PER_SECOND * BURST_SECONDS + 1)))
    assert mallory.ended_with == "broke_protocol"


def test_nobody_acknowledges_for_others() -> None:
    office = Office()
    alice, bob, mallory = (office.newcomer(name) for name in ("alice", "bob", "mallory"))
    befriend(alice, bob)
    bob.drop()
    alice.say(deposit(bob, [1, 2]))
    mallory.say(Receipt(person_of(alice).device_id, 2, b"forged"), SignalsTaken(99))
    mallory.say(ReceiptTaken(person_of(bob).device_id, 99))
    assert [len(frame.items) for frame in office.authenticate(person_of(bob)).all(Deliver)] == [2]
    assert not [frame for frame in alice.heard if type(frame).__name__ == "ReceiptArrived"]


def test_a_fault_of_our_own_costs_one_request_and_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    with monkeypatch.context() as broken:
        broken.setattr(office.store.directory, "page", lambda *_: 1 / 0)
        assert bob.refusal(ListAccounts, "", "", 10) == "internal"
    still_works(office, alice, bob)
    assert not bob.closed


def test_memory_goes_back_with_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deposit that fails after it was pushed: the recipient hears nothing of it, and later all of what is stored."""
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    alice.say(deposit(bob, [1]))
    outflow = office.core._outflow
    deliver = outflow._deliver

    def deliver_and_fail(*arguments: Any) -> Event:
        deliver(*arguments)
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(outflow, "_deliver", deliver_and_fail)
        alice.say(deposit(bob, [2]))
    assert alice.ended_with == "internal"
    assert not bob.closed
    office.pass_time(0)
    assert [number for frame in bob.all(Deliver) for number, _ in frame.items] == [1, 1], "again, which is harmless"
    alice = office.authenticate(person_of(alice))
    assert [holdings.held for holdings in alice.welcome.sent] == [[(1, 1)]]
    alice.say(deposit(bob, [2]))
    assert [number for frame in bob.all(Deliver) for number, _ in frame.items][-1] == 2


def test_what_waits_for_a_slow_device_comes_although_an_event_failed_before_the_next_deposit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office()
    alice, bob, carol = (office.newcomer(name) for name in ("alice", "bob", "carol"))
    befriend(alice, bob)
    befriend(carol, bob)
    office.slow = True
    alice.say(*(deposit(bob, [number], size=MIB // 2) for number in range(1, 9)))
    outflow = office.core._outflow
    flush = outflow.flush
    faults = [ZeroDivisionError()]

    def fail_once(link: DeviceLink) -> list[Effect]:
        if faults:
            raise faults.pop()
        return flush(link)

    monkeypatch.setattr(outflow, "flush", fail_once)
    office.happen(FrameArrived(carol.number, deposit(bob, [1])), FrameArrived(alice.number, deposit(bob, [9])))
    assert carol.ended_with == "internal"
    office.slow = False
    bob.write()
    office.pass_time(0)
    assert {number for frame in bob.all(Deliver) for number, _ in frame.items} == set(range(1, 10))


def test_a_link_that_could_not_open_leaves_no_ghost(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    bob.drop()
    with monkeypatch.context() as broken:
        broken.setattr(office.store.mailbox, "pairs_to", lambda *_: 1 / 0)
        assert not office.authenticate(person_of(bob)).all(Welcome)
    page = alice.ask(ListAccounts, "bob", "", 1)
    assert isinstance(page, AccountPage)
    assert [row.online for row in page.rows] == [False]
    alice.say(deposit(bob, [1]))
    assert office.core._links.of_device(person_of(bob).device_id) is None
    assert office.authenticate(person_of(bob)).all(Welcome)


def test_a_mark_is_answered_after_what_came_before_it() -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    effects = step(
        office.core, office.store, [FrameArrived(alice.number, deposit(bob, [1])), Barrier(alice.number)], office.now
    )
    assert effects[-1] == BarrierPassed(alice.number)


def test_shutting_down_tells_everybody() -> None:
    office = Office()
    alice, stranger = office.newcomer("alice"), office.connect()
    office.happen(StopAsked())
    assert alice.ended_with == "shutdown"
    assert alice.closed
    assert stranger.closed
    assert not stranger.all(Closing)


# --- bytes at the door

_kinds = [kind for kind in vars(link_protocol).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
_names = [kind.__name__ for kind in _kinds]
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.binary(max_size=40)
    | st.text(string.printable, max_size=20)
    | st.sampled_from([bytes(16), bytes(32), bytes(64)]),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)
_frames = st.builds(lambda name, fields: [name, *fields], st.sampled_from(_names), st.lists(_values, max_size=9))


@given(st.binary(max_size=200) | _frames.map(msgspec.msgpack.encode))
def test_any_bytes_are_a_frame_or_malformed(data: bytes) -> None:
    try:
        frame = decode_client_frame(data)
    except MalformedFrame:
        return
    assert decode_client_frame(encode(frame)) == frame


def test_a_frame_too_large_is_malformed() -> None:
    with pytest.raises(MalformedFrame):
        decode_client_frame(bytes(LINK_FRAME_BYTES + 1))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(_frames.map(msgspec.msgpack.encode), max_size=12), st.booleans())
def test_any_sequence_of_frames_ends_one_link_at_most(sequence: list[bytes], proven: bool) -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    mallory = office.newcomer("mallory") if proven else office.connect(new_person("mallory"))
    for data in sequence:
        try:
            mallory.say(decode_client_frame(data))
        except MalformedFrame:
            office.happen(FrameGarbled(mallory.number))
    assert not alice.closed
    assert not bob.closed
    assert not [undone for undone in office.undone if isinstance(undone.error, ArithmeticError | LookupError)]
    still_works(office, alice, bob)


def test_a_mark_that_was_undone_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its socket waits for the answer before it reads on: it would wait for ever."""
    office = Office()
    alice = office.newcomer("alice")
    handle = office.core.handle

    def meets_a_fault(event: Event, now: Instant) -> list[Effect]:
        effects = handle(event, now)
        if isinstance(event, Barrier):
            raise ZeroDivisionError
        return effects

    with monkeypatch.context() as broken:
        broken.setattr(office.core, "handle", meets_a_fault)
        office.happen(Barrier(alice.number))
    assert alice.closed
    assert alice.ended_with == "internal"
