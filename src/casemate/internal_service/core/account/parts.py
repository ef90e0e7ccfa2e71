"""The parts of an account, put together: who is handed what."""

from typing import Protocol

from casemate.internal_service.core.account.contents import PathNote, ReceiptNote, TypingNote
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.arranging import Arranging
from casemate.internal_service.core.account.conversations.changing import Changing
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.conversations.disappearing import Disappearing
from casemate.internal_service.core.account.conversations.finding import Finding
from casemate.internal_service.core.account.conversations.giving_back import GivingBack
from casemate.internal_service.core.account.conversations.keeping import Keeping
from casemate.internal_service.core.account.conversations.living import Living
from casemate.internal_service.core.account.conversations.messages import Messages
from casemate.internal_service.core.account.conversations.muting import Muting
from casemate.internal_service.core.account.conversations.reading import Reading
from casemate.internal_service.core.account.conversations.scheduling import Scheduling
from casemate.internal_service.core.account.conversations.typing import Typing
from casemate.internal_service.core.account.delivery.control import NoteSender, SealedNotes
from casemate.internal_service.core.account.delivery.deposits import Deposits
from casemate.internal_service.core.account.delivery.direct import Direct
from casemate.internal_service.core.account.delivery.healing import Healing
from casemate.internal_service.core.account.delivery.inbox import Inbox
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.ratchets import Ratchets
from casemate.internal_service.core.account.delivery.receipts import Receipts
from casemate.internal_service.core.account.delivery.sealing import Sealing
from casemate.internal_service.core.account.delivery.spares import Spares
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.link.requests import ServerRequests
from casemate.internal_service.core.account.link.tidying import Tidying
from casemate.internal_service.core.account.meanings import Meanings
from casemate.internal_service.core.account.paths.admission import Admission
from casemate.internal_service.core.account.paths.dialling import Dialling
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.lan import Lan
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.peer_events import PeerEvents
from casemate.internal_service.core.account.people.acquaintances import Acquaintances
from casemate.internal_service.core.account.people.agreement import Agreement
from casemate.internal_service.core.account.people.arrival import Arrival
from casemate.internal_service.core.account.people.blocking import Blocking
from casemate.internal_service.core.account.people.inviting import Inviting
from casemate.internal_service.core.account.people.membership import Membership
from casemate.internal_service.core.account.people.own_names import OwnNames
from casemate.internal_service.core.account.people.registration import Registration
from casemate.internal_service.core.account.people.remarks import Remarks
from casemate.internal_service.core.account.people.sharing import Sharing
from casemate.internal_service.core.account.people.withdrawals import Withdrawals
from casemate.internal_service.core.account.server_events import ServerEvents
from casemate.internal_service.core.account.showing import Showing
from casemate.internal_service.core.account.understanding import Understanding
from casemate.node import Instant


class HasTimers(Protocol):
    def wakeup(self, now: Instant) -> Outcome:
        """Do what is due."""
        ...

    def next_wakeup(self) -> float | None:
        """When the next thing is (monotonic)."""
        ...


class Parts:
    def __init__(self, context: Context) -> None:
        self.link = Link(context)
        self.requests = ServerRequests(self.link, context.undo)
        self.ratchets = Ratchets(context)
        endpoint = self.endpoint = Endpoint(context, self.link)
        paths = Paths(context, endpoint)
        endpoint.is_in_use = lambda: any(path.connections for path in paths.all())
        self.dialling = Dialling(context, self.link, endpoint, paths)
        direct = Direct(context, paths)
        sealing = Sealing(context, self.ratchets)
        deposits = Deposits(context, self.link)
        self.outbox = Outbox(context, self.link, paths, direct, deposits, self.requests, self.ratchets, sealing)
        spares = Spares(context, self.outbox)
        self.healing = Healing(context, self.ratchets, self.outbox, spares)
        notes = SealedNotes(context, self.link, paths, self.ratchets)
        self.receipts = Receipts(context, self.link, paths, self.ratchets, self.outbox, self.healing, spares, notes)
        self.living = Living(context, self.outbox)
        self.reading = Reading(context, self.receipts, self.living)
        self.conversations = Conversations(context)
        self.arranging = Arranging(context, self.conversations)
        self.messages = Messages(context, self.outbox, self.reading, self.arranging, self.living)
        self.disappearing = Disappearing(context, self.conversations, self.outbox)
        self.changing = Changing(context, self.conversations, self.outbox)
        self.keeping = Keeping(context, self.conversations, self.changing, self.living)
        self.scheduling = Scheduling(context, self.conversations, self.messages, self.changing)
        self.muting = Muting(context, self.conversations)
        self.finding = Finding(context)
        self.typing = Typing(context, notes)
        notes.listeners |= {
            ReceiptNote: self._receipt,
            TypingNote: self.typing.heard,
            PathNote: lambda sender, note, now: self.dialling.noted(sender.device, note, now),
        }
        self.agreement = Agreement(context, self.outbox)
        self.inviting = Inviting(context, self.link, self.requests)
        self.own_names = OwnNames(context, self.requests)
        acquaintances = Acquaintances(context, self.outbox)
        self.sharing = Sharing(context, self.outbox, acquaintances, self.own_names)
        self.remarks = Remarks(context)
        self.registration = Registration(
            context,
            self.requests,
            self.outbox,
            self.agreement,
            acquaintances,
            self.inviting,
            self.sharing,
            self.remarks,
        )
        self.blocking = Blocking(context, self.requests, self.outbox, self.receipts, self.sharing)
        self.arrival = Arrival(context, self.requests, self.registration)
        self.withdrawals = Withdrawals(context, self.requests)
        meanings = Meanings(
            self.agreement, spares, GivingBack(context, self.outbox), self.messages, self.changing, self.sharing
        )
        self.understanding = Understanding(context, meanings, self.messages)
        inbox = Inbox(
            context,
            self.ratchets,
            self.outbox,
            self.healing,
            self.receipts,
            notes,
            spares,
            take=meanings.take,
            is_message=meanings.is_message,
            take_messages=meanings.take_messages,
            began_anew=meanings.began_anew,
        )
        self.tidying = Tidying(context, self.link, self.requests)
        self.server = ServerEvents(
            context,
            self.link,
            self.requests,
            self.sharing,
            self.tidying,
            self.registration,
            self.withdrawals,
            self.inviting,
            self.arrival,
            self.outbox,
            self.healing,
            inbox,
            self.receipts,
            notes,
            self.dialling,
            self.living,
        )
        admission = Admission(context, endpoint, paths, self.dialling)
        self.peers = PeerEvents(
            context,
            endpoint,
            paths,
            self.dialling,
            admission,
            direct,
            self.outbox,
            self.healing,
            inbox,
            self.receipts,
            notes,
        )
        self.lan = Lan(context, endpoint, paths, self.dialling)
        self.showing = Showing(context, self.conversations, self.link, endpoint, paths, self.outbox)
        self.membership = Membership(context, self.requests, self.showing.directory_rows)
        self.with_timers: tuple[HasTimers, ...] = (
            self.link,
            self.outbox,
            self.server,
            self.tidying,
            self.typing,
            self.scheduling,
            self.muting,
            self.living,
            self.keeping,
            self.registration,
            self.peers,
            self.lan,
            self.finding,
        )
        """In the order in which they are woken."""

    def _receipt(self, sender: NoteSender, note: ReceiptNote, now: Instant) -> Outcome:
        outcome = self.receipts.arrived(sender, note, now)
        self.sharing.heard_from(sender.peer, now)
        return outcome
