"""How two people agree to talk: asking, answering, declining, blocking."""

from typing import Final

from casemate.node import Effect, Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import (
    DECLINED_QUIET_SECONDS,
    PENDING_REQUESTS_PER_ACCOUNT,
    SIGNALS_PER_ACCOUNT,
    WITHDRAWN_QUIET_SECONDS,
)
from casemate.protocol.link import (
    AccountRow,
    AnswerRegistration,
    AskRegistration,
    PeerBecameRegistered,
    RegistrationAnswered,
    RegistrationAsked,
    RegistrationExpired,
    RegistrationWithdrawn,
    RequestDone,
    SetBlock,
    WithdrawAsk,
)
from casemate.server.core.endpoints import Endpoints
from casemate.server.core.events import Send
from casemate.server.core.invites import Invites
from casemate.server.core.links import DeviceLink, Links
from casemate.server.core.outflow import Outflow
from casemate.server.core.ports import ServerStore
from casemate.server.core.presence import Presences
from casemate.server.core.refusals import Refusal
from casemate.server.core.served_time import ServedTime

ASK_AGAIN_SECONDS: Final = 60
"""A changed request replaces a pending one this often at most: only the request itself reaches a stranger, once."""


class Registrations:
    def __init__(
        self,
        store: ServerStore,
        links: Links,
        presences: Presences,
        outflow: Outflow,
        endpoints: Endpoints,
        invites: Invites,
        served_time: ServedTime,
    ) -> None:
        self._store = store
        self._rows = store.registrations
        self._links = links
        self._presences = presences
        self._outflow = outflow
        self._endpoints = endpoints
        self._invites = invites
        self._served_time = served_time

    def ask(self, link: DeviceLink, frame: AskRegistration, now: Instant) -> list[Effect]:
        """Store a request until it is answered, or accept the one that the other side has made."""
        asker, target = link.account_id, frame.to
        done = Send(link.connection, RequestDone(frame.request_id))
        pending = self._rows.ask(asker, target)
        self._check_reaches(asker, target)
        if self._answer_is_under_way(asker, target):
            return [done]
        if pending is not None and pending.request == frame.request:
            return [done]
        crossing = self._rows.ask(target, asker)
        if crossing is not None:
            return [done, *self._accept_both(asker, frame.request, target, crossing.request, now)]
        effects: list[Effect] = [done]
        if pending is None:
            self._check_caps(asker, target)
            self._check_quiet(asker, frame, now)
            effects += self._make_room(target)
        elif self._served_time.at(now) - pending.asked_served < ASK_AGAIN_SECONDS:
            raise Refusal("too_many_requests")
        self._rows.forget_declined(asker, target)
        self._rows.put_ask(asker, target, frame.request, self._served_time.at(now))
        self._outflow.withdraw(target, asker, RegistrationAsked)
        asked = RegistrationAsked(self._row(target, asker), frame.request, now.wall)
        return effects + self._outflow.signal(target, asker, asked)

    def withdraw(self, link: DeviceLink, frame: WithdrawAsk, now: Instant) -> list[Effect]:
        """Take a request back; whoever was asked sees it go. Raises RequestRefused: not_asked."""
        asker, target = link.account_id, frame.to
        done = Send(link.connection, RequestDone(frame.request_id))
        if self._rows.ask(asker, target) is None:
            if self._rows.withdrawn_until(asker, target) is None:
                raise Refusal("not_asked")
            return [done]  # it was repeated
        effects = self._take_away(asker, target)
        self._rows.set_withdrawn(asker, target, self._served_time.at(now) + WITHDRAWN_QUIET_SECONDS)
        return [done, *effects]

    def answer(self, link: DeviceLink, frame: AnswerRegistration, now: Instant) -> list[Effect]:
        """Accept or decline a pending request. Raises RequestRefused: not_asked, not_accepting."""
        target, asker = link.account_id, frame.to
        done = Send(link.connection, RequestDone(frame.request_id))
        if self._rows.ask(asker, target) is None:
            if self._was_answered_so(target, asker, accept=frame.accept, now=now):
                return [done]
            raise Refusal("not_asked")
        if frame.accept and self._rows.blocks(asker, target):
            raise Refusal("not_accepting")
        self._close_ask(asker, target)
        effects: list[Effect] = [done]
        answered = RegistrationAnswered(self._row(asker, target), frame.accept, frame.answer)
        if not frame.accept:
            self._rows.set_declined(asker, target, self._served_time.at(now) + DECLINED_QUIET_SECONDS)
            return effects + self._outflow.signal(asker, target, answered)
        self._rows.register(asker, target, now.wall)
        effects += self._outflow.signal(asker, target, answered)
        return effects + self._announce(asker, target)

    def set_block(self, link: DeviceLink, frame: SetBlock, now: Instant) -> list[Effect]:
        """Block or unblock. Raises RequestRefused: unknown_peer."""
        account_id, other = link.account_id, frame.account
        if other == account_id or self._store.accounts.account(other) is None:
            raise Refusal("unknown_peer")
        done = Send(link.connection, RequestDone(frame.request_id))
        if frame.blocked == self._rows.blocks(account_id, other):
            return [done]
        change = self._block if frame.blocked else self._unblock
        return [done, *change(account_id, other, now)]

    def expire(self, asker: AccountId, target: AccountId) -> list[Effect]:
        """A request was not answered within its time, or makes room for a newer one."""
        return self._take_away(asker, target) + self._outflow.signal(asker, target, RegistrationExpired(target))

    def _check_reaches(self, asker: AccountId, target: AccountId) -> None:
        if asker == target or self._store.accounts.account(target) is None:
            raise Refusal("unknown_peer")
        if self._rows.blocks(asker, target):
            raise Refusal("blocked_by_you")
        if self._rows.blocks(target, asker):
            raise Refusal("not_accepting")

    def _check_quiet(self, asker: AccountId, frame: AskRegistration, now: Instant) -> None:
        """The link of an invitation is their own leave, once. People are told the moment (Unix ms) at which the quiet
        ends if the server runs until then."""
        quiets = {
            "declined_recently": self._rows.declined_until(asker, frame.to),
            "withdrawn_recently": self._rows.withdrawn_until(asker, frame.to),
        }
        for code, until_served in quiets.items():
            left = 0.0 if until_served is None else until_served - self._served_time.at(now)
            if left > 0 and not self._invites.takes_leave(asker, frame.to, frame.invite_id, frame.admit_token, now):
                raise Refusal(code, until=str(int((now.wall + left) * 1000)))

    def _answer_is_under_way(self, asker: AccountId, target: AccountId) -> bool:
        """They accepted, and the asker repeats a request because it has not heard of that.

        Anybody else who asks whom they have has lost the other's card: they get a new one of them, since our word is
        nobody's consent.
        """
        return self._rows.registered(asker, target) and self._store.signals.waits(
            asker, RegistrationAnswered.__name__, target
        )

    def _check_caps(self, asker: AccountId, target: AccountId) -> None:
        asked, _ = self._rows.waiting(asker)
        if asked >= PENDING_REQUESTS_PER_ACCOUNT:
            raise Refusal("too_many_requests")
        if self._store.signals.count(target) >= SIGNALS_PER_ACCOUNT:
            raise Refusal("not_accepting")

    def _make_room(self, target: AccountId) -> list[Effect]:
        """The oldest goes, and may ask again: 500 throw-away accounts shall not keep everybody out for a month."""
        _, asks = self._rows.waiting(target)
        oldest = self._rows.oldest_ask_to(target) if asks >= PENDING_REQUESTS_PER_ACCOUNT else None
        return [] if oldest is None else self.expire(oldest, target)

    def _accept_both(
        self, first: AccountId, first_request: bytes, second: AccountId, second_request: bytes, now: Instant
    ) -> list[Effect]:
        """Both asked, so each has the other's card as its answer."""
        self._close_ask(second, first)
        self._rows.register(first, second, now.wall)
        effects = self._outflow.signal(
            second, first, RegistrationAnswered(self._row(second, first), accept=True, answer=first_request)
        )
        effects += self._outflow.signal(
            first, second, RegistrationAnswered(self._row(first, second), accept=True, answer=second_request)
        )
        return effects + self._announce(first, second)

    def _was_answered_so(self, target: AccountId, asker: AccountId, *, accept: bool, now: Instant) -> bool:
        """The same answer came before and its confirmation was lost."""
        if accept:
            return self._rows.registered(asker, target)
        declined_until = self._rows.declined_until(asker, target)
        return declined_until is not None and declined_until > self._served_time.at(now)

    def _announce(self, first: AccountId, second: AccountId) -> list[Effect]:
        effects: list[Effect] = []
        for viewer, peer in ((first, second), (second, first)):
            row = self._row(viewer, peer)
            effects += [Send(link.connection, PeerBecameRegistered(row)) for link in self._links.of_account(viewer)]
            effects += self._presences.tell(viewer, peer)
        return effects

    def _close_ask(self, asker: AccountId, target: AccountId) -> bool:
        """Whether whoever was asked has not heard of it."""
        self._rows.remove_ask(asker, target)
        self._rows.forget_declined(asker, target)
        return self._outflow.withdraw(target, asker, RegistrationAsked)

    def _take_away(self, asker: AccountId, target: AccountId) -> list[Effect]:
        """A request ends unanswered."""
        unheard = self._close_ask(asker, target)
        return [] if unheard else self._outflow.signal(target, asker, RegistrationWithdrawn(asker))

    def _block(self, account_id: AccountId, other: AccountId, now: Instant) -> list[Effect]:
        account = self._store.accounts.account(account_id)
        assert account is not None  # its link is proven
        # From now on the other side sees one unchanging time, so that coming and going does not shine through.
        self._rows.block(account_id, other, now.wall if account.shown_online else account.shown_since)
        effects = [*self._endpoints.changed(account_id), *self._decline_silently(other, account_id)]
        for link in self._links.of_account(account_id):
            self._outflow.hold_back(link, other)
        if not account.shown_online or not self._rows.registered(account_id, other):
            return effects
        return effects + self._presences.tell(other, account_id)

    def _decline_silently(self, asker: AccountId, target: AccountId) -> list[Effect]:
        """A block ends their request; they hear what a declined person hears, not wait for ever."""
        if self._rows.ask(asker, target) is None:
            return []
        self._close_ask(asker, target)
        declined = RegistrationAnswered(self._row(asker, target), accept=False, answer=b"")
        return self._outflow.signal(asker, target, declined)

    def _unblock(self, account_id: AccountId, other: AccountId, _now: Instant) -> list[Effect]:
        self._rows.unblock(account_id, other)
        effects: list[Effect] = []
        for link in self._links.of_account(account_id):
            effects += self._outflow.look_again(link)
        if self._rows.registered(account_id, other):
            effects += self._presences.tell(other, account_id)
        return effects

    def _row(self, viewer: AccountId, account_id: AccountId) -> AccountRow:
        row = self._store.directory.row(viewer, account_id)
        if row is None:
            raise PeerBrokeProtocol("an account that is not there")
        return row
