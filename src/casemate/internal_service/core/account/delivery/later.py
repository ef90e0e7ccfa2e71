"""Contents that only a later program understands: one of this account may, so they are kept for it, in bounds."""

from typing import Final

from casemate.crypto.content import Content, Kind
from casemate.internal_service.core.account.contents import VOID
from casemate.internal_service.core.account.context import Context
from casemate.internal_service.core.account.delivery.notes import NOTE_PREFIX
from casemate.internal_service.core.account.rows import LaterContent, Peer
from casemate.node import Instant
from casemate.protocol.ids import DeviceId

KINDS_KNOWN: Final = frozenset(Kind)


def is_of_later(content: Content) -> bool:
    """Lines of a kind that is not known are kept as messages."""
    is_known = content.kind in KINDS_KNOWN or content.kind == VOID or content.kind.startswith(NOTE_PREFIX)
    return not is_known and not content.is_line


def keep_for_later(
    context: Context, peer: Peer, device: DeviceId, number: int, kind: str, sealed: bytes, now: Instant
) -> None:
    """The content as it was sealed: a later version may have appended fields that nobody here can read. Nothing is kept
    where messages disappear, because nobody here knows of which message these words are."""
    if context.store.disappearing(context.conversation_with(peer.account_id)) is None:
        context.store.later_add(LaterContent(peer.account_id, device, number, now.wall, kind, sealed))
