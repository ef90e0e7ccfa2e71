"""The server's relay and observer without its core: everybody is welcome, and may reach everybody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from casemate.crypto.keys import Ed25519Public, ServerPrivate
from casemate.internal_service.core.ground import path_io
from casemate.protocol.ids import AccountId
from casemate.runtime.entropy import system_entropy
from casemate.server.adapters.admission import AdmissionLimits
from casemate.server.adapters.observer import Observer
from casemate.server.adapters.relay.site import Relay
from casemate.server.adapters.relay.verdicts import Then, Verdicts

UNLIMITED = 1e12


class _Everybody(Verdicts):
    def ask_endpoint(self, key: Ed25519Public, then: Then) -> None:
        asyncio.get_running_loop().call_soon(then, AccountId(key))

    def ask_pair(self, from_key: Ed25519Public, to_key: Ed25519Public, then: Then) -> bool:
        # As the core would: not before the question was put.
        asyncio.get_running_loop().call_soon(then, AccountId(to_key))
        return True


@dataclass
class OpenRelay:
    url: str
    observer: path_io.ObserverAddress | None


@asynccontextmanager
async def open_relay(port: int = 0, *, with_observer: bool = True) -> AsyncIterator[OpenRelay]:
    verdicts = _Everybody()
    relay = Relay(verdicts, system_entropy, AdmissionLimits(), bytes_per_second=UNLIMITED, behind_proxy=False)
    runner = web.AppRunner(relay.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    port = runner.addresses[0][1]
    observer = None
    if with_observer:
        observer = await Observer.open(ServerPrivate(b"s" * 32), "127.0.0.1", port, verdicts)
        assert observer is not None
        observer.start()
    try:
        known = (
            None
            if observer is None
            else path_io.ObserverAddress(Ed25519Public(observer.key), "127.0.0.1", observer.ports)
        )
        yield OpenRelay(f"http://127.0.0.1:{port}/", known)
    finally:
        if observer is not None:
            await observer.close()
        relay.close()
        await runner.cleanup()
