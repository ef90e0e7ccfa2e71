"""Requests that end before they are answered: ours that we take back, theirs that they did, and what proves nothing."""

from dataclasses import replace

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.link.requests import Answer, ServerRequests, Then
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import Answered, PeerChanged, RegistrationSettled
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse, told_reason
from casemate.node import Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.link import AnswerRegistration, RegistrationWithdrawn, RequestFailed, WithdrawAsk


class Withdrawals:
    def __init__(self, context: Context, requests: ServerRequests) -> None:
        self._context = context
        self._requests = requests

    def withdraw(self, peer: Peer, token: int) -> Outcome:
        """Take our request back; Answered(token) follows. Raises Refused."""
        if peer.relation != "requested":
            raise refuse("not_asked")
        outcome = self._ask(
            peer.account_id, lambda answer, later: self._answered(peer.account_id, token, answer, later)
        )
        # What is not to wait any more is not asked again either: a request without a card is one that is taken back.
        self._context.put_peer(replace(peer, our_card=None))
        return outcome

    def link_up(self) -> Outcome:
        """What the server may not have heard, or whose answer was lost."""
        outcome: Outcome = []
        for peer in self._context.store.peers():
            if peer.relation == "requested" and peer.our_card is None:
                outcome += self._ask_again(peer.account_id)
        return outcome

    def _ask_again(self, account_id: AccountId) -> Outcome:
        def answered(answer: Answer, later: Instant) -> Outcome:
            gone = not isinstance(answer, RequestFailed) or answer.code == "not_asked"
            return self._withdrawn(account_id, later) if gone else []

        try:
            return self._ask(account_id, answered)
        except Refused:
            return []  # the next link tries it again

    def _ask(self, account_id: AccountId, then: Then) -> Outcome:
        return self._requests.ask(lambda request_id: WithdrawAsk(request_id, account_id), then)

    def _answered(self, account_id: AccountId, token: int, answer: Answer, now: Instant) -> Outcome:
        if isinstance(answer, RequestFailed):
            # `not_asked`: what became of it meanwhile is told by a signal.
            return [Answered(token, told_reason(answer))]
        return [*self._withdrawn(account_id, now), Answered(token)]

    def _withdrawn(self, account_id: AccountId, now: Instant) -> Outcome:
        peer = self._context.store.peer(account_id)
        if peer is None or peer.relation != "requested":
            return []
        self._context.put_peer(peer.let_go("none", now.wall))
        return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, reason("withdrawn"))]

    def heard(self, signal: RegistrationWithdrawn, now: Instant) -> Outcome:
        """Their request waits no longer. If we have just accepted it, the server's answer to that says what is so."""
        peer = self._context.store.peer(signal.account)
        if peer is None or peer.relation != "asks_you" or peer.our_card is not None:
            return []
        self._context.put_peer(replace(peer.let_go("none", now.wall), their_card=None))
        return [PeerChanged(peer.cid)]

    def decline_unproven(self, sender: AccountId) -> Outcome:
        """A request whose card does not hold: nobody is shown it, so nobody but us can make room again."""
        peer = self._context.store.peer(sender)
        if peer is not None and peer.relation in ("registered", "asks_you"):
            return []
        try:
            return self._requests.ask(
                lambda request_id: AnswerRegistration(request_id, sender, False, b""), lambda answer, later: []
            )
        except Refused:
            return []  # too much is waiting: the server lets it go when there is no more room
