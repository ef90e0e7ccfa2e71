"""The numbered events of each account, kept for views that come back."""

from collections import deque
from collections.abc import Sequence

from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict
from casemate.protocol.client.extensions import ViewPosition
from casemate.protocol.client.views import ConversationChanged, DraftChanged, MessageChanged, ViewEvent
from casemate.protocol.ids import Cid
from casemate.protocol.limits import VIEW_EVENTS_CHARACTERS, VIEW_EVENTS_KEPT


class Stream:
    """Events are numbered from 1; the newest are kept, within `VIEW_EVENTS_KEPT` and `VIEW_EVENTS_CHARACTERS`."""

    def __init__(self, undo: Undo) -> None:
        self._undo = undo
        self._events: deque[ViewEvent] = deque()
        self._characters = 0
        self.sequence = 0

    def append(self, event: ViewEvent) -> None:
        before = self._characters
        self._events.append(event)
        self._characters += _characters(event)
        self.sequence += 1
        dropped = []
        while len(self._events) > VIEW_EVENTS_KEPT or self._characters > VIEW_EVENTS_CHARACTERS:
            dropped.append(self._events.popleft())
            self._characters -= _characters(dropped[-1])

        def step() -> None:
            self._events.extendleft(reversed(dropped))
            self._events.pop()
            self._characters = before
            self.sequence -= 1

        self._undo.add(step)

    def after(self, sequence: int) -> Sequence[ViewEvent] | None:
        """The events behind that number; None when they are not all here."""
        missing = self.sequence - sequence
        if not 0 <= missing <= len(self._events):
            return None
        return list(self._events)[len(self._events) - missing :]


class Streams(Memory):
    """`epoch` tells a number of this run from one of an earlier run, sign-in or view that was alone."""

    def __init__(self, undo: Undo, epoch: str) -> None:
        super().__init__(undo)
        self._steps = undo
        self._epoch = epoch
        self._streams: UndoDict[Cid, Stream] = UndoDict(undo)
        self._started = 0
        self._epochs: UndoDict[Cid, str] = UndoDict(undo)

    def is_watched(self, cid: Cid) -> bool:
        """Whether any view follows this account; else nobody can ask for its events."""
        return cid in self._streams

    def append(self, cid: Cid, event: ViewEvent) -> None:
        self._of(cid).append(event)

    def position(self, cid: Cid) -> ViewPosition:
        return ViewPosition(epoch=self._epoch_of(cid), sequence=self._of(cid).sequence)

    def after(self, cid: Cid, position: ViewPosition) -> Sequence[ViewEvent] | None:
        """What a view at that position has missed; None when only a snapshot can tell."""
        if position.epoch != self._epoch_of(cid):
            return None
        return self._of(cid).after(position.sequence)

    def end(self, cid: Cid) -> None:
        """The account is signed out, or its last view is gone; its numbers mean nothing afterwards."""
        self._streams.pop(cid)
        self._epochs.pop(cid)

    def _of(self, cid: Cid) -> Stream:
        if cid not in self._streams:
            self._streams[cid] = Stream(self._steps)
            self._started += 1
            self._epochs[cid] = f"{self._epoch}-{self._started}"
        return self._streams[cid]

    def _epoch_of(self, cid: Cid) -> str:
        self._of(cid)
        return self._epochs[cid]


def _characters(event: ViewEvent) -> int:
    """Of the text that it carries: what a peer can make large."""
    match event:
        case MessageChanged(message=message):
            return len(message.text or "")
        case ConversationChanged(conversation=conversation) if conversation.last is not None:
            return len(conversation.last.text or "")
        case DraftChanged(draft=draft):
            return len(draft.text)
        case _:
            return 0
