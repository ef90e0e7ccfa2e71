"""What earlier programs of this account did not understand counts from the start of the first one that does."""

from typing import Final

from casemate.crypto.content import Kind, decode_content
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.messages import Messages
from casemate.internal_service.core.account.delivery.later import KINDS_KNOWN
from casemate.internal_service.core.account.meanings import Meanings
from casemate.internal_service.core.account.rows import LaterContent
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol

AT_ONCE: Final = 100
_ALWAYS_KNOWN: Final = frozenset({Kind.CHAT, Kind.OPAQUE})
"""There may be very many of them."""


class Understanding:
    def __init__(self, context: Context, meanings: Meanings, messages: Messages) -> None:
        self._context = context
        self._meanings = meanings
        self._messages = messages

    def begin(self, now: Instant) -> Outcome:
        """The account is opened, by this program for the first time or once more."""
        store = self._context.store
        new = KINDS_KNOWN - store.kinds_known() - _ALWAYS_KNOWN
        if not new:
            return []
        outcome = self._lines(new) + self._contents(new, now)
        store.set_kinds_known(KINDS_KNOWN)
        return outcome

    def _lines(self, kinds: frozenset[str]) -> Outcome:
        outcome: Outcome = []
        after = 0
        while rows := self._context.store.lines_of_kinds(kinds, after, AT_ONCE):
            theirs = [row for row in rows if row.author not in (None, self._context.account_id)]
            outcome += self._messages.understood(theirs)
            after = rows[-1].arrival
        return outcome

    def _contents(self, kinds: frozenset[str], now: Instant) -> Outcome:
        outcome: Outcome = []
        while kept := self._context.store.later_take(kinds, AT_ONCE):
            for later in kept:
                outcome += self._take(later, now)
        return outcome

    def _take(self, later: LaterContent, now: Instant) -> Outcome:
        store = self._context.store
        peer = store.peer(later.account_id)
        if peer is None:
            return []
        try:
            with self._context.savepoint():
                return self._meanings.take(peer, later.device, later.number, decode_content(later.content), now)
        except (PeerBrokeProtocol, Refused) as error:
            detail = f"{type(error).__name__}: number {later.number}"
            store.quarantine_add(
                at=now.wall, account_id=peer.account_id, what="content", detail=detail, data=later.content
            )
            return []
