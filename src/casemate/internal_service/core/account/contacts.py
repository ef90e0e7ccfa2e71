"""Registration: two people agree to talk, by signed cards that the server keeps and cannot forge. Blocks, too."""

from dataclasses import replace
from typing import Final

from casemate.crypto.card import Purpose, VerifiedCard, sign_card, verify_card
from casemate.crypto.errors import BadPeerCard, DeviceListRolledBack
from casemate.crypto.identity import check_not_older, verify_device_list
from casemate.crypto.prekeys import new_one_time_bundle
from casemate.internal_service.core.account.connections import Connections
from casemate.internal_service.core.account.context import LATE_SECONDS, Context, Outcome, prekey_to_bytes
from casemate.internal_service.core.account.outbox import Outbox
from casemate.internal_service.core.account.receipts import Receipts
from casemate.internal_service.core.account.rows import Channel, Peer
from casemate.internal_service.core.account.server_requests import Answer, ServerRequests
from casemate.internal_service.core.notices import (
    Answered,
    ConversationChanged,
    PeerChanged,
    RegistrationAsked,
    RegistrationSettled,
)
from casemate.internal_service.core.refusals import Refused, reason, refuse
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId, Cid, cid_of
from casemate.protocol.limits import REGISTRATION_REQUEST_SECONDS
from casemate.protocol.link import (
    AccountFound,
    AccountGone,
    AccountRow,
    AnswerRegistration,
    AskRegistration,
    DeviceListChanged,
    FindAccount,
    PresenceRow,
    RegistrationExpired,
    RequestFailed,
    SetBlock,
)
from casemate.protocol.link import RegistrationAnswered as AnsweredSignal
from casemate.protocol.link import RegistrationAsked as AskedSignal

CARD_SECONDS: Final = 2 * REGISTRATION_REQUEST_SECONDS
"""A card's prekeys outlive the request: it may be accepted on its last day and used some days later."""


class Contacts:
    def __init__(
        self,
        context: Context,
        requests: ServerRequests,
        outbox: Outbox,
        receipts: Receipts,
        connections: Connections,
    ) -> None:
        self._context = context
        self._requests = requests
        self._outbox = outbox
        self._receipts = receipts
        self._connections = connections

    # ------------------------------------------------------------------------------------------------------ operations

    def ask(self, peer_cid: Cid, now: Instant) -> Outcome:
        """Ask somebody on the server to agree to talk; accepts, if they asked us. Raises Refused."""
        if peer_cid == cid_of(self._context.account_id):
            raise refuse("unknown_peer")
        peer = self._context.store.peer_by_cid(peer_cid)
        if peer is not None and peer.blocked:
            raise refuse("blocked_by_you")
        if peer is not None and peer.relation == "registered":
            raise refuse("already_registered")
        if peer is not None and peer.relation == "asks_you":
            return self.answer(peer, True, now)
        return self._requests.ask(
            lambda request_id: FindAccount(request_id, peer_cid),
            lambda answer, later: self._found(peer_cid, answer, later),
        )

    def answer(self, peer: Peer, accept: bool, now: Instant) -> Outcome:
        """Accept or decline their request. Raises Refused."""
        if peer.blocked:
            raise refuse("blocked_by_you")
        if peer.relation != "asks_you" or peer.their_card is None:
            raise refuse("not_asked")
        # An acceptance is kept until the server has it: a person who said yes is not asked again after a crash.
        peer = replace(peer, our_card=self._new_card(peer.account_id, Purpose.ACCEPT, now) if accept else None)
        outcome = self._requests.ask(
            lambda request_id: AnswerRegistration(request_id, peer.account_id, accept, peer.our_card or b""),
            lambda result, later: self._answer_kept(peer.account_id, accept, result, later),
        )
        self._context.put_peer(peer)
        return outcome

    def block(self, peer: Peer, blocked: bool, token: int) -> Outcome:
        """The server enforces it, and so do we. Raises Refused."""
        return self._requests.ask(
            lambda request_id: SetBlock(request_id, peer.account_id, blocked),
            lambda answer, later: self._block_kept(peer.account_id, blocked, token, answer, later),
        )

    def link_up(self, blocked: list[AccountId], now: Instant) -> Outcome:
        """Ask again what the server may not have heard, and take its word for whom we block."""
        outcome: Outcome = []
        for peer in self._context.store.peers():
            if peer.blocked != (peer.account_id in blocked):
                self._context.put_peer(replace(peer, blocked=not peer.blocked))
                outcome.append(PeerChanged(peer.cid))
            if peer.our_card is not None and peer.relation == "asks_you":
                outcome += self._send_acceptance(peer)
            elif peer.our_card is not None and peer.relation != "registered":
                outcome += self._send_request(peer)
        return outcome

    # --------------------------------------------------------------------------------------- answers of the server

    def _found(self, peer_cid: Cid, answer: Answer, now: Instant) -> Outcome:
        if not isinstance(answer, AccountFound):
            return [self._settled_unknown(peer_cid, answer)]
        if cid_of(answer.row.account_id) != peer_cid:
            raise PeerBrokeProtocol("the server found another account")
        verify_device_list(answer.device_list, answer.row.account_id)
        peer = self._remember(answer.row, answer.device_list, now)
        if peer.relation == "asks_you":
            return self.answer(peer, True, now)
        if peer.our_card is None:
            peer = replace(peer, our_card=self._new_card(peer.account_id, Purpose.ASK, now))
        self._context.put_peer(peer)
        return self._send_request(peer)

    def _send_request(self, peer: Peer) -> Outcome:
        card = peer.our_card
        assert card is not None, "a request is signed before it is sent"
        try:
            return self._requests.ask(
                lambda request_id: AskRegistration(request_id, peer.account_id, card),
                lambda answer, later: self._request_kept(peer.account_id, answer, later),
            )
        except Refused:
            return []  # asked again with the next link

    def _send_acceptance(self, peer: Peer) -> Outcome:
        card = peer.our_card
        assert card is not None, "an acceptance is signed before it is sent"
        return self._requests.ask(
            lambda request_id: AnswerRegistration(request_id, peer.account_id, True, card),
            lambda answer, later: self._answer_kept(peer.account_id, True, answer, later),
        )

    def _request_kept(self, account_id: AccountId, answer: Answer, now: Instant) -> Outcome:
        peer = self._context.store.peer(account_id)
        if peer is None or peer.relation == "registered":
            return []
        if isinstance(answer, RequestFailed):
            if answer.code == "server_away":
                return []  # our card is kept: the next link asks again
            if answer.code == "already_registered":
                return self._crossed(peer, now) if peer.their_card else self._registered_before(peer, now)
            self._context.put_peer(replace(peer, our_card=None))
            refused = reason(answer.code, **answer.params)
            return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, refused)]
        if peer.relation == "asks_you":
            return self._crossed(peer, now)
        self._context.put_peer(replace(peer, relation="requested", relation_since=now.wall))
        return [PeerChanged(peer.cid)]

    def _registered_before(self, peer: Peer, now: Instant) -> Outcome:
        """The server and they remember an agreement that our (restored, older) data does not."""
        peer = replace(peer, relation="registered", relation_since=now.wall, our_card=None)
        return self._settle(peer, None, now, we_asked=True)

    def _answer_kept(self, account_id: AccountId, accept: bool, answer: Answer, now: Instant) -> Outcome:
        peer = self._context.store.peer(account_id)
        if peer is None or peer.relation == "registered":
            return []
        if isinstance(answer, RequestFailed):
            if accept and answer.code == "server_away":
                return []  # the next link says it again
            refused = reason(answer.code, **answer.params)
            if answer.code == "not_asked":
                peer = replace(peer, relation="none", our_card=None, their_card=None)
                self._context.put_peer(peer)
            return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, refused)]
        if not accept:
            peer = replace(peer, relation="none", relation_since=now.wall, their_card=None, our_card=None)
            self._context.put_peer(peer)
            return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, None)]
        card = peer.their_card
        assert card is not None, "only a request that is here can be answered"
        return self._settle(peer, self._verify(peer.account_id, card, Purpose.ASK, now), now, we_asked=False)

    def _block_kept(self, account_id: AccountId, blocked: bool, token: int, answer: Answer, now: Instant) -> Outcome:
        if isinstance(answer, RequestFailed):
            return [Answered(token, reason(answer.code, **answer.params))]
        peer = self._context.store.peer(account_id)
        if peer is None:
            return [Answered(token)]
        peer = replace(peer, blocked=blocked)
        if blocked and peer.relation == "asks_you":
            peer = replace(peer, relation="none", their_card=None, our_card=None)
        self._context.put_peer(peer)
        resumed = [] if blocked else self._outbox.resume(peer, now) + self._receipts.send_again(peer, now)
        return [PeerChanged(peer.cid), *resumed, Answered(token)]

    # --------------------------------------------------------------------------------------------------- signals

    def asked(self, signal: AskedSignal, now: Instant) -> Outcome:
        """Somebody asks us. Only the request reaches us before we agree."""
        account_id = signal.sender.account_id
        verified = self._verify(account_id, signal.request, Purpose.ASK, now)
        peer = self._remember(signal.sender, verified.card.device_list, now)
        if peer.blocked or peer.relation == "registered":
            return []
        peer = replace(peer, their_card=signal.request)
        if peer.relation == "requested":
            return self._crossed(peer, now)
        self._context.put_peer(replace(peer, relation="asks_you", relation_since=now.wall))
        if peer.our_card is not None:
            return [PeerChanged(peer.cid)]  # our request is on its way to the server and accepts theirs
        return [PeerChanged(peer.cid), RegistrationAsked(peer.cid, peer.username)]

    def answered(self, signal: AnsweredSignal, now: Instant) -> Outcome:
        """Their answer to our request; one we did not wait for changes nothing."""
        peer = self._context.store.peer(signal.sender.account_id)
        if peer is None or (peer.our_card is None and peer.relation != "requested"):
            return []
        if not signal.accept:
            self._context.put_peer(replace(peer, relation="declined", relation_since=now.wall, our_card=None))
            return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, reason("declined"))]
        return self._settle(peer, self._verify_either(peer.account_id, signal.answer, now), now, we_asked=True)

    def expired(self, signal: RegistrationExpired, now: Instant) -> Outcome:
        peer = self._context.store.peer(signal.account)
        if peer is None or peer.relation != "requested":
            return []
        self._context.put_peer(replace(peer, relation="none", relation_since=now.wall, our_card=None))
        return [PeerChanged(peer.cid), RegistrationSettled(peer.cid, peer.username, reason("request_expired"))]

    def gone(self, signal: AccountGone, now: Instant) -> Outcome:
        """The account was deleted: what was said stays, nothing new can go."""
        peer = self._context.store.peer(signal.account)
        if peer is None:
            return []
        was_waiting = peer.relation == "requested"
        peer = replace(
            peer, relation="none", connection="none", relation_since=now.wall, our_card=None, their_card=None
        )
        self._context.put_peer(peer)
        self._context.store.put_presence([PresenceRow(peer.account_id, False, now.wall)])
        settled = [RegistrationSettled(peer.cid, peer.username, reason("account_gone"))] if was_waiting else []
        return [PeerChanged(peer.cid), *settled]

    def device_list_changed(self, signal: DeviceListChanged, now: Instant) -> Outcome:
        """A newer list of a peer. New account keys raise the alarm and stop sending until the user accepts them."""
        peer = self._context.store.peer(signal.account)
        if peer is None:
            return []
        return self._replace_list(peer, signal.device_list)

    # ----------------------------------------------------------------------------------------------------- identity

    def accept_identity(self, peer: Peer, now: Instant) -> Outcome:
        """The user goes on with the new identity; the verified mark stays off."""
        peer = replace(peer, identity_changed=False, verified=False)
        self._context.put_peer(peer)
        return [PeerChanged(peer.cid), *self._outbox.resume(peer, now)]

    def set_verified(self, peer: Peer, verified: bool) -> Outcome:
        if verified and peer.identity_changed:
            raise refuse("identity_changed")
        self._context.put_peer(replace(peer, verified=verified))
        return [PeerChanged(peer.cid)]

    # ------------------------------------------------------------------------------------------------------- helpers

    def _crossed(self, peer: Peer, now: Instant) -> Outcome:
        """Both asked at the same time: both agree."""
        assert peer.their_card is not None, "crossing means that their request is here"
        return self._settle(peer, self._verify(peer.account_id, peer.their_card, Purpose.ASK, now), now, we_asked=True)

    def _settle(self, peer: Peer, card: VerifiedCard | None, now: Instant, *, we_asked: bool) -> Outcome:
        store = self._context.store
        peer = replace(peer, relation="registered", relation_since=now.wall, our_card=None, their_card=None)
        if card is not None:
            peer = self._with_list(peer, card.card.device_list)
            store.put_peer_bundle(card.card.device_id, card.card.bundle)
        self._context.put_peer(peer)
        device = self._context.device_of(peer)
        if store.channel(device) is None:
            store.put_channel(Channel(device, peer.account_id))
        outcome: Outcome = [
            PeerChanged(peer.cid),
            ConversationChanged(peer.cid),
            RegistrationSettled(peer.cid, peer.username, None),
        ]
        outcome += self._outbox.resume(peer, now)
        return outcome + self._connections.registered(peer, we_asked=we_asked, now=now)

    def _remember(self, row: AccountRow, device_list: bytes, now: Instant) -> Peer:
        """The peer's row, made if need be; its names are the server's word, its keys are pinned."""
        known = self._context.store.peer(row.account_id)
        if known is None:
            known = Peer(
                account_id=row.account_id,
                username=row.username,
                full_name=row.full_name,
                device_list=device_list,
                relation="none",
                relation_since=now.wall,
                connection="none",
                connection_round=0,
                blocked=False,
                verified=False,
                identity_changed=False,
            )
        else:
            known = self._with_list(known, device_list)
            known = replace(known, username=row.username, full_name=row.full_name)
        self._context.put_peer(known)
        return known

    def _replace_list(self, peer: Peer, device_list: bytes) -> Outcome:
        try:
            peer = self._with_list(peer, device_list)
        except DeviceListRolledBack:
            peer = replace(peer, identity_changed=True, verified=False)
        self._context.put_peer(peer)
        return [PeerChanged(peer.cid)]

    def _with_list(self, peer: Peer, device_list: bytes) -> Peer:
        """The peer with the list that follows the pinned one; new account keys raise the alarm, whatever brought them.

        Raises DeviceListRolledBack and what `verify_device_list` raises.
        """
        pinned, arrived = self._context.device_list(peer), verify_device_list(device_list, peer.account_id)
        check_not_older(pinned, arrived)
        new_keys = arrived.account_keys.all != pinned.account_keys.all
        changed = peer.identity_changed or new_keys
        return replace(peer, device_list=device_list, identity_changed=changed, verified=peer.verified and not new_keys)

    def _new_card(self, recipient: AccountId, purpose: Purpose, now: Instant) -> bytes:
        """A signed card with fresh one-time prekeys, their private halves stored."""
        context = self._context
        bundle, private = new_one_time_bundle(
            context.secrets.account,
            context.device,
            context.entropy,
            context.kem,
            now_seconds=int(now.wall),
            lifetime_seconds=CARD_SECONDS,
        )
        context.store.add_prekey(
            private.bundle_id, prekey_to_bytes(private), now.wall + CARD_SECONDS + LATE_SECONDS, last_resort=False
        )
        return sign_card(
            context.device,
            context.account_id,
            recipient,
            purpose,
            device_list=context.secrets.device_list,
            bundle=bundle,
            note=b"",
            now_seconds=int(now.wall),
        )

    def _verify(self, sender: AccountId, card: bytes, purpose: Purpose, now: Instant) -> VerifiedCard:
        return verify_card(card, sender, self._context.account_id, purpose, now_seconds=int(now.wall))

    def _verify_either(self, sender: AccountId, card: bytes, now: Instant) -> VerifiedCard:
        """An acceptance, or their own request that crossed ours."""
        try:
            return self._verify(sender, card, Purpose.ACCEPT, now)
        except BadPeerCard:
            return self._verify(sender, card, Purpose.ASK, now)

    def _settled_unknown(self, peer_cid: Cid, answer: Answer) -> RegistrationSettled:
        why = reason(answer.code, **answer.params) if isinstance(answer, RequestFailed) else reason("internal")
        return RegistrationSettled(peer_cid, "", why)
