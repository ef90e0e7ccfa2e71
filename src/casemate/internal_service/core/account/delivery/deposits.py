"""What goes into the mailbox: which envelopes the server was given on this link, and when it takes no more."""

from typing import Final

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.batches import batches
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.ground.undo import Memory, UndoDict, UndoSet
from casemate.node import Instant
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import DEPOSIT_ITEMS, DEPOSITS_UNANSWERED, LINK_BATCH_BYTES
from casemate.protocol.link import Deposit, Deposited, DepositRefused

REFUSED_RETRY_SECONDS: Final = 30.0


class Deposits(Memory):
    def __init__(self, context: Context, link: Link) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._given: UndoDict[DeviceId, int] = UndoDict(context.undo)
        """The highest number of each device that went over this link."""
        self._unanswered: UndoDict[DeviceId, int] = UndoDict(context.undo)
        self._paused: UndoDict[DeviceId, tuple[str, float]] = UndoDict(context.undo)
        """Why depositing rests, and until when (monotonic)."""
        self._trying: UndoSet[DeviceId] = UndoSet(context.undo)
        """Whose deposits were refused: one envelope alone tries whether they are taken again."""
        self._refused: UndoDict[DeviceId, str] = UndoDict(context.undo)
        """Why the server took nothing for a device the last time."""

    def send(self, device: DeviceId, now: Instant) -> Outcome:
        """Deposit what is sealed and not given yet, as far as limits and the link allow."""
        paused = self._paused.get(device)
        if not self._link.online or (paused is not None and paused[1] > now.monotonic):
            return []
        if self._paused.pop(device, None) is not None:
            self._trying.add(device)
        outcome: Outcome = []
        while (room := self._room_of(device)) > 0:
            asked = min(room, DEPOSIT_ITEMS)
            rows = self._context.store.deliveries_to_send(device, self._given.get(device, 0), asked)
            items = next(batches(rows, LINK_BATCH_BYTES, without_gaps=True), [])
            if not items:
                break
            outcome += self._link.send(Deposit(device, items))
            self._given[device] = items[-1][0]
            self._unanswered[device] = self._unanswered.get(device, 0) + len(items)
            if len(items) == len(rows) < asked:
                break  # that was all
        return outcome

    def _room_of(self, device: DeviceId) -> int:
        """How many more the server may leave unanswered."""
        return (1 if device in self._trying else DEPOSITS_UNANSWERED) - self._unanswered.get(device, 0)

    def taken(self, frame: Deposited) -> bool:
        """Whether it is taken again after it was refused."""
        self._trying.discard(frame.to)
        self._unanswered[frame.to] = max(0, self._unanswered.get(frame.to, 0) - (frame.last - frame.first + 1))
        return self._refused.pop(frame.to) is not None

    def refused(self, frame: DepositRefused, now: Instant) -> None:
        """Rest for a while, then try with one."""
        self._unanswered[frame.to] = 0
        self._refused[frame.to] = frame.code
        self.begin_again(frame.to, frame.first)
        self.pause(frame.to, frame.code, now.monotonic + REFUSED_RETRY_SECONDS)

    def begin_again(self, device: DeviceId, number: int) -> None:
        """This number and those above it are to be given again."""
        self._given[device] = min(self._given.get(device, 0), number - 1)

    def pause(self, device: DeviceId, why: str, until: float) -> None:
        self._paused[device] = (why, until)

    def resume(self, device: DeviceId) -> None:
        self._paused.pop(device, None)

    def why_paused(self, device: DeviceId) -> str | None:
        paused = self._paused.get(device)
        return None if paused is None else paused[0]

    def why_refused(self, device: DeviceId) -> str | None:
        """What the server said the last time, until it takes something again."""
        return self._refused.get(device)

    def next_wakeup(self) -> float | None:
        return min((until for _, until in self._paused.values()), default=None)

    def rested(self, now: Instant) -> list[DeviceId]:
        """Devices whose pause is over: one envelope each tries."""
        rested = [device for device, (_, until) in self._paused.items() if until <= now.monotonic]
        for device in rested:
            del self._paused[device]
            self._trying.add(device)
        return rested

    def forget(self) -> None:
        """The link is another one: giving twice is harmless."""
        self._given.clear()
        self._unanswered.clear()
        self._paused.clear()
        self._trying.clear()
        self._refused.clear()
