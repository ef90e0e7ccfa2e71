"""Asking, answering, blocking and deleting in any order never leave two people of two minds."""

from itertools import permutations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from casemate.protocol.ids import AccountId
from casemate.protocol.limits import DECLINED_QUIET_SECONDS, REGISTRATION_REQUEST_SECONDS
from casemate.protocol.link import (
    AnswerRegistration,
    AskRegistration,
    PeerBecameRegistered,
    RegistrationAnswered,
    RequestDone,
    SetBlock,
)
from casemate.server.tests.office import Connection, Office, person_of

PEOPLE = 3
somebody = st.integers(0, PEOPLE - 1)


class Agreeing(RuleBasedStateMachine):
    @initialize()
    def people(self) -> None:
        self.office = Office()
        self.links = [self.office.newcomer(f"person{n}") for n in range(PEOPLE)]
        self.accepted: set[frozenset[int]] = set()

    @rule(asker=somebody, asked=somebody, card=st.sampled_from([b"card", b"another card"]))
    def ask(self, asker: int, asked: int, card: bytes) -> None:
        crossing = self._pending(asked, asker)
        answer = self._link(asker).ask(AskRegistration, self._id(asked), card)
        if isinstance(answer, RequestDone) and crossing:
            self.accepted.add(frozenset((asker, asked)))

    @rule(asked=somebody, asker=somebody, accept=st.booleans())
    def answer(self, asked: int, asker: int, accept: bool) -> None:
        was_asked = self._pending(asker, asked)
        answer = self._link(asked).ask(AnswerRegistration, self._id(asker), accept, b"card" if accept else b"")
        if isinstance(answer, RequestDone) and accept:
            assert was_asked or frozenset((asker, asked)) in self.accepted
            self.accepted.add(frozenset((asker, asked)))

    @rule(who=somebody, whom=somebody, blocked=st.booleans())
    def block(self, who: int, whom: int, blocked: bool) -> None:
        self._link(who).ask(SetBlock, self._id(whom), blocked)

    @rule(who=somebody)
    def come_back(self, who: int) -> None:
        self._link(who).drop()
        self.links[who] = self.office.authenticate(person_of(self.links[who]))

    @rule(seconds=st.sampled_from([61.0, DECLINED_QUIET_SECONDS + 1, REGISTRATION_REQUEST_SECONDS + 61]))
    def time_passes(self, seconds: float) -> None:
        self.office.serve(seconds)

    @rule()
    def the_server_restarts(self) -> None:
        self.office.start()
        self.links = [self.office.authenticate(person_of(link)) for link in self.links]

    @invariant()
    def both_agree_on_what_they_are(self) -> None:
        if not hasattr(self, "office"):
            return
        rows = self.office.store.registrations
        for one, other in permutations(range(PEOPLE), 2):
            first, second = self._id(one), self._id(other)
            assert rows.registered(first, second) == (frozenset((one, other)) in self.accepted)
            if rows.ask(first, second) is not None:
                assert rows.ask(second, first) is None, "two who wait for each other have agreed"
                assert not rows.blocks(second, first), "a block ends a request"

    @invariant()
    def who_is_registered_was_told(self) -> None:
        for pair in getattr(self, "accepted", ()):
            one, other = pair
            for viewer, peer in ((one, other), (other, one)):
                link = self._link(viewer)
                told = {row.account_id for row in link.welcome.presence}
                told |= {frame.row.account_id for frame in link.all(PeerBecameRegistered)}
                assert self._id(peer) in told

    @invariant()
    def nobody_is_told_of_a_consent_that_was_not_given(self) -> None:
        for viewer, link in enumerate(getattr(self, "links", ())):
            for body in link.signals():
                if isinstance(body, RegistrationAnswered) and body.accept:
                    peer = next(n for n in range(PEOPLE) if self._id(n) == body.sender.account_id)
                    assert frozenset((viewer, peer)) in self.accepted

    def _link(self, who: int) -> Connection:
        return self.links[who]

    def _id(self, who: int) -> AccountId:
        return person_of(self.links[who]).account_id

    def _pending(self, asker: int, asked: int) -> bool:
        return self.office.store.registrations.ask(self._id(asker), self._id(asked)) is not None


TestAgreeing = Agreeing.TestCase
TestAgreeing.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
