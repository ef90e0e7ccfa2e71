"""Whether a connection comes from the computer of the server."""

import asyncio
from typing import Final

from aiohttp import web

from casemate.protocol.server_addresses import ip_of
from casemate.server.adapters.admission import caller_network
from casemate.server.core.events import Caller

_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def caller_of(request: web.Request, *, behind_proxy: bool) -> Caller:
    network = caller_network(request, behind_proxy=behind_proxy)
    return Caller(network, is_here=not was_forwarded(request) and _both_ends_are_here(request.transport))


def was_forwarded(request: web.Request) -> bool:
    """A proxy says that it asks for somebody else."""
    return any(name in request.headers for name in _FORWARDED)


def is_same_computer(there: str, here: str) -> bool:
    """A system that calls itself does so from loopback, or from the very address that it calls; from elsewhere a
    connection with such an address at its other end never comes about."""
    other, own = ip_of(there.partition("%")[0]), ip_of(here.partition("%")[0])
    return other is not None and (other.is_loopback or other == own)


def _both_ends_are_here(transport: asyncio.Transport | None) -> bool:
    if transport is None:
        return False  # it has gone
    there, here = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
    return there is not None and here is not None and is_same_computer(there[0], here[0])
