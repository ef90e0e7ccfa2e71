"""Where the parts of the service put what follows from the event at hand, and how requests are answered."""

from dataclasses import dataclass, replace

from casemate.internal_service.core.ground.effects import SendResponse
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict
from casemate.node import Effect, Instant
from casemate.protocol.client.codec import ClientResponse
from casemate.protocol.client.response_bases import Response
from casemate.protocol.client.responses import BatchedResponse
from casemate.protocol.client.types import Uuid
from casemate.protocol.ids import Cid, SocketId


@dataclass(frozen=True, slots=True)
class Asker:
    """Who waits for an answer: a request of a socket, or a place in a Batched of that socket."""

    socket: SocketId
    request_id: Uuid
    batched: int | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class _BatchedAnswer:
    asker: Asker
    size: int
    answers: UndoDict[int, Response | None]
    """By place. None: this command has no answer, and none is given."""


class Desk(Memory):
    def __init__(self, undo: Undo) -> None:
        super().__init__(undo)
        self._steps = undo
        self._batched: UndoDict[int, _BatchedAnswer] = UndoDict(undo)
        self._batched_begun = 0
        self.now = Instant(monotonic=0.0, wall=0.0)
        self.effects: list[Effect] = []

    def begin(self, now: Instant) -> None:
        """The next event."""
        self.now = now
        self.effects = []

    def send(self, socket: SocketId, response: ClientResponse, mark: int = 0) -> None:
        self.effects.append(SendResponse(socket, response, mark))

    def answer(self, asker: Asker, response: ClientResponse | None) -> None:
        """The answer to a request; in a Batched only the first one counts. None: nothing can be said to it, and a
        Batched does not wait for it."""
        if asker.batched is not None:
            if response is None or isinstance(response, Response):
                self._fill(asker.batched, asker.place, response)
        elif response is not None:
            self.send(asker.socket, response)

    def begin_batched(self, asker: Asker, size: int) -> list[Asker]:
        """One asker for each command; BatchedResponse goes out when all have their answer.

        The request id that an answer repeats is the command's own: give it to the asker.
        """
        self._batched_begun += 1
        number = self._batched_begun
        self._batched[number] = batched = _BatchedAnswer(asker, size, UndoDict(self._steps))
        self._send_when_full(number, batched)
        return [replace(asker, batched=number, place=place) for place in range(size)]

    def socket_closed(self, socket: SocketId) -> None:
        for number in [number for number, batched in self._batched.items() if batched.asker.socket == socket]:
            del self._batched[number]

    def _fill(self, number: int, place: int, response: Response | None) -> None:
        batched = self._batched.get(number)
        if batched is not None and place not in batched.answers:
            batched.answers[place] = response
            self._send_when_full(number, batched)

    def _send_when_full(self, number: int, batched: _BatchedAnswer) -> None:
        if len(batched.answers) < batched.size:
            return
        del self._batched[number]
        results = [answer for place in range(batched.size) if (answer := batched.answers[place]) is not None]
        asker = batched.asker
        self.send(asker.socket, BatchedResponse(cid=Cid(0), request_id=asker.request_id, results=results))
