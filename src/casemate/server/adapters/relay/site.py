"""The relay's own web server: plain HTTP, since what it carries is encrypted from end to end."""

import asyncio
from typing import Final

from aiohttp import WSCloseCode, WSMsgType, web

from casemate.crypto.keys import Ed25519Public
from casemate.node import Entropy
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import AccountId
from casemate.protocol.server_addresses import ip_of
from casemate.server.adapters.admission import PROVE_SECONDS, AdmissionLimits, ConnectionLimiter, Ticket, caller_network
from casemate.server.adapters.callers import was_forwarded
from casemate.server.adapters.patient_socket import PatientSocket
from casemate.server.adapters.relay import frames
from casemate.server.adapters.relay.connection import RelayConnection, new_socket
from casemate.server.adapters.relay.metrics import RelayMetrics
from casemate.server.adapters.relay.switch import Member, Switch
from casemate.server.adapters.relay.verdicts import Verdicts

_ABOUT: Final = """\
This is the relay of a Casemate workspace server.

It passes on what two internal services say to each other while they have no direct path, and cannot read it.
"""


class Relay:
    def __init__(
        self,
        verdicts: Verdicts,
        entropy: Entropy,
        limits: AdmissionLimits,
        *,
        bytes_per_second: float,
        behind_proxy: bool,
    ) -> None:
        self._verdicts = verdicts
        self._entropy = entropy
        self._admission = ConnectionLimiter(limits)
        self._behind_proxy = behind_proxy
        self._metrics = RelayMetrics()
        self._switch = Switch(verdicts, self._metrics, bytes_per_second)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", _about)
        app.router.add_get("/relay", self._relay)
        app.router.add_get("/ping", _fine)
        app.router.add_get("/healthz", _fine)
        app.router.add_get("/generate_204", _no_content)
        app.router.add_get("/metrics", self._tell_metrics)
        return app

    def account_changed(self, account_id: AccountId) -> None:
        """Nothing that was known of it counts any more."""
        self._switch.account_changed(account_id)

    def close(self) -> None:
        """The server stops: end every connection."""
        self._switch.end_all()

    async def _relay(self, request: web.Request) -> web.StreamResponse:
        ticket = self._admission.admit(caller_network(request, behind_proxy=self._behind_proxy))
        if ticket is None:
            self._metrics.refused["full"] += 1
            return web.Response(status=503, text="Too many connections; try again in a moment.\n")
        try:
            socket = new_socket()
            ready = socket.can_prepare(request)
            if not ready.ok:
                return web.Response(status=426, text=_ABOUT, headers={"Upgrade": "websocket"})
            if ready.protocol is None:
                self._metrics.refused["version"] += 1
                return web.Response(status=400, text=f"This relay speaks {' and '.join(frames.VERSIONS)}.\n")
            await socket.prepare(request)
            if request.transport is not None:
                await self._serve(socket, request.transport, ticket)
            return socket
        finally:
            ticket.leave()

    async def _serve(self, socket: PatientSocket, transport: asyncio.Transport, ticket: Ticket) -> None:
        deadline = asyncio.get_running_loop().call_later(PROVE_SECONDS, transport.abort)
        try:
            key = await self._proven_key(socket)
        finally:
            deadline.cancel()
        if key is None:
            await self._deny(socket, "proof", "The signature does not prove the key.")
            return
        connection = RelayConnection(key, socket, transport)
        try:
            member = await self._enter(connection)
            if member is None:
                await self._deny(socket, "unknown", "No account on this server lists this key.")
                return
            ticket.prove()
            await self._read(connection, member, socket)
        finally:
            self._switch.leave(connection)

    async def _proven_key(self, socket: PatientSocket) -> Ed25519Public | None:
        challenge = self._entropy(frames.CHALLENGE_BYTES)
        await socket.send_bytes(frames.challenge_frame(challenge))
        message = await socket.receive()
        if message.type is not WSMsgType.BINARY:
            return None
        try:
            auth = frames.read_client_auth(message.data)
        except MalformedFrame:
            return None
        return auth.key if frames.is_proven(auth, challenge) else None

    async def _enter(self, connection: RelayConnection) -> Member | None:
        """None when nobody certifies its key."""
        entered: asyncio.Future[Member | None] = asyncio.get_running_loop().create_future()

        def answered(account_id: AccountId | None) -> None:
            # At once, so that what the core decides next finds it in its place.
            member = None if account_id is None else self._switch.enter(connection, account_id)
            if not entered.done():
                entered.set_result(member)
            elif member is not None:
                self._switch.leave(connection)

        self._verdicts.ask_endpoint(connection.key, answered)
        member = await entered
        if member is not None:
            connection.send(frames.confirmed_frame())
        return member

    async def _deny(self, socket: PatientSocket, reason: str, words: str) -> None:
        self._metrics.refused["left" if socket.closed else reason] += 1
        if not socket.closed:
            await socket.send_bytes(frames.denied_frame(words))
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)

    async def _read(self, connection: RelayConnection, member: Member, socket: PatientSocket) -> None:
        """Until either side ends the connection."""
        forward, spent_bytes, spent_frames = self._switch.forward, member.bytes, member.frames
        try:
            async for message in socket:
                if message.type is not WSMsgType.BINARY:
                    raise MalformedFrame("no bytes")
                frame = message.data
                if frames.is_datagram(frame):
                    forward(connection, member, frame)
                elif (answer := frames.answer_to(frame)) is not None:
                    connection.send(answer)
                spent_bytes.left -= len(frame)
                spent_frames.left -= 1
                if spent_bytes.left <= 0 or spent_frames.left <= 0:
                    self._metrics.slowed += 1
                    await connection.wait_for(spent_bytes, spent_frames)
        except MalformedFrame:
            self._metrics.refused["malformed"] += 1
            connection.end(WSCloseCode.POLICY_VIOLATION)

    async def _tell_metrics(self, request: web.Request) -> web.Response:
        if not _is_local(request):
            raise web.HTTPNotFound
        return web.Response(text=self._metrics.text(len(self._switch), self._switch.accounts))


def _is_local(request: web.Request) -> bool:
    """Whoever runs the server, on its own machine, and not through a proxy there."""
    ip = None if was_forwarded(request) else ip_of(request.remote or "")
    return ip is not None and ip.is_loopback


async def _about(_request: web.Request) -> web.Response:
    return web.Response(text=_ABOUT)


async def _fine(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _no_content(_request: web.Request) -> web.Response:
    return web.Response(status=204)
