"""Where the parts of the service put what follows from the event at hand, and how requests are answered."""

from dataclasses import dataclass, replace

from casemate.internal_service.core.effects import SendResponse
from casemate.internal_service.core.undo import Undo, UndoDict
from casemate.node import Effect, Instant
from casemate.protocol.client.codec import ClientResponse
from casemate.protocol.client.requests import Request
from casemate.protocol.client.response_bases import Response
from casemate.protocol.client.responses import BatchedResponse
from casemate.protocol.client.types import Uuid
from casemate.protocol.ids import Cid, SocketId


@dataclass(frozen=True, slots=True)
class Asker:
    """Who waits for an answer: a request of a socket, or a place in a batch of that socket."""

    socket: SocketId
    request_id: Uuid
    batch: int | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    asker: Asker
    answers: tuple[Response | None, ...]
    open_places: frozenset[int]


class Desk:
    def __init__(self, undo: Undo) -> None:
        self._batches: UndoDict[int, _Batch] = UndoDict(undo)
        self._batches_begun = 0
        self.now = Instant(monotonic=0.0, wall=0.0)
        self.effects: list[Effect] = []

    def begin(self, now: Instant) -> None:
        """The next event."""
        self.now = now
        self.effects = []

    def send(self, socket: SocketId, response: ClientResponse, mark: int = 0) -> None:
        self.effects.append(SendResponse(socket, response, mark))

    def answer(self, asker: Asker, response: ClientResponse) -> None:
        """The answer to a request; in a batch only the first one counts."""
        if asker.batch is None:
            self.send(asker.socket, response)
        elif isinstance(response, Response):
            self._fill(asker.batch, asker.place, response)

    def begin_batch(self, asker: Asker, commands: list[Request]) -> list[tuple[Asker, Request]]:
        """One asker for each command; BatchedResponse goes out when all have their answer."""
        if not commands:
            self.send(asker.socket, BatchedResponse(cid=Cid(0), request_id=asker.request_id, results=[]))
            return []
        self._batches_begun += 1
        batch = self._batches_begun
        self._batches[batch] = _Batch(asker, (None,) * len(commands), frozenset(range(len(commands))))
        return [
            (Asker(asker.socket, command.request_id, batch, place), command) for place, command in enumerate(commands)
        ]

    def drop_batches(self, socket: SocketId) -> None:
        """The socket is gone."""
        for number in [number for number, batch in self._batches.items() if batch.asker.socket == socket]:
            del self._batches[number]

    def open_batches(self, socket: SocketId) -> int:
        return sum(batch.asker.socket == socket for batch in self._batches.values())

    def _fill(self, number: int, place: int, response: Response) -> None:
        batch = self._batches.get(number)
        if batch is None or place not in batch.open_places:
            return
        answers = (*batch.answers[:place], response, *batch.answers[place + 1 :])
        batch = replace(batch, answers=answers, open_places=batch.open_places - {place})
        if batch.open_places:
            self._batches[number] = batch
            return
        del self._batches[number]
        results = [answer for answer in answers if answer is not None]
        self.send(batch.asker.socket, BatchedResponse(cid=Cid(0), request_id=batch.asker.request_id, results=results))
