"""What became of a message of ours: as far as the best of its reader's devices is."""

from collections.abc import Iterable
from typing import Final

from casemate.internal_service.core.account.rows import Delivery, MessageRow
from casemate.protocol.client.views import MessageStatus

_BEST_FIRST: Final[tuple[MessageStatus, ...]] = ("read", "delivered", "sent", "queued")


def status_of(row: MessageRow, deliveries: Iterable[Delivery]) -> MessageStatus:
    """`deliveries` are those to devices that the reader lists: a device that was removed does not count, and one that
    nobody turns on any more holds nothing back."""
    known = {_status_at(delivery) for delivery in deliveries}
    if row.settled is not None:
        known.add(row.settled)
    return next((status for status in _BEST_FIRST if status in known), "queued")


def _status_at(delivery: Delivery) -> MessageStatus:
    if delivery.told is not None:
        return delivery.told
    return "sent" if delivery.state == "sent" else "queued"
