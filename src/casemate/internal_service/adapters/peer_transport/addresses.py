"""Keeps the addresses current at which peers may reach us: looks, compares, announces, and looks again."""

import asyncio
from collections.abc import Callable
from typing import Final

from casemate.internal_service.adapters.peer_transport.observing import Seen, nat_of, observe
from casemate.internal_service.core.ground.path_io import ObserverAddress
from casemate.protocol.peer import Network, Udp
from casemate.runtime.quic import QuicEndpoint, QuicError

AGAIN_SECONDS: Final = 30.0
"""This often while a connection goes over the relay: the way that was announced may be closed by now."""
PAUSE_SECONDS: Final = 2.0
"""Between two looks, whoever asks for them."""
RETRACTED_SECONDS: Final = 0.1
"""What is back sooner has never been away: the library looks at the outcome only."""
FRESH_SECONDS: Final = 10.0
"""A NAT keeps a way open for longer than this."""


class Addresses:
    """`told` is called after every look. `is_relayed` says whether a connection goes over the relay."""

    def __init__(
        self, quic: QuicEndpoint, observer: ObserverAddress, is_relayed: Callable[[], bool], told: Callable[[], None]
    ) -> None:
        self._quic = quic
        self._observer = observer
        self._is_relayed = is_relayed
        self._told = told
        self._announced: tuple[str, ...] = ()
        self._own: frozenset[str] = frozenset()
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._looked_at = 0.0
        self.relay_connected = False
        """Kept by whoever watches the relay: without the server, silence says nothing about our network."""
        self.network = Network()

    def again(self) -> None:
        """Look now, and announce anew even if nothing changed: that starts another attempt at every peer."""
        self._wanted.set()

    def refresh(self) -> None:
        """Somebody is about to need a way to us: look unless we just did."""
        if asyncio.get_running_loop().time() - self._looked_at > FRESH_SECONDS:
            self._wanted.set()

    def changed(self) -> None:
        """The endpoint's addresses changed: look if it was not merely what we announce."""
        own = frozenset(self._quic.addresses()) - frozenset(self._announced)
        if own != self._own:
            self._own = own
            self._wanted.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with asyncio.timeout(AGAIN_SECONDS):
                    await self._wanted.wait()
            except TimeoutError:
                if not self._is_relayed():
                    continue
            self._wanted.clear()
            self._looked_at = asyncio.get_running_loop().time()
            await self._look()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self) -> None:
        seen = await observe(self._quic, self._observer)
        own = frozenset(self._quic.addresses()) - frozenset(self._announced)
        self.network = Network(self._udp(seen), nat_of(seen, tuple(own)))
        if seen:
            await self._announce(tuple(dict.fromkeys(address for address in seen.values() if address not in own)))
        self._told()

    def _udp(self, seen: Seen) -> Udp:
        if seen:
            return "open"
        return "blocked" if self.relay_connected else "unknown"

    async def _announce(self, addresses: tuple[str, ...]) -> None:
        """Also what is announced already is taken back first, because only news makes the library try again."""
        try:
            for address in self._announced:
                await self._quic.retract(address)
            if self._announced:
                await asyncio.sleep(RETRACTED_SECONDS)
            self._announced = addresses
            for address in addresses:
                await self._quic.announce(address)
        except QuicError:
            return  # the endpoint closes
