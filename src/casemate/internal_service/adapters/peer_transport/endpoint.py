"""One account's endpoint: bound, connected to the relay, dialled by peers and dialling them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from ipaddress import IPv6Address
from typing import Final

import structlog

from casemate.internal_service.adapters.peer_transport.addresses import Addresses
from casemate.internal_service.adapters.peer_transport.bulk import BulkEnded, BulkHandler, BulkWriter
from casemate.internal_service.adapters.peer_transport.connection import Opened, PeerConnection
from casemate.internal_service.adapters.peer_transport.dialling import dial
from casemate.internal_service.adapters.peer_transport.names import ConnectionName
from casemate.internal_service.adapters.peer_transport.sockets import free_sockets
from casemate.internal_service.core.ground.path_io import (
    ClosePeer,
    DialPeer,
    EndpointChanged,
    EndpointClosed,
    EndpointOpened,
    OpenEndpoint,
    SendToPeer,
)
from casemate.protocol.bulk import BulkHeader
from casemate.protocol.limits import PEER_ADDRESSES
from casemate.protocol.peer import PEER_ALPN, Network
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.quic import (
    BindFailed,
    DialFailed,
    Incoming,
    QuicConnection,
    QuicEndpoint,
    QuicError,
    ReceiveStream,
    SendStream,
    split_address,
)
from casemate.runtime.quic_callers import Callers, CallLimits
from casemate.runtime.tasks import let_go

DIAL_SECONDS: Final = 5.0
HALF_OPEN: Final = CallLimits(in_all=64, per_network=16, believed=16)
"""Of those who dial us and have not opened their stream yet; the oldest makes room."""
HALF_OPEN_SECONDS: Final = 10.0
CONNECTIONS: Final = 1_024
"""Of an account; the core keeps one or two for each peer and closes the rest within seconds."""
BIND_ATTEMPTS: Final = 3
CLOSE_SECONDS: Final = 1.0
"""The library waits 3 s for the rest of an attempt in vain; nobody should wait with it."""
TRY_RELAY_SECONDS: Final = 3.0
SETTLE_SECONDS: Final = 0.05
"""Changes of addresses come in bursts."""

log = structlog.get_logger("casemate.endpoint")


class AccountEndpoint:
    """Begins once the account's endpoints `before` it are gone. `finished` ends when everything is closed."""

    def __init__(
        self,
        terms: OpenEndpoint,
        events: EventQueue,
        numbers: Iterator[int],
        bulk_handler: BulkHandler | None,
        before: Collection[asyncio.Task[None]],
    ) -> None:
        self.generation = terms.generation
        self._terms = terms
        self._name = (terms.account_id, terms.generation)
        self._events = events
        self._numbers = numbers
        self._bulk_handler = bulk_handler
        self._before = before
        self._connections: dict[int, PeerConnection] = {}
        self._callers = Callers(HALF_OPEN, self._welcome)
        self._bound: asyncio.Future[QuicEndpoint] = asyncio.get_running_loop().create_future()
        self._addresses: Addresses | None = None
        self._changed = asyncio.Event()
        self._is_told = True
        self.finished = asyncio.create_task(self._run())
        self.finished.add_done_callback(let_go)

    def dial(self, effect: DialPeer) -> None:
        self._begin(effect.connection, lambda: self._reach(effect), dialled=True)

    def send(self, effect: SendToPeer) -> None:
        connection = self._connections.get(effect.connection)
        if connection is not None:
            connection.send(effect.frame)

    def close_peer(self, effect: ClosePeer) -> None:
        connection = self._connections.get(effect.connection)
        if connection is not None:
            connection.close(effect.code)

    async def open_bulk(self, number: int, header: BulkHeader) -> BulkWriter:
        connection = self._connections.get(number)
        if connection is None:
            raise BulkEnded
        return await connection.open_bulk(header)

    def observe_again(self) -> None:
        if self._addresses is not None:
            self._addresses.again()

    def close(self) -> None:
        """Nothing more is told of it or its connections."""
        self._is_told = False
        for connection in self._connections.values():
            connection.close("bye")
        self.finished.cancel()

    # ----------------------------------------------------------------------------------------------------- its life

    async def _run(self) -> None:
        if self._before:
            # Two endpoints of one key would take the relay from each other.
            await asyncio.wait(self._before)
        try:
            quic = await self._bind()
        except (BindFailed, OSError) as error:
            self._fail(str(error))
            return
        tasks = [asyncio.create_task(self._accept(quic)), asyncio.create_task(self._watch(quic))]
        if self._terms.observer is not None and not self._terms.relay_only:
            self._addresses = Addresses(quic, self._terms.observer, self._is_relayed, self._changed.set)
            tasks.append(asyncio.create_task(self._addresses.run()))
        try:
            quic.watch(self._changed.set)
            self._bound.set_result(quic)
            self._events.post(EndpointOpened(*self._name, split_address(quic.sockets()[0])[1]))
            await asyncio.gather(*tasks)
        except QuicError as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001  (the core has to hear of it, or it never opens another one)
            log.error("endpoint failed", error=type(error).__name__)
            self._fail(type(error).__name__)
        finally:
            await self._wind_up(quic, tasks)

    async def _bind(self) -> QuicEndpoint:
        for attempt in range(BIND_ATTEMPTS):
            try:
                return await QuicEndpoint.bind(
                    key=self._terms.key.secret,
                    alpns=(PEER_ALPN,),
                    sockets=free_sockets(relay_only=self._terms.relay_only),
                    relay_url=self._terms.relay_url,
                )
            except BindFailed:
                if attempt + 1 == BIND_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _fail(self, detail: str) -> None:
        if not self._bound.done():
            self._bound.set_exception(DialFailed(detail))
            self._bound.exception()  # whether or not somebody dials
        if self._is_told:
            self._events.post(EndpointClosed(*self._name, detail))

    async def _wind_up(self, quic: QuicEndpoint, tasks: list[asyncio.Task[None]]) -> None:
        tasks += self._callers.tasks
        for task in tasks:
            task.add_done_callback(let_go)
            task.cancel()
        closing = [connection.finished for connection in self._connections.values()]
        await asyncio.wait([*tasks, *closing], timeout=CLOSE_SECONDS)
        ending = asyncio.create_task(quic.close())
        await asyncio.wait([ending], timeout=CLOSE_SECONDS)
        if not ending.done():
            log.info("endpoint still closes")

    # --------------------------------------------------------------------------------------------------- connections

    async def _reach(self, effect: DialPeer) -> Opened:
        async with asyncio.timeout(DIAL_SECONDS):
            quic = await asyncio.shield(self._bound)
            addresses = () if self._terms.relay_only else _readable(effect.addresses)
            if not addresses:
                if self._terms.relay_url is None:
                    raise DialFailed("no way there is known")
                await quic.online()  # before that a packet would have nowhere to go, and be sent again after a second
            key, relay_url = effect.endpoint_key, self._terms.relay_url
            connection = await dial(lambda: quic.dial(key, PEER_ALPN, relay_url=relay_url, addresses=addresses))
            return await _opened(connection, connection.open_stream())

    async def _accept(self, quic: QuicEndpoint) -> None:
        while (incoming := await quic.accept()) is not None:
            self._callers.called(incoming)
        raise QuicError("closed by itself")

    async def _welcome(self, incoming: Incoming, _: str | None) -> None:
        try:
            if len(self._connections) >= CONNECTIONS:
                await incoming.refuse()
                return
            async with asyncio.timeout(HALF_OPEN_SECONDS):
                quic = await incoming.accept()
                opened = await _opened(quic, quic.accept_stream())
        except (QuicError, TimeoutError):
            return  # whoever it was shall not have the log to write in
        number = next(self._numbers)

        async def open_already() -> Opened:
            return opened

        self._begin(number, open_already, dialled=False)

    def _begin(self, number: int, opening: Callable[[], Awaitable[Opened]], *, dialled: bool) -> None:
        name = ConnectionName(*self._name, number)
        connection = PeerConnection(name, opening, self._events, self._on_relay, self._bulk_handler, dialled=dialled)
        self._connections[number] = connection
        connection.finished.add_done_callback(lambda _: self._connections.pop(number, None))

    def _on_relay(self) -> None:
        """To get off it, both sides need to know where they can be reached."""
        if self._addresses is not None:
            self._addresses.refresh()

    def _is_relayed(self) -> bool:
        return any(connection.is_relayed for connection in self._connections.values())

    # ----------------------------------------------------------------------------------------------------- the world

    async def _watch(self, quic: QuicEndpoint) -> None:
        """Tells what changed about the relay, the addresses and the network."""
        told: EndpointChanged | None = None
        online = False
        while True:
            await self._wait_for_change(quic, look_for_relay=not online)
            was_online, online = online, self._terms.relay_url is not None and await quic.is_online()
            if self._addresses is not None:
                self._addresses.relay_connected = online
                self._addresses.changed()
                if online and not was_online:
                    self._addresses.again()
            network = Network(relay_only=self._terms.relay_only) if self._addresses is None else self._addresses.network
            reachable_at = () if self._terms.relay_only else quic.addresses()[:PEER_ADDRESSES]
            news = EndpointChanged(*self._name, online, network, reachable_at)
            if news != told:
                self._events.post(news)
                told = news
            await asyncio.sleep(SETTLE_SECONDS)

    async def _wait_for_change(self, quic: QuicEndpoint, *, look_for_relay: bool) -> None:
        relay_url = self._terms.relay_url
        try:
            async with asyncio.timeout(TRY_RELAY_SECONDS if look_for_relay and relay_url is not None else None):
                await self._changed.wait()
        except TimeoutError:
            assert relay_url is not None
            await quic.try_relay(relay_url)
        self._changed.clear()


async def _opened(quic: QuicConnection, stream: Awaitable[tuple[SendStream, ReceiveStream]]) -> Opened:
    """With the stream that carries frames; a connection that does not get one in time is closed."""
    try:
        return Opened(quic, *await stream)
    except BaseException:
        quic.close("lost")
        raise


def _readable(addresses: Sequence[str]) -> tuple[str, ...]:
    """Without those that would fail the dial of all."""
    return tuple(address for address in addresses[:PEER_ADDRESSES] if _is_readable(address))


def _is_readable(address: str) -> bool:
    try:
        ip, port = split_address(address)
    except ValueError:
        return False
    # The name of an interface of theirs says nothing here.
    return port != 0 and not (isinstance(ip, IPv6Address) and ip.scope_id)
