"""Questions to `casemate up` and its answers, which come from another thread, late, twice or not at all."""

import pytest

from casemate.internal_service.adapters.up_pipe import UpPipe
from casemate.internal_service.core.ground.effects import AskUp
from casemate.internal_service.core.ground.events import UpAnswered
from casemate.protocol.client.views import ReachView
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue


@pytest.fixture
def events() -> EventQueue:
    return EventQueue(SystemClock())


def test_an_answer_finds_who_asked(events: EventQueue, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = UpPipe()
    pipe.ask(AskUp(41, None), events)
    pipe.ask(AskUp(42, "network"), events)
    assert capsys.readouterr().out.splitlines() == [
        "casemate internal-service asks 1 look",
        "casemate internal-service asks 2 network",
    ]
    pipe.heard(b'2 {"reach":"network","ports":["TCP 12349"]}\n')
    assert events.take(2, None) == [UpAnswered(42, ReachView(reach="network", ports=["TCP 12349"]))]


@pytest.mark.parametrize("line", [b"", b"1", b"1 {", b'9 {"reach":null}', b'one {"reach":null}', b"\xff \xff"])
def test_what_answers_nothing_is_passed_over(events: EventQueue, line: bytes) -> None:
    pipe = UpPipe()
    pipe.ask(AskUp(41, None), events)
    pipe.heard(line)
    assert len(events) == 0
    for _ in range(2):
        pipe.heard(b'1 {"reach":null}')
    assert events.take(2, None) == [UpAnswered(41, ReachView(reach=None))], "once"
