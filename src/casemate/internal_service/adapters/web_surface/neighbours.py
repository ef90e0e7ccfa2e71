"""Other users of this computer: whatever they bring, their connections do not count."""

import asyncio
import os
from typing import Literal
from weakref import WeakKeyDictionary

import structlog
from aiohttp import web

from casemate.runtime.other_end import READINGS, Address, Holder, SocketTables, system_tells

log = structlog.get_logger("casemate.web")


class OtherUsers:
    """Asks once for each connection: it does not change hands without its holder's will."""

    def __init__(self, *, trusted: bool = False) -> None:
        """`trusted`: whoever reaches the port may use a key, as containers and reverse proxies need it."""
        self.can_tell = not trusted and system_tells()
        """Whether somebody else's connection is refused; where it is not, cookies live shorter."""
        self._known: WeakKeyDictionary[asyncio.BaseTransport, Holder] = WeakKeyDictionary()
        self._running: asyncio.Task[SocketTables] | None = None
        self._next: asyncio.Task[SocketTables] | None = None

    async def problem(self, request: web.Request) -> Literal["other_user"] | None:
        if not self.can_tell:
            return None
        transport = request.transport
        holder = None if transport is None else await self._holder(transport)
        return None if holder in ("ours", "elsewhere") else "other_user"

    def is_ours(self, request: web.Request) -> bool:
        """Whether it surely comes from a program of our own user; only after `problem`."""
        return request.transport is not None and self._known.get(request.transport) == "ours"

    async def _holder(self, transport: asyncio.BaseTransport) -> Holder | None:
        known = self._known.get(transport)
        here, there = _address(transport, "sockname"), _address(transport, "peername")
        if known is not None or here is None or there is None:
            return known
        for _ in range(READINGS):
            try:
                found = (await self._read_from_now()).holder(os.geteuid(), here, there)
            except OSError as error:
                log.error("the system does not tell whose a connection is", error=type(error).__name__)
                return None
            if found is not None:
                self._known[transport] = found
                return found
        return None

    async def _read_from_now(self) -> SocketTables:
        """A reading that begins after this call. Those who ask while one runs share the next: however many connections
        somebody opens, one thread at a time is busy with the sockets of the whole computer."""
        if self._next is None:
            self._next = asyncio.create_task(self._read_after(self._running))
        return await asyncio.shield(self._next)

    async def _read_after(self, running: "asyncio.Task[SocketTables] | None") -> SocketTables:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        return await asyncio.to_thread(SocketTables.read)


def _address(transport: asyncio.BaseTransport, which: str) -> Address | None:
    found = transport.get_extra_info(which)
    return None if found is None else (found[0], found[1])
