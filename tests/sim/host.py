"""The process on a person's computer: one account behind the runner's contract, and what it tells its person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.link_io import LinkClosed, LinkFrameArrived, LinkOpened
from casemate.internal_service.core.ground.notices import (
    ConversationChanged,
    MessageChanged,
    Notice,
    PathChanged,
    PeerChanged,
)
from casemate.internal_service.core.ground.path_io import PathEvent
from casemate.internal_service.core.ground.refusals import Refused, reason
from casemate.node import BatchEnd, Core, Effect, Event, Instant, Monotonic, Wakeup
from casemate.protocol.client.views import ConversationView, MessageView, PathView, PeerView, Reason
from casemate.protocol.errors import PeerBrokeProtocol

Operation = Callable[[Account, Instant], Outcome]
Shown = MessageView | PeerView | ConversationView | PathView | None


@dataclass(frozen=True, slots=True)
class Wish(Event):
    """The person asks their service for something."""

    what: str
    """For the story."""
    operation: Operation = field(repr=False)
    heard: Callable[[Reason | None], None] = field(repr=False)
    """Called with the refusal, or with None once it is committed."""


@dataclass(frozen=True, slots=True)
class Answered(Effect):
    wish: Wish
    refused: Reason | None


@dataclass(frozen=True, slots=True)
class Told(Effect):
    """A notice with the row that it is about, read in the same transaction."""

    notice: Notice
    row: Shown


class AccountHost(Core):
    """Hands an account its events, as the internal service does for many."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        account = self.account
        account.undo.keep()
        match event:
            case LinkOpened() | LinkFrameArrived() | LinkClosed():
                return self._told(account.link_event(event, now))
            case PathEvent():
                return self._told(account.path_event(event, now))
            case BatchEnd():
                return self._told(account.batch_end(now))
            case Wakeup():
                return self._told(account.wakeup(now))
            case Wish(operation=operation):
                try:
                    outcome = operation(account, now)
                except Refused as refused:
                    return [Answered(event, refused.reason)]
                return [*self._told(outcome), Answered(event, None)]
            case _:
                raise AssertionError(f"not for an account: {event!r}")

    def next_wakeup(self) -> Monotonic | None:
        return self.account.next_wakeup()

    def wants_batch_end(self) -> bool:
        return self.account.wants_batch_end()

    def quarantine(self, event: Event, error: PeerBrokeProtocol, now: Instant) -> Sequence[Effect]:
        assert isinstance(event, LinkOpened | LinkFrameArrived | LinkClosed | PathEvent)
        self.account.undo.keep()
        return self._told(self.account.quarantine(event, error, now))

    def failed(self, event: Event, error: Exception, now: Instant) -> Sequence[Effect]:
        self.account.undo.keep()
        answer = [Answered(event, reason("internal"))] if isinstance(event, Wish) else []
        return [*self._told(self.account.undone(event, now)), *answer]

    def forget(self) -> None:
        self.account.undo.roll_back()

    def _told(self, outcome: Outcome) -> list[Effect]:
        return [self._with_row(item) if isinstance(item, Notice) else item for item in outcome]

    def _with_row(self, notice: Notice) -> Told:
        row: Shown = None
        match notice:
            case MessageChanged(conversation, message_id):
                row = self.account.message_view(conversation, message_id)
            case PeerChanged(cid):
                row = self.account.peer_view(cid)
            case PathChanged(cid):
                peer = self.account.peer_view(cid)
                row = None if peer is None else peer.path
            case ConversationChanged(conversation):
                row = self.account.conversation_view(conversation)
        return Told(notice, row)
