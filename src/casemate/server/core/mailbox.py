"""Sealed envelopes wait here until their recipient has them: deposits, receipts, and what passes without waiting."""

from typing import Final

from casemate.node import Effect, Instant
from casemate.protocol.limits import MAILBOX_BYTES_PER_PAIR, MAILBOX_ENVELOPES_PER_PAIR
from casemate.protocol.link import (
    Deposit,
    Deposited,
    DepositRefused,
    Ephemeral,
    EphemeralArrived,
    Expired,
    Receipt,
    ReceiptTaken,
)
from casemate.server.core.events import Send
from casemate.server.core.links import DeviceLink, Links
from casemate.server.core.outflow import Outflow
from casemate.server.core.ports import Pair, Route, ServerStore
from casemate.server.core.served_time import ServedTime
from casemate.server.core.settings import ServerSettings

EPHEMERAL_CREDIT_BYTES: Final = 512
"""Counted for an ephemeral event besides its payload."""
LEAST_TOLD_SECONDS: Final = 1.0
"""Of what may go with the next sweep; 0 would say that we do not say."""


class Mailbox:
    def __init__(
        self,
        store: ServerStore,
        links: Links,
        outflow: Outflow,
        served_time: ServedTime,
        settings: ServerSettings,
    ) -> None:
        self._store = store
        self._rows = store.mailbox
        self._links = links
        self._outflow = outflow
        self._served_time = served_time
        self._keep_seconds = settings.mailbox_seconds

    def deposit(self, link: DeviceLink, frame: Deposit, now: Instant) -> list[Effect]:
        """Keep all envelopes of the frame, or none. What is held or was taken already is answered, not kept twice."""
        first, last = frame.items[0][0], frame.items[-1][0]
        route = self._rows.route(link.account_id, frame.to)
        refusal = _refusal(link, route)
        if refusal is not None:
            return [Send(link.connection, DepositRefused(frame.to, first, last, refusal))]
        pair = self._rows.pair(link.device_id, frame.to)
        if pair is None:
            assert route is not None  # else refused
            pair = self._rows.add_pair(link.account_id, link.device_id, route.account_id, frame.to)
        fresh = self._fresh(pair, frame.items)
        if _is_over_quota(pair, fresh):
            return [Send(link.connection, DepositRefused(frame.to, first, last, "mailbox_full"))]
        served = self._served_time.at(now)
        kept = self._kept_seconds(pair, fresh, first, last, served)
        effects: list[Effect] = [Send(link.connection, Deposited(frame.to, first, last, kept))]
        if fresh:
            self._rows.put(pair, fresh, served)
            recipient = self._links.of_device(frame.to)
            if recipient is not None:
                effects += self._outflow.deposited(recipient, pair, fresh)
        return effects

    def expire(self, served: float, limit: int) -> tuple[list[Effect], bool]:
        """Drop at most so many envelopes that nobody came for, tell their writers, and whether that was all."""
        gone = self._rows.expire(served - self._keep_seconds, limit)
        effects: list[Effect] = []
        for run in gone:
            sender = self._links.of_device(run.sender_device)
            if sender is not None:
                effects.append(Send(sender.connection, Expired(run.recipient_device, run.first, run.last)))
        return effects, sum(run.last - run.first + 1 for run in gone) < limit

    def receipt(self, link: DeviceLink, frame: Receipt, _now: Instant) -> list[Effect]:
        """The device has envelopes on its own disk now; its sender is told, sealed."""
        pair = self._rows.pair(frame.to, link.device_id) or self._pair_of_receipt(link, frame)
        if pair is None:
            return []
        effects: list[Effect] = []
        if frame.taken_up_to != pair.taken_up_to:  # lower: its data is older than it was, and it needs them again
            pair = self._rows.take(pair, frame.taken_up_to)
            effects += self._outflow.taken(link, frame.to, frame.taken_up_to)
        if frame.sealed:  # also to somebody who blocks the reader: it answers for their own messages
            self._rows.put_receipt(pair, frame.sealed)
            sender = self._links.of_device(frame.to)
            if sender is not None:
                effects += self._outflow.receipt(sender, pair.pair_id)
        return effects

    def receipt_taken(self, link: DeviceLink, frame: ReceiptTaken, _now: Instant) -> list[Effect]:
        """The sender of envelopes has this receipt."""
        pair = self._rows.pair(link.device_id, frame.sender_device)
        if pair is not None:
            self._rows.take_receipt(pair, frame.mark)
        return []

    def ephemeral(self, link: DeviceLink, frame: Ephemeral, _now: Instant) -> list[Effect]:
        """Passed on to a registered peer that is here and reads fast enough; else dropped."""
        recipient = self._links.of_device(frame.to)
        if recipient is None:
            return []
        route = self._rows.route(link.account_id, frame.to)
        if route is None or not route.registered or route.blocked:
            return []
        pushes = self._links.pushes_of(recipient)
        if pushes.credit <= 0:
            return []
        credit = len(frame.sealed) + EPHEMERAL_CREDIT_BYTES
        pushes.credit -= credit
        arrived = EphemeralArrived(link.account_id, link.device_id, frame.sealed)
        return [Send(recipient.connection, arrived, credit)]

    def _kept_seconds(self, pair: Pair, fresh: list[tuple[int, bytes]], first: int, last: int, served: float) -> float:
        """For how long all of this is kept at least: what was here before may go earlier."""
        oldest = None if len(fresh) == last - first + 1 else self._rows.oldest_held(pair.pair_id, first, last)
        return self._keep_seconds if oldest is None else max(LEAST_TOLD_SECONDS, oldest + self._keep_seconds - served)

    def _fresh(self, pair: Pair, items: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        if items[0][0] > pair.deposited_up_to and items[0][0] > pair.taken_up_to:
            return items
        untaken = [item for item in items if item[0] > pair.taken_up_to]
        held = self._rows.held(pair.pair_id, [number for number, _ in untaken])
        return [item for item in untaken if item[0] not in held]

    def _pair_of_receipt(self, link: DeviceLink, frame: Receipt) -> Pair | None:
        """For envelopes that came another way, so that none was ever deposited."""
        route = self._rows.route(link.account_id, frame.to)
        if route is None or not route.registered or frame.to == link.device_id:
            return None
        return self._rows.add_pair(route.account_id, frame.to, link.account_id, link.device_id)


def _is_over_quota(pair: Pair, fresh: list[tuple[int, bytes]]) -> bool:
    size = sum(len(envelope) for _, envelope in fresh)
    too_many = pair.envelopes + len(fresh) > MAILBOX_ENVELOPES_PER_PAIR
    return bool(fresh) and (too_many or pair.bytes + size > MAILBOX_BYTES_PER_PAIR)


def _refusal(link: DeviceLink, route: Route | None) -> str | None:
    if route is None:
        return "unknown_device"
    if not route.registered and route.account_id != link.account_id:
        return "not_registered"
    return "not_accepting" if route.blocked else None
