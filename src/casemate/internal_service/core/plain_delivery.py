"""Messages to plain clients, at least once: a message is owed until the client's machine has it.

While a plain client holds a session, each message is put into the account's queue before anybody hears of it. The
queue is sent to the bound socket, oldest first, a window at a time; the socket's adapter says when the other side's
machine has answered a ping that was sent after a message, and only then the message leaves the queue. What was
not taken comes first on the next bound socket.
"""

from dataclasses import dataclass, replace
from typing import Final

from casemate.internal_service.core.desk import Desk
from casemate.internal_service.core.hosts import Host, Hosts
from casemate.internal_service.core.undo import Undo, UndoDict
from casemate.protocol.client.responses import MessageNotification
from casemate.protocol.client.types import Octets
from casemate.protocol.ids import Cid, SocketId
from casemate.protocol.limits import PLAIN_QUEUE_BYTES, PLAIN_QUEUE_MESSAGES

WINDOW_MESSAGES: Final = 256
"""Sent and not yet taken, per session."""


@dataclass(frozen=True, slots=True)
class _Sent:
    mark: int
    cid: Cid
    sequence: int


@dataclass(frozen=True, slots=True)
class _Progress:
    socket: SocketId
    sent_up_to: int = 0
    under_way: tuple[_Sent, ...] = ()


class PlainDelivery:
    def __init__(self, desk: Desk, hosts: Hosts, undo: Undo) -> None:
        self._desk = desk
        self._hosts = hosts
        self._progress: UndoDict[Cid, _Progress] = UndoDict(undo)
        self._marks = 0

    def message(self, host: Host, peer_cid: Cid, body: bytes) -> None:
        """A message of a session that a plain client holds, bound right now or not."""
        store = self._hosts.store(host)
        store.plain_add(peer_cid, body)
        store.plain_trim(PLAIN_QUEUE_MESSAGES, PLAIN_QUEUE_BYTES)
        self._send_more(host)

    def bound(self, host: Host) -> None:
        """A socket was bound: it gets everything that is owed."""
        if host.bound is not None:
            self._progress[host.cid] = _Progress(host.bound)
            self._send_more(host)

    def taken(self, socket: SocketId, mark: int) -> None:
        """The socket's other side has everything marked ≤ `mark`."""
        for cid, progress in list(self._progress.items()):
            taken = [sent for sent in progress.under_way if sent.mark <= mark]
            host = self._hosts.get(cid)
            if progress.socket != socket or not taken or host is None:
                continue
            self._hosts.store(host).plain_remove_up_to(taken[-1].sequence)
            self._progress[cid] = replace(progress, under_way=progress.under_way[len(taken) :])
            self._send_more(host)

    def ended(self, cid: Cid) -> None:
        self._progress.pop(cid)

    def _send_more(self, host: Host) -> None:
        progress = self._progress.get(host.cid)
        if host.bound is None or progress is None or progress.socket != host.bound:
            return
        room = WINDOW_MESSAGES - len(progress.under_way)
        if room <= 0:
            return
        sent = list(progress.under_way)
        up_to = progress.sent_up_to
        for message in self._hosts.store(host).plain_after(up_to, room):
            self._marks += 1
            up_to = message.sequence
            sent.append(_Sent(self._marks, host.cid, message.sequence))
            response = MessageNotification(
                cid=host.cid, request_id=None, peer_cid=message.peer_cid, message=Octets(message.body)
            )
            self._desk.send(host.bound, response, self._marks)
        self._progress[host.cid] = replace(progress, sent_up_to=up_to, under_way=tuple(sent))
