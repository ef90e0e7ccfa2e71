"""The pipe to `casemate up`, which started us and the server: questions on our stdout, answers on our stdin."""

import sys
import threading
from typing import Final

import msgspec
import structlog

from casemate.internal_service.core.ground.effects import AskUp
from casemate.internal_service.core.ground.events import UpAnswered
from casemate.protocol.client.views import ReachView
from casemate.runtime.event_queue import EventQueue

_answers: Final = msgspec.json.Decoder(ReachView)

log = structlog.get_logger("casemate.up")


class UpPipe:
    """A question is `casemate internal-service asks NUMBER look|network|this-computer`, its answer `NUMBER JSON`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        self._waiting: dict[int, tuple[EventQueue, int]] = {}

    def ask(self, effect: AskUp, events: EventQueue) -> None:
        """The answer is posted there; a run that has ended by then does not take it any more."""
        with self._lock:
            self._asked += 1
            number = self._asked
            self._waiting[number] = (events, effect.token)
        sys.stdout.write(f"casemate internal-service asks {number} {effect.wanted or 'look'}\n")
        sys.stdout.flush()

    def heard(self, line: bytes) -> None:
        """From any thread."""
        number, _, answer = line.strip().partition(b" ")
        try:
            view = _answers.decode(answer)
            with self._lock:
                events, token = self._waiting.pop(int(number))
        except (msgspec.DecodeError, ValueError, KeyError):
            log.warning("an answer to nothing")
            return
        events.post(UpAnswered(token, view))
