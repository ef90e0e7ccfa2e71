"""What of a peer's messages this device's user has seen, and what was painted on a screen: only that is told.

*Seen* counts for the user's own badge and may skip: a jump to the latest message leaves nothing unseen. *Painted* is a
claim about a person, and a set: it holds the messages that were on a screen and no other. What was painted while the
person wanted nobody to be told is in it neither then nor later.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.living import Living
from casemate.internal_service.core.account.delivery.receipts import Receipts
from casemate.internal_service.core.account.rows import Channel, Peer
from casemate.internal_service.core.account.runs import holds, united
from casemate.internal_service.core.ground.notices import MessageChanged
from casemate.node import Instant
from casemate.protocol.ids import DeviceId, MessageId


class Reading:
    def __init__(self, context: Context, receipts: Receipts, living: Living) -> None:
        self._context = context
        self._receipts = receipts
        self._living = living

    def mark(self, peer: Peer, painted: Sequence[MessageId], seen_up_to: int, now: Instant) -> Outcome:
        """`painted` were on a screen, and their writer hears it if the person sends read receipts; what arrived up to
        `seen_up_to` is unread no more."""
        store = self._context.store
        conversation = self._context.conversation_with(peer.account_id)
        told = self._context.profile.read_receipts
        rows = store.paint(conversation, painted, told=told)
        self._living.painted(rows, now)
        seen = store.see(conversation, seen_up_to)
        changed = dict.fromkeys([*(row.message_id for row in rows), *seen])
        if not changed:
            return []
        outcome: Outcome = [MessageChanged(conversation, message_id) for message_id in changed]
        for channel in store.channels_of(peer.account_id) if told else ():
            numbers = [row.number for row in rows if row.device == channel.device and row.number is not None]
            more = self._painted(channel, numbers)
            if more != channel:
                store.put_channel(more)
                self._receipts.answer(channel.device, by_path=True)
        return outcome

    def came_again(self, peer: Peer, device: DeviceId, again: Iterable[tuple[int, MessageId]]) -> None:
        """Messages that are here have new numbers: where they were painted, receipts have to say so of these.

        All have them before the first is looked at: a number whose message is not known yet would count for painted.
        """
        store = self._context.store
        conversation = self._context.conversation_with(peer.account_id)
        painted: list[int] = []
        for number, message_id in again:
            row = store.message(conversation, message_id)
            if row is not None and row.author == peer.account_id and row.device == device:
                store.renumber(conversation, message_id, number)
                painted += [number] if row.painted and not row.untold else []
        channel = store.channel(device)
        if painted and channel is not None:
            store.put_channel(self._painted(channel, painted))

    def _painted(self, channel: Channel, numbers: Iterable[int]) -> Channel:
        """These were, and it is told. Numbers without a message, between two such, belong to the run of both."""
        store = self._context.store
        runs = list(channel.own_read_runs)
        for number in sorted(numbers, reverse=True):
            if not holds(runs, number):
                below, above = store.untold_around(channel.device, number)
                last = max(number, channel.expected - 1 if above is None else above - 1)
                runs.append(((below or 0) + 1, last))
        up_to = channel.own_read_up_to
        if numbers:
            lowest = store.untold_around(channel.device, 0)[1]
            up_to = max(up_to, max(*numbers, channel.expected - 1) if lowest is None else lowest - 1)
        return replace(channel, own_read_up_to=up_to, own_read_runs=united(runs, above=up_to))
