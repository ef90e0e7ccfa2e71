"""Messages to plain clients, at least once: a message is owed until the client's machine has it.

While a plain client holds a session, each message is put into the account's queue before anybody hears of it. The
queue is sent to the bound socket, oldest first, a window at a time; the socket's adapter says when the other side's
machine has answered a ping that was sent after a message, and only then the message leaves the queue. What was
not taken comes first on the next bound socket. A line of the timeline stays there whatever becomes of the queue.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.conversations.chat_form import nested_chat
from casemate.internal_service.core.account.rows import MessageRow
from casemate.internal_service.core.ground.desk import Desk
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict, UndoSet
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.sessions.ports import QueuedMessage
from casemate.protocol.client.responses import MessageNotification
from casemate.protocol.client.types import Octets
from casemate.protocol.ids import Cid, ConversationId, SocketId
from casemate.protocol.limits import MIB, PLAIN_QUEUE_BYTES, PLAIN_QUEUE_MESSAGES

WINDOW_MESSAGES: Final = 256
"""Sent and not yet taken, per session."""
WINDOW_BYTES: Final = 8 * MIB
"""The same in bytes, unless it is a single message: as JSON they are four times as many."""
_READ_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class _Sent:
    mark: int
    cid: Cid
    sequence: int
    size: int


@dataclass(frozen=True, slots=True)
class _Progress:
    socket: SocketId
    sent_up_to: int = 0
    under_way: tuple[_Sent, ...] = ()


class PlainDelivery(Memory):
    def __init__(self, desk: Desk, hosts: Hosts, undo: Undo) -> None:
        super().__init__(undo)
        self._desk = desk
        self._hosts = hosts
        self._progress: UndoDict[Cid, _Progress] = UndoDict(undo)
        self._marks = 0
        self._added: UndoSet[Cid] = UndoSet(undo)
        """Whose queues grew since the last batch ended."""

    def message(self, host: Host, conversation: ConversationId, message: int | bytes) -> None:
        """A message of a session that a plain client holds, bound right now or not: a line, by its arrival, or the
        body of what is none."""
        self._hosts.store(host).plain_add(host.account.cid_in(conversation), message)
        self._added.add(host.cid)

    @property
    def wants_batch_end(self) -> bool:
        return bool(self._added)

    def batch_end(self) -> None:
        """What came together goes on together."""
        added = sorted(self._added)
        self._added.clear()
        for cid in added:
            host = self._hosts.get(cid)
            if host is not None:
                self._hosts.store(host).plain_trim(PLAIN_QUEUE_MESSAGES, PLAIN_QUEUE_BYTES)
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
        sent = list(progress.under_way)
        if len(sent) >= WINDOW_MESSAGES:
            return
        size = sum(message.size for message in sent)
        up_to = progress.sent_up_to
        for queued in self._owed(host, up_to):
            body = body_of(queued.message)
            if len(sent) >= WINDOW_MESSAGES or (sent and size + len(body) > WINDOW_BYTES):
                break
            self._marks += 1
            up_to = queued.sequence
            size += len(body)
            sent.append(_Sent(self._marks, host.cid, queued.sequence, len(body)))
            response = MessageNotification(
                cid=host.cid, request_id=None, peer_cid=queued.peer_cid, message=Octets(body)
            )
            self._desk.send(host.bound, response, self._marks)
        self._progress[host.cid] = replace(progress, sent_up_to=up_to, under_way=tuple(sent))

    def _owed(self, host: Host, after: int) -> Iterator[QueuedMessage]:
        """What is queued behind a sequence, a few at a time: each may be a MiB."""
        store = self._hosts.store(host)
        messages = store.plain_after(after, _READ_AT_ONCE)
        while messages:
            yield from messages
            more = len(messages) == _READ_AT_ONCE
            messages = store.plain_after(messages[-1].sequence, _READ_AT_ONCE) if more else []


def body_of(message: MessageRow | bytes) -> bytes:
    """As a plain client reads it."""
    if isinstance(message, bytes):
        return message
    if message.kind != Kind.CHAT:
        return message.body
    arrived_at_ms = int(message.arrived_at * 1000)
    return nested_chat(message.message_id, message.body.decode("utf-8", "replace"), arrived_at_ms)
