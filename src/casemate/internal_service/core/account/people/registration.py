"""Registration: two people agree to talk, by signed cards that the server keeps and cannot forge."""

from dataclasses import replace
from typing import Final

from casemate.crypto.card import Purpose, VerifiedCard
from casemate.crypto.identity import verify_device_list
from casemate.internal_service.core.account.contents import RequestNote
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.link.requests import NO_TIME, NOT_YET, Answer, ServerRequests
from casemate.internal_service.core.account.people.acquaintances import Acquaintances
from casemate.internal_service.core.account.people.agreement import Agreement
from casemate.internal_service.core.account.people.blocking import looks_different
from casemate.internal_service.core.account.people.cards import Cards
from casemate.internal_service.core.account.people.introductions import (
    checked_introduction,
    introduction_in,
    proof_in,
    request_note,
)
from casemate.internal_service.core.account.people.inviting import Inviting
from casemate.internal_service.core.account.people.opened_links import forget_shown, leave_of
from casemate.internal_service.core.account.people.remarks import Remarks
from casemate.internal_service.core.account.people.sharing import Sharing
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import (
    PeerChanged,
    RegistrationSettled,
    RegistrationWanted,
)
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse, told_reason
from casemate.internal_service.core.ground.undo import Memory, UndoSet
from casemate.node import Instant
from casemate.protocol.client.views import Relation
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId, Cid, cid_of
from casemate.protocol.limits import DECLINED_QUIET_SECONDS
from casemate.protocol.link import (
    AccountFound,
    AccountGone,
    AnswerRegistration,
    AskRegistration,
    DeviceListChanged,
    FindAccount,
    PresenceRow,
    RegistrationAnswered,
    RegistrationAsked,
    RegistrationExpired,
    RequestFailed,
)

ASK_AGAIN_SECONDS: Final = 61.0
"""A server takes a changed request in the place of one that waits once a minute."""
_PASSING: Final = NO_TIME | {"blocked_by_you"}
"""Refusals that say nothing of a request that the server has."""


class Registration(Memory):
    def __init__(
        self,
        context: Context,
        requests: ServerRequests,
        outbox: Outbox,
        agreement: Agreement,
        acquaintances: Acquaintances,
        inviting: Inviting,
        sharing: Sharing,
        remarks: Remarks,
    ) -> None:
        super().__init__(context.undo)
        self._context = context
        self._cards = Cards(context)
        self._requests = requests
        self._outbox = outbox
        self._agreement = agreement
        self._acquaintances = acquaintances
        self._inviting = inviting
        self._sharing = sharing
        self._remarks = remarks
        self._given_again: UndoSet[AccountId] = UndoSet(context.undo)
        """Who, in the event that is being handled, gave us a card of an agreement that we have lost."""
        self._ask_again_at: float | None = None
        """When requests are made again that the server had no time for (monotonic)."""

    # ------------------------------------------------------------------------------------------------------ operations

    def ask(self, cid: Cid, introduction: str, now: Instant) -> Outcome:
        """Ask somebody on the server to agree to talk, with a line of ours or none; accepts, if they asked us. Raises
        Refused."""
        introduction = checked_introduction(introduction)
        if cid == cid_of(self._context.account_id):
            raise refuse("unknown_peer")
        peer = self._context.store.peer_by_cid(cid)
        if peer is not None and peer.blocked:
            raise refuse("blocked_by_you")
        if peer is not None and peer.relation == "registered":
            raise refuse("already_registered")
        if peer is not None and peer.relation == "asks_you":
            return self.answer(peer, True, now)
        if peer is not None and peer.identity_changed and introduction:
            raise refuse("identity_changed")
        return self._requests.ask(
            lambda request_id: FindAccount(request_id, cid),
            lambda answer, later: self._found(cid, introduction, answer, later),
        )

    def answer(self, peer: Peer, accept: bool, now: Instant) -> Outcome:
        """Accept or decline their request. Raises Refused."""
        if peer.blocked:
            raise refuse("blocked_by_you")
        if peer.relation != "asks_you" or peer.their_card is None:
            raise refuse("not_asked")
        # An acceptance is kept until the server has it: a person who said yes is not asked again after a crash.
        peer = replace(peer, our_card=self._cards.new(peer.account_id, Purpose.ACCEPT, now) if accept else None)
        outcome = self._requests.ask(
            lambda request_id: AnswerRegistration(request_id, peer.account_id, accept, peer.our_card or b""),
            lambda result, later: self._answer_kept(peer.account_id, accept, result, later),
        )
        self._context.put_peer(peer)
        return outcome

    def link_up(self, blocked: list[AccountId], now: Instant) -> Outcome:
        """Ask again what the server may not have heard, and take its word for whom we block."""
        outcome: Outcome = []
        for known in self._context.store.peers():
            peer = replace(known, blocked=known.account_id in blocked)
            if peer != known:
                self._context.put_peer(peer)
                if peer.blocked:
                    self._sharing.not_for(peer, now)
                outcome += looks_different(self._context, peer)
            if peer.relation == "declined" and now.wall - peer.relation_since >= DECLINED_QUIET_SECONDS:
                self._context.put_peer(replace(peer, relation="none", relation_since=now.wall))
                outcome.append(PeerChanged(peer.cid))
            outcome += self._say_again(peer)
        return outcome + self._sharing.settle_all(now)

    def wakeup(self, now: Instant) -> Outcome:
        if self._ask_again_at is None or now.monotonic < self._ask_again_at:
            return []
        self._ask_again_at = None
        return [effect for peer in self._context.store.peers() for effect in self._say_again(peer)]

    def next_wakeup(self) -> float | None:
        return self._ask_again_at

    def _say_again(self, peer: Peer) -> Outcome:
        """What the server may not have of us."""
        if peer.our_card is None:
            return []
        is_answer = peer.relation in ("asks_you", "registered")
        return self._send_acceptance(peer) if is_answer else self._send_request(peer)

    # --------------------------------------------------------------------------------------- answers of the server

    def _found(self, cid: Cid, introduction: str, answer: Answer, now: Instant) -> Outcome:
        if not isinstance(answer, AccountFound):
            return [self._settled_unknown(cid, answer)]
        if cid_of(answer.row.account_id) != cid:
            raise PeerBrokeProtocol("the server found another account")
        verify_device_list(answer.device_list, answer.row.account_id)
        peer, told = self._acquaintances.meet(answer.row, answer.device_list, answer.names, now)
        if peer.relation == "asks_you":
            return told + self.answer(peer, True, now)
        if peer.identity_changed and introduction:
            refused = reason("identity_changed")
            return [*told, PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, refused)]
        peer = self._with_request(peer, introduction, proof_in(peer.our_card), now)
        self._context.put_peer(peer)
        return told + self._send_request(peer)

    def ask_invited(self, row: AccountFound, proof: RequestNote, now: Instant) -> Outcome:
        """Ask who invited us, with a note that proves it. They agree by themselves, so the conversation begins here."""
        peer, told = self._acquaintances.meet(row.row, row.device_list, row.names, now)
        if peer.relation == "registered" or peer.blocked:
            return told
        if peer.relation == "asks_you":
            return told + self.answer(peer, True, now)
        peer = replace(self._with_request(peer, "", proof, now), met="by_their_invitation")
        self._context.put_peer(peer)
        return told + self._send_request(peer)

    def _with_request(self, peer: Peer, introduction: str, proof: RequestNote, now: Instant) -> Peer:
        """Ours to them. One under way keeps its line where there is no other, and is signed anew only to say more."""
        kept = "" if peer.our_card is None else peer.introduction
        introduction = introduction or kept
        if peer.our_card is not None and (introduction, proof) == (kept, proof_in(peer.our_card)):
            return peer
        note = request_note(self._context, peer, introduction, proof)
        return replace(
            peer, our_card=self._cards.new(peer.account_id, Purpose.ASK, now, note), introduction=introduction
        )

    def _send_request(self, peer: Peer) -> Outcome:
        card = peer.our_card
        assert card is not None, "a request is signed before it is sent"
        if peer.identity_changed and peer.introduction:
            return []  # what a person wrote goes once they have accepted the new identity
        try:
            return self._requests.ask(
                lambda request_id: AskRegistration(
                    request_id, peer.account_id, card, *leave_of(self._context, peer.account_id)
                ),
                lambda answer, later: self._request_kept(peer.account_id, card, answer, later),
            )
        except Refused:
            return []  # asked again with the next link

    def _send_acceptance(self, peer: Peer) -> Outcome:
        card = peer.our_card
        assert card is not None, "an acceptance is signed before it is sent"
        try:
            return self._requests.ask(
                lambda request_id: AnswerRegistration(request_id, peer.account_id, True, card),
                lambda answer, later: self._answer_kept(peer.account_id, True, answer, later),
            )
        except Refused:
            return []  # said again with the next link

    def _request_kept(self, account_id: AccountId, card: bytes, answer: Answer, now: Instant) -> Outcome:
        if not (isinstance(answer, RequestFailed) and answer.code in NOT_YET):
            forget_shown(self._context, account_id, card)
        peer = self._context.store.peer(account_id)
        if peer is None or peer.relation == "registered":
            return []
        if isinstance(answer, RequestFailed):
            if answer.code == "server_away":
                return []  # our card is kept: the next link asks again
            if peer.our_card is not None and peer.our_card != card:
                return []  # what is asked in its place has an answer of its own
            if answer.code in NO_TIME and (peer.relation == "requested" or peer.met == "by_their_invitation"):
                self._ask_again_at = now.monotonic + ASK_AGAIN_SECONDS
                return []
            if peer.relation == "requested" and answer.code in _PASSING:
                return []
            if answer.code == "already_registered" and peer.their_card is not None:
                return self._crossed(peer, now)  # their card says so; the server's word alone is nobody's consent
            relation: Relation = "none" if peer.relation == "requested" else peer.relation
            self._context.put_peer(peer.let_go(relation, peer.relation_since))
            refused = told_reason(answer)
            return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, refused)]
        if peer.relation == "asks_you":
            return self._crossed(peer, now)
        peer = replace(peer, relation="requested", relation_since=now.wall)
        self._context.put_peer(peer)
        self._remarks.no_more_declined(peer)
        return looks_different(self._context, peer) if peer.is_awaited else [PeerChanged(peer.cid)]

    def _answer_kept(self, account_id: AccountId, accept: bool, answer: Answer, now: Instant) -> Outcome:
        peer = self._context.store.peer(account_id)
        if peer is None:
            return []
        if peer.relation == "registered":
            return self._confirmed(peer, answer)
        if isinstance(answer, RequestFailed):
            if accept and answer.code == "server_away":
                return []  # the next link says it again
            refused = told_reason(answer)
            if answer.code == "not_asked":
                peer = replace(peer, relation="none", our_card=None, their_card=None, introduction="")
                self._context.put_peer(peer)
            return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, refused)]
        if not accept:
            peer = replace(peer.let_go("none", now.wall), their_card=None)
            self._context.put_peer(peer)
            self._remarks.declined(peer, now)
            return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, None)]
        card = peer.their_card
        assert card is not None, "only a request that is here can be answered"
        return self._settle(peer, self._cards.verify(peer.account_id, card, Purpose.ASK, now), now, we_asked=False)

    def _confirmed(self, peer: Peer, answer: Answer) -> Outcome:
        """They asked although we were registered, and have our card again, unless the server is away."""
        if not (isinstance(answer, RequestFailed) and answer.code == "server_away"):
            self._context.put_peer(replace(peer, our_card=None))
        return []

    # --------------------------------------------------------------------------------------------------- signals

    def asked(self, signal: RegistrationAsked, now: Instant) -> Outcome:
        """Somebody asks us. Only the request reaches us before we agree."""
        account_id = signal.sender.account_id
        card = self._cards.verify(account_id, signal.request, Purpose.ASK, now).card
        peer, told = self._acquaintances.meet(signal.sender, card.device_list, card.names, now)
        if peer.blocked:
            return told
        if peer.relation == "registered":
            return told + self._agree_again(peer, now)
        peer = replace(peer, their_card=signal.request)
        if not peer.identity_changed:
            invite_id = self._inviting.admitted_by(account_id, card.note, signal.asked_at, now)
            if invite_id is not None:
                return told + self._let_in(peer, now) + self._inviting.tell_used(invite_id, now)
        if peer.relation == "requested" and peer.our_card is not None:  # else it is being taken back
            return told + self._crossed(peer, now)
        introduction = introduction_in(self._context, account_id, card.note)
        waits_already = peer.relation == "asks_you"
        since = peer.relation_since if waits_already else now.wall
        self._context.put_peer(replace(peer, relation="asks_you", relation_since=since, introduction=introduction))
        self._remarks.no_more_declined(peer)
        told.append(PeerChanged(peer.cid))
        if waits_already or peer.our_card is not None:
            # A changed request is no second question, else a line each minute would be a chat before consent. Or ours
            # is on its way to the server, and accepts theirs.
            return told
        return [*told, RegistrationWanted(peer.cid, peer.username, introduction)]

    def _let_in(self, peer: Peer, now: Instant) -> Outcome:
        """They have the link of an invitation of ours: that we sent it is our consent."""
        card = self._cards.new(peer.account_id, Purpose.ACCEPT, now)
        peer = replace(peer, relation="asks_you", relation_since=now.wall, our_card=card, met="by_our_invitation")
        self._context.put_peer(peer)
        return [PeerChanged(peer.cid), *self._send_acceptance(peer)]

    def _agree_again(self, peer: Peer, now: Instant) -> Outcome:
        """They have lost what we agreed, and the server's word is not enough for them: they get our card once more.

        It carries the bundle that the server has of us anyway, so that asking again and again costs us nothing.
        """
        if peer.identity_changed:
            return []
        card = self._cards.sign(peer.account_id, Purpose.ACCEPT, self._context.secrets.bundle, now)
        peer = replace(peer, our_card=card)
        self._context.put_peer(peer)
        self._sharing.tell_anew(peer, now)
        return self._send_acceptance(peer)

    def answered(self, signal: RegistrationAnswered, now: Instant) -> Outcome:
        """Their answer to our request; one we did not wait for changes nothing."""
        peer = self._context.store.peer(signal.sender.account_id)
        if peer is None or (peer.our_card is None and peer.relation != "requested"):
            return []
        if not signal.accept:
            self._context.put_peer(peer.let_go("declined", now.wall))
            self._sharing.parted(peer, now)
            return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, reason("declined"))]
        verified = self._cards.verify_either(peer.account_id, signal.answer, now)
        if any(bundle.last_resort for bundle in verified.bundles):
            self._given_again.add(peer.account_id)
        return self._settle(peer, verified, now, we_asked=True)

    def takes_up_again(self, account_id: AccountId) -> bool:
        """Just registered by a card that was given again: our data does not know how far we had gone. Asked once."""
        was_given_again = account_id in self._given_again
        self._given_again.discard(account_id)
        return was_given_again

    def expired(self, signal: RegistrationExpired, now: Instant) -> Outcome:
        peer = self._context.store.peer(signal.account)
        if peer is None or peer.relation != "requested":
            return []
        self._context.put_peer(peer.let_go("none", now.wall))
        return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, reason("request_expired"))]

    def gone(self, signal: AccountGone, now: Instant) -> Outcome:
        """The account was deleted: what was said stays, nothing new can go, and its name stands for nobody."""
        peer = self._context.store.peer(signal.account)
        if peer is None:
            return []
        was_waiting = peer.relation == "requested"
        peer = replace(
            peer,
            relation="gone",
            connection="none",
            relation_since=now.wall,
            verified=False,
            our_card=None,
            their_card=None,
            introduction="",
        )
        self._context.put_peer(peer)
        self._sharing.parted(peer, now)
        self._context.store.put_presence([PresenceRow(peer.account_id, False, now.wall)])
        for entry in self._context.device_list(peer).devices:
            self._context.store.wipe_spares(entry.device_id)
        settled = [RegistrationSettled(peer.cid, peer.username, reason("account_gone"))] if was_waiting else []
        return [PeerChanged(peer.cid), *settled, *self._outbox.gone(peer)]

    def device_list_changed(self, signal: DeviceListChanged, now: Instant) -> Outcome:
        """A newer list of a peer. New account keys raise the alarm and stop sending until the user accepts them."""
        peer = self._context.store.peer(signal.account)
        if peer is None:
            return []
        return self._acquaintances.replace_list(peer, signal.device_list, signal.names, now)

    # ----------------------------------------------------------------------------------------------------- identity

    def accept_identity(self, peer: Peer, now: Instant) -> Outcome:
        """The user goes on with the new identity; the verified mark stays off."""
        peer = replace(peer, identity_changed=False, verified=False)
        self._context.put_peer(peer)
        return [PeerChanged(peer.cid), *self._say_again(peer), *self._outbox.resume(peer, now)]

    def set_verified(self, peer: Peer, verified: bool) -> Outcome:
        if verified and peer.identity_changed:
            raise refuse("identity_changed")
        self._context.put_peer(replace(peer, verified=verified))
        return [PeerChanged(peer.cid)]

    # ------------------------------------------------------------------------------------------------------- helpers

    def _crossed(self, peer: Peer, now: Instant) -> Outcome:
        """Both asked at the same time: both agree."""
        assert peer.their_card is not None, "crossing means that their request is here"
        return self._settle(
            peer, self._cards.verify(peer.account_id, peer.their_card, Purpose.ASK, now), now, we_asked=True
        )

    def _settle(self, peer: Peer, verified: VerifiedCard, now: Instant, *, we_asked: bool) -> Outcome:
        store, card = self._context.store, verified.card
        peer = replace(peer, relation="registered", relation_since=now.wall, our_card=None, their_card=None)
        peer = replace(peer, introduction="")
        peer, outcome = self._acquaintances.update(peer, card.device_list, card.names, now)
        for bundle, data in zip(verified.bundles, card.bundles, strict=True):
            store.put_peer_bundle(bundle.device_id, data)
        for device in self._context.devices_of(peer):
            self._context.open_channel(peer, device)
        outcome += [*looks_different(self._context, peer), RegistrationSettled(peer.cid, peer.username, None)]
        outcome += self._acquaintances.note_namesake(peer, now)
        outcome += self._outbox.resume(peer, now)
        outcome += self._agreement.registered(peer, we_asked=we_asked, now=now)
        self._remarks.no_more_declined(peer)
        self._sharing.registered(peer, now)
        return outcome

    def _settled_unknown(self, cid: Cid, answer: Answer) -> RegistrationSettled:
        why = told_reason(answer) if isinstance(answer, RequestFailed) else reason("internal")
        return RegistrationSettled(cid, "", why)
