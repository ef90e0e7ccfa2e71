"""Whom we know, by what they signed: pinned keys, signed names, and whether another account had the name before.

The server names an account once, when we first hear of it. From then on only the account itself does.
"""

from dataclasses import replace
from typing import Final

from msgspec import structs

from casemate.crypto.errors import DeviceListRolledBack
from casemate.crypto.identity import check_not_older, verify_device_list
from casemate.crypto.keys import Ed25519Public
from casemate.crypto.names import read_names, replaces, verify_names
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.notes import Note, write_note
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.people.namesakes import Namesakes
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import MessageChanged, PeerChanged
from casemate.node import Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import DAY_SECONDS
from casemate.protocol.link import AccountRow
from casemate.protocol.names import shown_from_others

RENAMED_SECONDS: Final = DAY_SECONDS
"""Changes of names that follow each other within this time are one line."""


class Acquaintances:
    def __init__(self, context: Context, outbox: Outbox) -> None:
        self._context = context
        self._outbox = outbox

    def meet(self, row: AccountRow, device_list: bytes, names: bytes, now: Instant) -> tuple[Peer, Outcome]:
        """The peer's row, made if need be, with this list and these names; what was made or changed is told.

        Raises PeerBrokeProtocol for what does not follow from what is pinned.
        """
        known = self._context.store.peer(row.account_id)
        if known is not None:
            return self.update(known, device_list, names, now)
        peer = Peer(
            account_id=row.account_id,
            username=row.username,
            full_name=shown_from_others(row.full_name),
            device_list=device_list,
            relation="none",
            relation_since=now.wall,
            connection="none",
            connection_round=0,
            blocked=False,
            verified=False,
            identity_changed=False,
        )
        peer = self._compared(self._named(peer, names))
        self._context.put_peer(peer)
        return peer, []

    def update(self, peer: Peer, device_list: bytes, names: bytes, now: Instant) -> tuple[Peer, Outcome]:
        """The same of a peer that we hold."""
        before, peer = peer, self._named(self._listed(peer, device_list), names)
        if peer.username != before.username:
            peer = self._compared(peer)
        self._context.put_peer(peer)
        told = self._leave_gone_devices(before, peer) + self._tell_renamed(before, peer, now)
        return peer, told + self._without_former_picture(before, peer)

    def replace_list(self, peer: Peer, device_list: bytes, names: bytes, now: Instant) -> Outcome:
        """A newer list of a peer; an older one, or a fork, raises the alarm."""
        try:
            _, told = self.update(peer, device_list, names, now)
        except DeviceListRolledBack:
            self._context.put_peer(replace(peer, identity_changed=True, verified=False))
            told = []
        return [*told, PeerChanged(peer.cid)]

    def _leave_gone_devices(self, before: Peer, peer: Peer) -> Outcome:
        outcome: Outcome = []
        for device in sorted(set(self._context.devices_of(before)) - set(self._context.devices_of(peer))):
            self._context.store.wipe_spares(device)
            outcome += self._outbox.device_gone(peer, device)
        return outcome

    def _without_former_picture(self, before: Peer, peer: Peer) -> Outcome:
        """What their names say no more is theirs goes at once."""
        if peer.names == before.names:
            return []
        shared = self._context.store.shared_profile(peer.account_id)
        if shared.picture_hash in (b"", read_names(peer.names).picture_hash):
            return []
        self._context.store.put_shared_profile(
            peer.account_id, structs.replace(shared, picture_hash=b"", picture_salt=b"")
        )
        return [PeerChanged(peer.cid)]

    def note_namesake(self, peer: Peer, now: Instant) -> Outcome:
        """We agreed to talk: the conversation says that somebody else had this name."""
        other = self._context.store.peer(AccountId(peer.namesake)) if peer.namesake else None
        return [] if other is None else write_note(self._context, peer, Note.NAMESAKE, other.username, now)

    def _listed(self, peer: Peer, device_list: bytes) -> Peer:
        """With the list that follows the pinned one; new account keys raise the alarm, whatever brought them.

        Raises DeviceListRolledBack and what `verify_device_list` raises.
        """
        pinned, arrived = self._context.device_list(peer), verify_device_list(device_list, peer.account_id)
        check_not_older(pinned, arrived)
        new_keys = arrived.account_keys.all != pinned.account_keys.all
        changed = peer.identity_changed or new_keys
        return replace(peer, device_list=device_list, identity_changed=changed, verified=peer.verified and not new_keys)

    def _named(self, peer: Peer, names: bytes) -> Peer:
        """With these signed names, where they are newer than those we hold. Raises PeerBrokeProtocol."""
        server_key = self._context.profile.server_key
        if not names or names == peer.names or server_key is None:
            return peer
        arrived = verify_names(names, self._context.device_list(peer), Ed25519Public(server_key))
        if peer.names and not replaces(read_names(peer.names), arrived):
            return peer
        return replace(peer, names=names, username=arrived.username, full_name=shown_from_others(arrived.full_name))

    def _compared(self, peer: Peer) -> Peer:
        """Another account under a name that we know raises the alarm: a name on the screen stands for a key."""
        other = Namesakes(self._context.store.peers()).of(peer.account_id, peer.username)
        if other is None:
            return peer
        return replace(peer, namesake=other.account_id, identity_changed=True, verified=False)

    def _tell_renamed(self, before: Peer, peer: Peer, now: Instant) -> Outcome:
        if (before.username, before.full_name) == (peer.username, peer.full_name):
            return []
        told: Outcome = [PeerChanged(peer.cid)]
        if peer.blocked:
            return told  # nobody writes through a block, not even a name
        conversation = self._context.conversation_with(peer.account_id)
        last_id = self._context.store.last_message(conversation)
        corrects_the_server = not before.names
        consented = peer.connection == "connected" or corrects_the_server
        if last_id is None and not (peer.relation == "registered" and consented):
            return told  # there is no conversation yet that could say so
        last = None if last_id is None else self._context.store.message(conversation, last_id)
        if last is not None and last.kind == Note.NAMES_CHANGED and now.wall < last.arrived_at + RENAMED_SECONDS:
            # Names are theirs to choose: line after line of them would be a chat that nobody agreed to.
            first, _, _ = last.body.decode().partition("\n")
            earlier = before.full_name if first == peer.full_name else first
            self._context.store.put_body(last.arrival, f"{earlier}\n{peer.full_name}".encode())
            return [*told, MessageChanged(conversation, last.message_id)]
        text = f"{before.full_name}\n{peer.full_name}"
        return told + write_note(self._context, peer, Note.NAMES_CHANGED, text, now)
