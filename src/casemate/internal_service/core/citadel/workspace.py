"""The workspace of an account's server, answered here: one workspace, everybody on the server is a member.

Requests of a session are answered one after the other, because their answers carry no id. Nothing
of it goes to the server except the question who is there.
"""

from dataclasses import dataclass, replace
from typing import Final

from casemate.internal_service.core.citadel.workspace_answers import (
    Me,
    answer_at_once,
    answer_with_people,
    needs_people,
)
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.internal_service.core.ground.sentences import sentence
from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.views.directory import DirectoryReader
from casemate.node import Monotonic
from casemate.protocol import workspace as ws
from casemate.protocol.client import requests as ask
from casemate.protocol.client.responses import MessageNotification, MessageSendSuccess
from casemate.protocol.client.types import Octets
from casemate.protocol.client.views import DirectoryRow, Reason
from casemate.protocol.ids import SERVER_CID, Cid, SocketId
from casemate.protocol.limits import WORKSPACE_REQUESTS_PER_SECOND

WAITING_REQUESTS: Final = 200
_INVALID: Final = ws.WorkspaceResponse(error="Invalid command. Expected a WorkspaceProtocol request.")
_TOO_FAST: Final = ws.WorkspaceResponse(error="Rate limit exceeded. Please slow down.")


@dataclass(frozen=True, slots=True)
class _Queue:
    """One session's requests, oldest first; `busy` while the directory is asked for the first one."""

    waiting: tuple[tuple[Asker, ws.WorkspaceRequest | None], ...] = ()
    busy: bool = False
    second: int = 0
    in_second: int = 0


class WorkspaceQueues:
    def __init__(self, desk: Desk, hosts: Hosts, directory: DirectoryReader, undo: Undo) -> None:
        self._desk = desk
        self._hosts = hosts
        self._directory = directory
        self._queues: UndoDict[Cid, _Queue] = UndoDict(undo)

    def message(self, asker: Asker, request: ask.Message) -> None:
        """Raises Refused."""
        host = self._hosts.session(request.cid)
        queue = self._counted(self._queues.get(host.cid, _Queue()), self._desk.now.monotonic)
        if len(queue.waiting) >= WAITING_REQUESTS:
            raise refuse("too_many_requests")
        self._desk.answer(asker, MessageSendSuccess(cid=host.cid, request_id=asker.request_id, peer_cid=None))
        wanted = ws.decode_request(bytes(request.message))
        self._queues[host.cid] = replace(queue, waiting=(*queue.waiting, (asker, wanted)))
        self._go_on(host.cid)

    def server_shutdown(self, host: Host, socket: SocketId, drain_seconds: float) -> None:
        """The broadcast before a planned stop."""
        shutdown = ws.ServerShutdown(message="The internal service is stopping.", drain_seconds=round(drain_seconds))
        self._notify(host.cid, socket, ws.WorkspaceResponse(server_shutdown=shutdown))

    def ended(self, cid: Cid) -> None:
        self._queues.pop(cid)

    def _go_on(self, cid: Cid) -> None:
        """Answer until the queue is empty or its first request has to wait."""
        while True:
            queue = self._queues.get(cid)
            host = self._hosts.get(cid)
            if queue is None or queue.busy or not queue.waiting or host is None:
                return
            _, wanted = queue.waiting[0]
            if wanted is None:
                self._next(host, _INVALID)
            elif queue.in_second > WORKSPACE_REQUESTS_PER_SECOND:
                self._next(host, _TOO_FAST)
            elif needs_people(wanted):
                self._queues[cid] = replace(queue, busy=True)
                self._ask_who_is_there(cid, wanted)
            else:
                self._next(host, answer_at_once(wanted))

    def _ask_who_is_there(self, cid: Cid, wanted: ws.WorkspaceRequest) -> None:
        def done(rows: list[DirectoryRow] | Reason) -> None:
            host = self._hosts.get(cid)
            if host is None:
                return  # signed out, and the queue went with that
            self._queues[cid] = replace(self._queues[cid], busy=False)
            if isinstance(rows, Reason):
                self._next(host, ws.WorkspaceResponse(error=sentence(rows)))
            else:
                self._next(host, answer_with_people(wanted, self._me(host), rows))
            self._go_on(cid)

        try:
            self._directory.everybody(None, cid, done)
        except Refused as refused:
            done(refused.reason)

    def _next(self, host: Host, answer: ws.Answer) -> None:
        """Answer the first request of the queue."""
        queue = self._queues[host.cid]
        asker, _ = queue.waiting[0]
        self._queues[host.cid] = replace(queue, waiting=queue.waiting[1:])
        self._notify(host.cid, asker.socket if host.bound is None else host.bound, answer)

    def _notify(self, cid: Cid, socket: SocketId, answer: ws.Answer) -> None:
        message = Octets(ws.encode_answer(answer))
        self._desk.send(socket, MessageNotification(cid=cid, request_id=None, peer_cid=SERVER_CID, message=message))

    def _me(self, host: Host) -> Me:
        account = host.account
        return Me(username=account.username, full_name=account.full_name, server_address=account.server_address)

    def _counted(self, queue: _Queue, now: Monotonic) -> _Queue:
        second = int(now)
        return replace(queue, second=second, in_second=queue.in_second + 1 if second == queue.second else 1)
