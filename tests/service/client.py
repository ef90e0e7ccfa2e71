"""One WebSocket of a house: it asks typed requests and keeps what it hears.

Every response has travelled as JSON and was read back strictly, so a frame that would kill a client fails the test.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from casemate.internal_service.core.ground import events
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.codec import ClientRequest, ClientResponse, decode_request, encode_request
from casemate.protocol.client.types import ConfigCommand, SessionClaim, Uuid
from casemate.protocol.ids import Cid, SocketId
from tests.service.asking import (
    PASSWORD,
    SERVER,
    message,
    new_id,
    peer_connect,
    peer_connect_accept,
    peer_register,
    register,
)

if TYPE_CHECKING:
    from tests.service.house import House


Answer = TypeVar("Answer", bound=ClientResponse)


@dataclass(eq=False)
class Client:
    """One WebSocket of a house."""

    house: "House"
    socket: SocketId
    received: list[ClientResponse] = field(default_factory=list)
    mark: int = 0

    def hear(self, response: ClientResponse, mark: int) -> None:
        self.received.append(response)
        self.mark = max(self.mark, mark)

    def begin(self, request: ClientRequest) -> Uuid:
        """Send it and let everything settle, answered or not."""
        self.house.tell(events.RequestArrived(self.socket, decode_request(encode_request(request))))
        self.house.street.settle()
        return Uuid(request.request_id)

    def answers(self, request_id: Uuid) -> list[ClientResponse]:
        return [response for response in self.received if response.request_id == request_id]

    def ask(self, request: ClientRequest) -> ClientResponse:
        [answer] = self.answers(self.begin(request))
        return answer

    def expect(self, kind: type[Answer], request: ClientRequest) -> Answer:
        answer = self.ask(request)
        assert isinstance(answer, kind), answer
        return answer

    def heard(self, kind: type[Answer]) -> list[Answer]:
        return [response for response in self.received if isinstance(response, kind)]

    def only(self, kind: type[Answer]) -> Answer:
        """The one response of this kind so far; it is taken away."""
        [found] = self.heard(kind)
        self.received.remove(found)
        return found

    def close(self) -> None:
        del self.house.clients[self.socket]
        self.house.tell(events.SocketClosed(self.socket))
        self.house.street.settle()

    def takes_messages(self) -> None:
        """The machine at the other end answers the ping behind everything that was sent."""
        self.house.tell(events.MessagesTaken(self.socket, self.mark))
        self.house.street.settle()

    # --- shorthand

    def register(self, username: str, *, server: str = SERVER, password: str = PASSWORD) -> Cid:
        """A new account, signed in."""
        return self.expect(to.ConnectSuccess, register(username, server=server, password=password)).cid

    def befriend(self, cid: Cid, other: "Client", other_cid: Cid) -> None:
        """Strangers become connected."""
        asked = self.begin(peer_register(cid, other_cid))
        other.ask(ask.PeerRegisterRespond(request_id=new_id(), cid=other_cid, peer_cid=cid, accept=True))
        assert isinstance(self.answers(asked)[0], to.PeerRegisterSuccess)
        connecting = self.begin(peer_connect(cid, other_cid))
        if not self.answers(connecting):
            other.begin(peer_connect_accept(other_cid, cid))
        [answer] = self.answers(connecting)
        # Accounts made by a view have connected by themselves.
        by_itself = isinstance(answer, to.PeerConnectFailure) and "Already connected" in answer.message
        assert by_itself or isinstance(answer, to.PeerConnectSuccess), answer

    def conversation(self, cid: Cid, peer: Cid) -> str:
        """The id of what is said between the two."""
        host = next(host for host in self.house.service._hosts.peek() if host.cid == cid)
        return host.account.conversation_with(peer).hex()

    def timeline(self, cid: Cid, peer: Cid, **where: Any) -> ext.GetTimeline:
        """The request for a page of what is said between the two."""
        return ext.GetTimeline(request_id=new_id(), cid=cid, conversation=self.conversation(cid, peer), **where)

    def sessions(self) -> list[Cid]:
        answer = self.expect(to.GetSessionsResponse, ask.GetSessions(request_id=new_id()))
        return [session.cid for session in answer.sessions]

    def claim(self, cid: Cid, *, only_if_orphaned: bool = True) -> ClientResponse:
        command = ConfigCommand(claim_session=SessionClaim(session_cid=cid, only_if_orphaned=only_if_orphaned))
        return self.ask(ask.ConnectionManagement(request_id=new_id(), management_command=command))

    def send(self, cid: Cid, peer_cid: Cid | None, body: bytes) -> ClientResponse:
        return self.ask(message(cid, peer_cid, body))
