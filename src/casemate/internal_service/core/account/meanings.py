"""What a content means: each kind is brought to the room that knows it. Delivery itself knows none of them."""

from collections.abc import Sequence
from typing import Final

from casemate.crypto.content import NO_LINES, Content, Kind
from casemate.internal_service.core.account.contents import VOID, Rekey
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.conversations.changing import Changing
from casemate.internal_service.core.account.conversations.giving_back import GivingBack
from casemate.internal_service.core.account.conversations.messages import Messages
from casemate.internal_service.core.account.delivery.notes import NOTE_PREFIX
from casemate.internal_service.core.account.delivery.spares import Spares
from casemate.internal_service.core.account.people.agreement import Agreement
from casemate.internal_service.core.account.people.sharing import Sharing
from casemate.internal_service.core.account.rows import Peer
from casemate.node import Instant
from casemate.protocol.ids import DeviceId

_NO_MESSAGES: Final = NO_LINES | {VOID}


class Meanings:
    def __init__(
        self,
        agreement: Agreement,
        spares: Spares,
        giving_back: GivingBack,
        messages: Messages,
        changing: Changing,
        sharing: Sharing,
    ) -> None:
        self._agreement = agreement
        self._spares = spares
        self._giving_back = giving_back
        self._messages = messages
        self._changing = changing
        self._sharing = sharing

    def take(self, peer: Peer, device: DeviceId, number: int, content: Content, now: Instant) -> Outcome:
        """Raises PeerBrokeProtocol, or Refused where an answer finds no room in the queue."""
        match content.kind:
            case Kind.CONNECT_REQUEST:
                return self._agreement.asked(peer, content.body, now)
            case Kind.CONNECT_ANSWER:
                return self._agreement.answered(peer, content.body, now)
            case Kind.DISCONNECT:
                return self._agreement.ended(peer, content.body, now)
            case Kind.SPARES:
                self._spares.taken(peer, device, content.body, now)
                return []
            case Kind.RETURNED:
                return self._giving_back.taken(peer, device, content.body, now)
            case Kind.EDIT | Kind.DELETE | Kind.REACT | Kind.PIN | Kind.PREVIEW:
                return self._changing.arrived(peer, device, content, now)
            case Kind.PROFILE:
                return self._sharing.arrived(peer, content.body, now)
            case _ if self.is_message(content):
                return self.take_messages(peer, device, [(number, content)], now)
            case _:
                return []

    def is_message(self, content: Content) -> bool:
        """Of people, of other apps, or a line of a kind that only a later version knows."""
        if content.kind in (Kind.CHAT, Kind.OPAQUE):
            return True
        # Notes are written here, by us alone.
        return content.is_line and content.kind not in _NO_MESSAGES and not content.kind.startswith(NOTE_PREFIX)

    def take_messages(self, peer: Peer, device: DeviceId, run: Sequence[tuple[int, Content]], now: Instant) -> Outcome:
        """A run of them, with their numbers."""
        return self._messages.arrived(peer, device, run, now)

    def began_anew(self, peer: Peer, device: DeviceId, rekey: Rekey, now: Instant) -> None:
        """Their data may be older than what was agreed on since: they hear it again, and get back what they wrote."""
        if rekey.restored:
            self._giving_back.give(peer, device, rekey.delivered_up_to, now)
            self._sharing.tell_anew(peer, now)
        self._agreement.repeat(peer, device, now)
