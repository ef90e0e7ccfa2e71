"""Requests to the server: numbered on this link, and answered once, by the server or by the end of the link."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict
from casemate.node import Instant, StorageBroken
from casemate.protocol.link import AccountFound, AccountPage, BundleFound, RequestDone, RequestFailed
from casemate.protocol.link_codec import ClientFrame

Answer = RequestDone | RequestFailed | AccountPage | AccountFound | BundleFound
Then = Callable[[Answer, Instant], Outcome]
"""What follows from the answer. A link that breaks answers `RequestFailed("server_away")`."""

MOST_UNANSWERED: Final = 500
NO_TIME: Final = frozenset({"too_many_requests", "internal", "server_full"})
"""Refusals of now, not of the request."""
NOT_YET: Final = NO_TIME | {"server_away"}
"""What is kept is asked again by itself."""


class ServerRequests(Memory):
    def __init__(self, link: Link, undo: Undo) -> None:
        super().__init__(undo)
        self._link = link
        self._unanswered: UndoDict[int, Then] = UndoDict(undo)
        self._last_id = 0

    def ask(self, frame: Callable[[int], ClientFrame], then: Then) -> Outcome:
        """Send a request. Raises Refused when the server is away or too much is waiting."""
        if not self._link.online:
            raise refuse("server_away")
        if len(self._unanswered) >= MOST_UNANSWERED:
            raise refuse("too_many_requests")
        self._last_id += 1
        self._unanswered[self._last_id] = then
        return self._link.send(frame(self._last_id))

    def answered(self, answer: Answer, now: Instant) -> Outcome:
        """Late or repeated answers change nothing."""
        then = self._unanswered.pop(answer.request_id)
        return [] if then is None else then(answer, now)

    def link_lost(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for request_id, then in self._all():
            outcome += then(RequestFailed(request_id, "server_away"), now)
        return outcome

    def abandon(self, now: Instant) -> Outcome:
        """The database cannot be read any more: whoever can be told without it is told."""
        outcome: Outcome = []
        for request_id, then in self._all():
            with suppress(StorageBroken):
                outcome += then(RequestFailed(request_id, "internal"), now)
        return outcome

    def _all(self) -> list[tuple[int, Then]]:
        unanswered = list(self._unanswered.items())
        self._unanswered.clear()
        return unanswered
