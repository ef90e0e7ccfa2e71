"""Who is typing: until they say that they stopped, or say nothing more for a while.

Who does not want to be seen typing does not see it of others either.
"""

from typing import Final

from casemate.internal_service.core.account.contents import TypingNote
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.control import NoteSender, SealedNotes
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import TypingChanged
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant
from casemate.protocol.ids import AccountId

TYPING_SECONDS: Final = 8.0
"""Whoever types says so again every 4 s; a note may be lost, and a tab is closed without a word."""


class Typing(Memory):
    def __init__(self, context: Context, notes: SealedNotes) -> None:
        super().__init__(context.undo)
        self._context = context
        self._notes = notes
        self._until: UndoDict[AccountId, float] = UndoDict(context.undo)
        """Of peers (monotonic), so there are no more than those."""

    def tell(self, peer: Peer, typing: bool) -> Outcome:
        """Say so of us, while we are connected and it may be told."""
        tells = peer.connection == "connected" and self._context.profile.typing
        return self._notes.send(peer, TypingNote(typing)) if tells else []

    def heard(self, sender: NoteSender, note: TypingNote, now: Instant) -> Outcome:
        """They said so. Told each time: whoever watches ends it by time as well."""
        peer = sender.peer
        if not self._context.profile.typing:
            return []
        if note.typing:
            self._until[peer.account_id] = now.monotonic + TYPING_SECONDS
        else:
            self._until.pop(peer.account_id, None)
        return [TypingChanged(self._context.conversation_with(peer.account_id), note.typing)]

    def hide(self) -> Outcome:
        """Nobody types any more, as far as is shown."""
        typing = list(self._until)
        self._until.clear()
        return [TypingChanged(self._context.conversation_with(account_id), False) for account_id in typing]

    def next_wakeup(self) -> float | None:
        return min(self._until.values(), default=None)

    def wakeup(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for account_id in [one for one, until in self._until.items() if until <= now.monotonic]:
            del self._until[account_id]
            outcome.append(TypingChanged(self._context.conversation_with(account_id), False))
        return outcome
