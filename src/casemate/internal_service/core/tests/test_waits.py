from typing import Any

import pytest

from casemate.internal_service.core.ground import waits
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.internal_service.core.ground.undo import Undo
from casemate.internal_service.core.ground.waits import Waits
from casemate.node import Monotonic
from casemate.protocol.client.types import Uuid
from casemate.protocol.ids import Cid, SocketId

ONE, OTHER = (Asker(SocketId(number), Uuid("00000000-0000-0000-0000-000000000000")) for number in (1, 2))
ALICE, BOB = Cid(1), Cid(2)
GONE = reason("no_session")


@pytest.fixture
def undo() -> Undo:
    return Undo()


@pytest.fixture
def waiting(undo: Undo) -> Waits:
    return Waits(undo)


@pytest.fixture
def heard() -> list[Any]:
    return []


def test_an_answer_is_heard_once(waiting: Waits, heard: list[Any]) -> None:
    token = waiting.add(ONE, heard.append)
    assert waiting.settle(token, "yes")
    assert not waiting.settle(token, "again")
    assert heard == ["yes"]


def test_all_who_wait_for_the_same_hear_it(waiting: Waits, heard: list[Any]) -> None:
    waiting.add(ONE, heard.append, about=("door", "window"))
    waiting.add(OTHER, heard.append, about=("window",))
    assert waiting.settle_all("window", "open")
    assert heard == ["open", "open"]
    assert not waiting.is_waited_for("door")
    assert not waiting.settle_all("window", "open")


def test_a_wait_that_is_due_hears_what_is_said_then(waiting: Waits, heard: list[Any]) -> None:
    token = waiting.add(ONE, heard.append, due=Monotonic(5.0), late="too late")
    waiting.add(ONE, heard.append, due=Monotonic(9.0), late="not yet")
    assert waiting.next_due() == 5.0
    waiting.fire(Monotonic(4.9))
    assert heard == []
    waiting.fire(Monotonic(5.0))
    assert heard == ["too late"]
    assert not waiting.settle(token, "yes")
    assert waiting.next_due() == 9.0


def test_the_first_of_two_that_are_due_may_end_the_second(waiting: Waits, heard: list[Any]) -> None:
    def end_the_second(_: object) -> None:
        waiting.settle(second, "by the first")

    waiting.add(ONE, end_the_second, due=Monotonic(1.0))
    second = waiting.add(ONE, heard.append, due=Monotonic(2.0), late="too late")
    waiting.fire(Monotonic(3.0))
    assert heard == ["by the first"]


def test_a_session_that_ends_says_why_to_its_own_only(waiting: Waits, heard: list[Any]) -> None:
    waiting.add(ONE, heard.append, session=ALICE)
    others = waiting.add(ONE, heard.append, session=BOB)
    waiting.session_ended(ALICE, GONE)
    assert heard == [GONE]
    assert waiting.settle(others, "still here")


def test_a_socket_that_closes_hears_nothing_and_what_goes_on_does(waiting: Waits, heard: list[Any]) -> None:
    waiting.add(ONE, heard.append, about=("door",))
    kept = waiting.add(ONE, heard.append, goes_on=True)
    other = waiting.add(OTHER, heard.append)
    waiting.socket_closed(ONE.socket)
    assert not waiting.is_waited_for("door")
    assert waiting.settle(kept, "finished")
    assert waiting.settle(other, "yes")
    assert heard == ["finished", "yes"]


def test_a_socket_has_room_for_so_many_and_again_when_some_ended(
    waiting: Waits, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "CLIENT_PENDING_REQUESTS", 2)
    token = waiting.add(ONE, heard.append)
    waiting.add(ONE, heard.append)
    with pytest.raises(Refused, match="too_many_requests"):
        waiting.add(ONE, heard.append)
    with pytest.raises(Refused, match="too_many_requests"):
        waiting.check_room(ONE.socket)
    waiting.add(OTHER, heard.append)
    waiting.settle(token, "yes")
    waiting.add(ONE, heard.append)


def test_nobody_waits_for_a_question_that_was_refused(
    waiting: Waits, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "CLIENT_PENDING_REQUESTS", 1)

    def refuses(_: int) -> str:
        raise refuse("server_away")

    with pytest.raises(Refused, match="server_away"):
        waiting.ask(ONE, heard.append, refuses)
    assert waiting.ask(ONE, heard.append, lambda token: f"asked as {token}") == "asked as 2"


def test_an_undone_event_leaves_all_who_waited_and_nobody_new(waiting: Waits, undo: Undo, heard: list[Any]) -> None:
    kept = waiting.add(ONE, heard.append, about=("door",), due=Monotonic(5.0), late="too late")
    undo.keep()
    waiting.settle_all("door", "open")
    undone = waiting.add(ONE, heard.append, about=("window",), due=Monotonic(1.0))
    undo.roll_back()
    heard.clear()
    assert waiting.is_waited_for("door")
    assert not waiting.is_waited_for("window")
    assert not waiting.settle(undone, "yes")
    assert waiting.next_due() == 5.0
    waiting.fire(Monotonic(5.0))
    assert heard == ["too late"]
    assert not waiting.settle(kept, "yes")


def test_deadlines_of_what_ended_are_forgotten(waiting: Waits) -> None:
    late = waiting.add(None, print, due=Monotonic(1e6))
    for _ in range(5_000):
        waiting.settle(waiting.add(None, lambda _: None, due=Monotonic(2e6)), None)
        assert waiting.next_due() == 1e6
    assert len(waiting._deadlines._heap) < 2_000
    waiting.settle(late, None)
    assert waiting.next_due() is None
