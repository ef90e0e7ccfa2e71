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
    """Who waits for an answer: a request of a socket, or a place in a batch of that socket."""

    socket: SocketId
    request_id: Uuid
    batch: int | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    asker: Asker
    size: int
    answers: UndoDict[int, Response | None]
    """By place. None: this command has no answer, and none is given."""


class Desk(Memory):
    def __init__(self, undo: Undo) -> None:
        super().__init__(undo)
        self._steps = undo
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

    def no_answer(self, asker: Asker) -> None:
        """Nothing can be said to this request; a batch does not wait for it."""
        if asker.batch is not None:
            self._fill(asker.batch, asker.place, None)

    def begin_batch(self, asker: Asker, size: int) -> list[Asker]:
        """One asker for each command; BatchedResponse goes out when all have their answer.

        The request id that an answer repeats is the command's own: give it to the asker.
        """
        self._batches_begun += 1
        number = self._batches_begun
        self._batches[number] = batch = _Batch(asker, size, UndoDict(self._steps))
        self._send_when_full(number, batch)
        return [replace(asker, batch=number, place=place) for place in range(size)]

    def drop_batches(self, socket: SocketId) -> None:
        """The socket is gone."""
        for number in [number for number, batch in self._batches.items() if batch.asker.socket == socket]:
            del self._batches[number]

    def _fill(self, number: int, place: int, response: Response | None) -> None:
        batch = self._batches.get(number)
        if batch is not None and place not in batch.answers:
            batch.answers[place] = response
            self._send_when_full(number, batch)

    def _send_when_full(self, number: int, batch: _Batch) -> None:
        if len(batch.answers) < batch.size:
            return
        del self._batches[number]
        results = [answer for place in range(batch.size) if (answer := batch.answers[place]) is not None]
        self.send(batch.asker.socket, BatchedResponse(cid=Cid(0), request_id=batch.asker.request_id, results=results))
