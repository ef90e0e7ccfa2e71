"""Sealed notes between devices that are no contents: they have no number, and the newest of a kind says all.

What a note means is told by whoever listens for its kind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from msgspec.structs import replace

from casemate.crypto.control import control_session_id, open_control, seal_control
from casemate.internal_service.core.account.contents import ControlNote, decode_control, encode
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.ratchets import Ratchets
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.rows import Channel, Peer, RatchetRow
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import CONTROL_BYTES
from casemate.protocol.link import Ephemeral
from casemate.protocol.peer import Control

PARKED_SECONDS: Final = 10.0
STUCK_PAUSE_SECONDS: Final = 600.0
"""The least time between two new links that one device's unreadable receipts may bring about."""


@dataclass(frozen=True, slots=True)
class NoteSender:
    """Whose note it is, and how it came."""

    peer: Peer
    device: DeviceId
    session_id: bytes
    """They have this session: the note was sealed in it."""
    by_path: bool


NoteListener = Callable[[NoteSender, Any, Instant], Outcome]
"""Takes notes of one kind. Raises PeerBrokeProtocol."""


class SealedNotes(Memory):
    def __init__(self, context: Context, link: Link, paths: Paths, ratchets: Ratchets) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._paths = paths
        self._ratchets = ratchets
        self.listeners: dict[type[ControlNote], NoteListener] = {}
        """One for each kind; put together at the start."""
        self._parked: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """When a receipt that could not be read was parked (monotonic)."""
        self._believed_again: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """When a parked receipt may bring about a new link again (monotonic)."""

    # ----------------------------------------------------------------------------------------------------------- ours

    def seal(self, channel: Channel, note: ControlNote) -> bytes | None:
        """None without a session."""
        row = self._session(channel)
        return None if row is None else seal_control(row.session, encode(note), self._context.entropy)

    def can_seal(self, channel: Channel) -> bool:
        return self._session(channel) is not None

    def _session(self, channel: Channel) -> RatchetRow | None:
        """The one that last opened an envelope of theirs, which they are sure to know; else our own."""
        store = self._context.store
        row = None if channel.receipt_session is None else store.ratchet(channel.receipt_session)
        return row or store.sending_ratchet(channel.device)

    def send(self, peer: Peer, note: ControlNote) -> Outcome:
        """For the moment: on paths of our own, else through the server to whoever is there."""
        return [effect for device in self._context.devices_of(peer) for effect in self._send(peer, device, note)]

    def _send(self, peer: Peer, device: DeviceId, note: ControlNote) -> Outcome:
        if not self._paths.is_healthy(device):
            return self.send_by_server(peer, device, note)
        sealed = self.seal(self._ratchets.channel(peer, device), note)
        return [] if sealed is None else self._paths.send(device, Control(sealed))

    def send_by_server(self, peer: Peer, device: DeviceId, note: ControlNote) -> Outcome:
        """Also where there is a path: the note may be about that."""
        sealed = self.seal(self._ratchets.channel(peer, device), note)
        return [] if sealed is None else self._link.send(Ephemeral(device, sealed))

    # --------------------------------------------------------------------------------------------------------- theirs

    def arrived(
        self, peer: Peer, device: DeviceId, sealed: bytes, now: Instant, *, lasting: bool = True, by_path: bool = False
    ) -> Outcome:
        """From a registered peer's device. `lasting`: a receipt, which waits here until it can be read.

        Raises PeerBrokeProtocol.
        """
        note = self._open(device, sealed)
        if note is None:
            if lasting:
                self._park(peer, device, sealed, now)
            return []
        sender = NoteSender(peer, device, control_session_id(sealed), by_path)
        return self.listeners[type(note)](sender, note, now)

    def session_known(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """A session began: a receipt that came before its first message can be read now."""
        channel = self._ratchets.channel(peer, device)
        if channel.parked_receipt is None:
            return []
        self._context.store.put_channel(replace(channel, parked_receipt=None))
        try:
            return self.arrived(peer, device, channel.parked_receipt, now)
        except PeerBrokeProtocol:
            return []

    def parked_too_long(self, now: Instant) -> bool:
        """A receipt is still unreadable: their device and ours may have been restored, and wait for each other."""
        due = [device for device, since in self._parked.items() if since + PARKED_SECONDS <= now.monotonic]
        for device in due:
            del self._parked[device]
        return any(self._is_stuck(device, now) for device in due)

    def next_wakeup(self) -> float | None:
        return min((since + PARKED_SECONDS for since in self._parked.values()), default=None)

    def _open(self, device: DeviceId, sealed: bytes) -> ControlNote | None:
        """None when it belongs to a session we do not know (yet)."""
        row = self._ratchets.known(control_session_id(sealed), device)
        if row is None:
            return None
        note = decode_control(open_control(row.session, sealed))
        if row.session.initial_header is not None:
            # They have the session: from now on envelopes need not carry how it began.
            self._context.store.put_ratchet(replace(row, confirmed=True, session=row.session.confirmed()))
        return note

    def _park(self, peer: Peer, device: DeviceId, sealed: bytes, now: Instant) -> None:
        if len(sealed) > CONTROL_BYTES:
            raise PeerBrokeProtocol("a receipt that is too large")
        channel = self._ratchets.channel(peer, device)
        self._context.store.put_channel(replace(channel, parked_receipt=sealed))
        self._parked.setdefault(device, now.monotonic)

    def _is_stuck(self, device: DeviceId, now: Instant) -> bool:
        """Its receipt is still parked. A device that sends what nobody can read is not believed again for a while."""
        channel = self._context.store.channel(device)
        believed = now.monotonic >= self._believed_again.get(device, now.monotonic)
        if not believed or channel is None or channel.parked_receipt is None:
            return False
        self._believed_again[device] = now.monotonic + STUCK_PAUSE_SECONDS
        return True
