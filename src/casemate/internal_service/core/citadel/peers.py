"""Peers listed, messages sent, connections ended."""

from collections.abc import Callable, Sequence

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.views.directory import DirectoryReader
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.types import PeerInformation
from casemate.protocol.client.views import DirectoryRow, Reason
from casemate.protocol.limits import MESSAGE_BODY_BYTES


class Peers:
    """Every method raises Refused."""

    def __init__(
        self, desk: Desk, hosts: Hosts, directory: DirectoryReader, take: Callable[[Host, Outcome], None]
    ) -> None:
        self._desk = desk
        self._hosts = hosts
        self._directory = directory
        self._take = take

    def list_all(self, asker: Asker, request: ask.ListAllPeers) -> None:
        def done(rows: list[DirectoryRow] | Reason) -> None:
            if isinstance(rows, Reason):
                self._desk.answer(asker, failure(request, rows))
                return
            peers = {
                row.cid: PeerInformation(
                    cid=row.cid, online_status=bool(row.online), name=row.full_name, username=row.username
                )
                for row in rows
                if row.cid != request.cid
            }
            self._desk.answer(
                asker,
                to.ListAllPeersResponse(cid=request.cid, request_id=asker.request_id, peer_information=peers),
            )

        self._directory.everybody(asker, request.cid, done)

    def list_registered(self, asker: Asker, request: ask.ListRegisteredPeers) -> None:
        host = self._hosts.session(request.cid)
        peers = {
            peer.cid: PeerInformation(
                cid=peer.cid, online_status=bool(peer.online), name=peer.full_name, username=peer.username
            )
            for peer in host.account.registered_peers()
        }
        self._desk.answer(
            asker, to.ListRegisteredPeersResponse(cid=request.cid, request_id=asker.request_id, peers=peers)
        )

    def send(self, run: Sequence[tuple[Asker, ask.Message]]) -> None:
        """From one account to one connected peer: accepted once they are in the outbox, whether or not the peer is
        there."""
        cid, peer_cid = run[0][1].cid, run[0][1].peer_cid
        host = self._hosts.session(cid)
        assert peer_cid is not None, "messages to the workspace are answered elsewhere"
        if any(len(request.message) > MESSAGE_BODY_BYTES for _, request in run):
            raise refuse("too_long", what="message")
        conversation = host.account.conversation_with(peer_cid, "not_connected")
        items = host.account.send_opaque(conversation, [bytes(request.message) for _, request in run], self._desk.now)
        for asker, _ in run:
            self._desk.answer(asker, to.MessageSendSuccess(cid=cid, request_id=asker.request_id, peer_cid=peer_cid))
        self._take(host, items)

    def disconnect(self, asker: Asker, request: ask.PeerDisconnect) -> None:
        host = self._hosts.session(request.cid)
        items = host.account.disconnect(request.peer_cid, self._desk.now)
        self._desk.answer(
            asker,
            to.DisconnectNotification(cid=request.cid, request_id=asker.request_id, peer_cid=request.peer_cid),
        )
        self._take(host, items)
