"""What the server answers over HTTP: the link for devices, and a few words for people and monitors."""

import asyncio
from itertools import count
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from casemate.node import Effect
from casemate.protocol.link import Welcome
from casemate.runtime.event_queue import EventQueue
from casemate.server.adapters.admission import PROVE_SECONDS, AdmissionLimits, ConnectionLimiter, Ticket
from casemate.server.adapters.callers import caller_of
from casemate.server.adapters.device_socket import DeviceSocket, new_socket
from casemate.server.adapters.join_page import JoinPage
from casemate.server.adapters.patient_socket import PatientSocket
from casemate.server.core.events import BarrierPassed, Caller, Close, ConnectionId, Send

_ABOUT: Final = """\
This is a Casemate workspace server.

It is not meant for browsers: people reach it through the Casemate that runs on their own computer.
Give this server's address there as "Server address". It passes sealed messages on and cannot read them.
"""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Site:
    """Owns every socket. `perform` sends what the core wants sent."""

    def __init__(self, limits: AdmissionLimits, page: JoinPage, *, behind_proxy: bool) -> None:
        self._admission = ConnectionLimiter(limits)
        self._page = page
        self._behind_proxy = behind_proxy
        self._numbers = count(1)
        self._events: EventQueue | None = None
        self._sockets: dict[ConnectionId, tuple[DeviceSocket, Ticket]] = {}
        self._all_gone = asyncio.Event()
        self._all_gone.set()

    def application(self, events: EventQueue) -> web.Application:
        """Connections post to `events`."""
        self._events = events
        app = web.Application(middlewares=[_with_headers])
        app.router.add_get("/", _about)
        app.router.add_get("/healthz", _health)
        app.router.add_get("/link", self._link)
        app.router.add_get("/join", self._join)
        return app

    def perform(self, effect: Effect) -> None:
        """On the event loop. What is meant for a connection that is gone is dropped: its device will ask again."""
        match effect:
            case Send(connection, frame, credit):
                if connection in self._sockets:
                    device, ticket = self._sockets[connection]
                    if isinstance(frame, Welcome):
                        ticket.prove()
                    device.send(frame, credit)
            case Close(connection):
                if connection in self._sockets:
                    self._sockets[connection][0].close()
            case BarrierPassed(connection):
                if connection in self._sockets:
                    self._sockets[connection][0].mark_answered()
            case _:
                raise AssertionError(f"an effect that nobody performs: {type(effect).__name__}")

    async def all_gone(self, seconds: float) -> None:
        """Wait until every socket has ended; those that have not by then are cut off."""
        try:
            async with asyncio.timeout(seconds):
                await self._all_gone.wait()
        except TimeoutError:
            for device, _ in list(self._sockets.values()):
                device.abort()

    async def _join(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._page.html, headers=self._page.headers)

    async def _link(self, request: web.Request) -> web.StreamResponse:
        caller = caller_of(request, behind_proxy=self._behind_proxy)
        ticket = self._admission.admit(caller.network)
        if ticket is None:
            return web.Response(status=503, text="Too many connections; try again in a moment.\n")
        try:
            socket = new_socket()
            if not socket.can_prepare(request):
                return web.Response(status=426, text=_ABOUT, headers={"Upgrade": "websocket"})
            await socket.prepare(request)
            await self._serve(socket, request.transport, ticket, caller)
            return socket
        finally:
            ticket.leave()

    async def _serve(
        self, socket: PatientSocket, transport: asyncio.Transport | None, ticket: Ticket, caller: Caller
    ) -> None:
        assert self._events is not None  # set before anything is served
        connection = ConnectionId(next(self._numbers))
        device = DeviceSocket(connection, socket, transport, self._events, caller)
        self._sockets[connection] = (device, ticket)
        self._all_gone.clear()
        loop = asyncio.get_running_loop()
        deadline = loop.call_later(PROVE_SECONDS, lambda: None if ticket.proven else device.abort())
        try:
            await device.read()
        finally:
            deadline.cancel()
            del self._sockets[connection]
            if not self._sockets:
                self._all_gone.set()


async def _about(_request: web.Request) -> web.Response:
    return web.Response(text=_ABOUT)


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


@web.middleware
async def _with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
    return response
