"""Whatever order things happen in: once it is calm, the recipient has everything, and nothing waits any more."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from casemate.protocol.link import Deliver, Deposited, Receipt, SetBlock
from casemate.server.core import outflow, pushes
from casemate.server.core.links import DeviceLink
from casemate.server.core.pushes import PUSH_CREDIT_BYTES
from casemate.server.tests.office import Connection, Office, befriend, deposit, envelope, person_of

WINDOW = 6
FRAME_ITEMS = 3
FRAME_COST = PUSH_CREDIT_BYTES // 3
"""So that a few frames use up a connection's credit."""


class Weather(RuleBasedStateMachine):
    """Two people write to bob, whose network and patience vary."""

    @initialize()
    def people(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(pushes, "DELIVERIES_UNTAKEN", WINDOW)
        self.patch.setattr(outflow, "DELIVERY_ITEMS", FRAME_ITEMS)
        self.patch.setattr(outflow, "FRAME_OVERHEAD_BYTES", FRAME_COST)
        self.office = Office()
        self.bob = self.office.newcomer("bob")
        self.senders = [self.office.newcomer(name) for name in ("alice", "carol")]
        for sender in self.senders:
            befriend(sender, self.bob)
        self.office.slow = True
        self.next = [1, 1]
        self.missing: list[set[int]] = [set(), set()]
        self.has: list[set[int]] = [set(), set()]
        self.blocked = False

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.calm()
            self.patch.undo()

    @rule(who=st.integers(0, 1), count=st.integers(1, 5), skip=st.integers(0, 3))
    def write(self, who: int, count: int, skip: int) -> None:
        first = self.next[who] + skip
        self.missing[who] |= set(range(self.next[who], first))
        self._deposit(who, list(range(first, first + count)))
        self.next[who] = first + count

    @rule(who=st.integers(0, 1), count=st.integers(1, 4))
    def fill_gaps(self, who: int, count: int) -> None:
        self._deposit(who, sorted(self.missing[who])[:count])

    @rule(who=st.integers(0, 1), back=st.integers(1, 10))
    def repeat(self, who: int, back: int) -> None:
        first = max(1, self.next[who] - back)
        self._deposit(who, [n for n in range(first, self.next[who]) if n not in self.missing[who]][:5])

    @rule()
    def the_network_takes_what_was_pushed(self) -> None:
        self.bob.write()
        self._receive()

    @rule(who=st.integers(0, 1))
    def bob_acknowledges(self, who: int) -> None:
        self._receive()
        self.bob.say(Receipt(person_of(self.senders[who]).device_id, self._contiguous(who), b""))
        self._receive()

    @rule()
    def bobs_link_breaks(self) -> None:
        self._receive()
        self.bob.drop()
        self.bob = self.office.authenticate(person_of(self.bob))
        self._receive()

    @rule()
    def bob_blocks_or_unblocks_alice(self) -> None:
        self.blocked = not self.blocked
        self.bob.ask(SetBlock, person_of(self.senders[0]).account_id, self.blocked)
        self._receive()

    @invariant()
    def what_is_on_its_way_is_bounded(self) -> None:
        if not hasattr(self, "office"):
            return
        link = self.office.core._links.of_device(person_of(self.bob).device_id)
        assert isinstance(link, DeviceLink)
        assert link.pushes.credit > -FRAME_COST * (FRAME_ITEMS + 2)
        assert all(len(window.under_way) <= WINDOW + FRAME_ITEMS for window in link.pushes.windows.values())

    def calm(self) -> None:
        """Everything is deposited, the network works, bob takes all."""
        if self.blocked:
            self.bob_blocks_or_unblocks_alice()
        for who in (0, 1):
            while self.missing[who]:
                self.fill_gaps(who, 4)
        for _ in range(200):
            if all(len(self.has[who]) == self.next[who] - 1 for who in (0, 1)):
                break
            self.the_network_takes_what_was_pushed()
            for who in (0, 1):
                self.bob_acknowledges(who)
        for who, sender in enumerate(self.senders):
            assert self.has[who] == set(range(1, self.next[who])), "something never came"
            self.bob_acknowledges(who)
            pair = self.office.store.mailbox.pair(person_of(sender).device_id, person_of(self.bob).device_id)
            assert pair is None or (pair.envelopes, pair.bytes) == (0, 0)

    def _deposit(self, who: int, numbers: list[int]) -> None:
        if not numbers:
            return
        sender = self.senders[who]
        before = len(sender.all(Deposited))
        sender.say(deposit(self.bob, numbers))
        if len(sender.all(Deposited)) > before:
            self.missing[who] -= set(numbers)
        else:
            assert self.blocked
            assert who == 0
            self.missing[who] |= {n for n in numbers if n not in self._kept(sender)}
        self._receive()

    def _kept(self, sender: Connection) -> set[int]:
        """What the mailbox has or had of this sender."""
        mailbox = self.office.store.mailbox
        pair = mailbox.pair(person_of(sender).device_id, person_of(self.bob).device_id)
        if pair is None:
            return set()
        held = {number for number, _ in mailbox.after(pair.pair_id, 0, 10**6, 10**9)}
        return held | set(range(1, pair.taken_up_to + 1))

    def _receive(self) -> None:
        for who, number, sealed in self._heard():
            assert sealed == envelope(number)
            self.has[who].add(number)
        self.bob.heard.clear()

    def _heard(self) -> Iterator[tuple[int, int, bytes]]:
        devices = [person_of(sender).device_id for sender in self.senders]
        for frame in self.bob.all(Deliver):
            for number, sealed in frame.items:
                yield devices.index(frame.sender_device), number, sealed

    def _contiguous(self, who: int) -> int:
        up_to = 0
        while up_to + 1 in self.has[who]:
            up_to += 1
        return up_to


TestWeather = Weather.TestCase
TestWeather.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
