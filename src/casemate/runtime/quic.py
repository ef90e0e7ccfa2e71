"""QUIC connections dialled by public key: the one file that imports iroh."""

import asyncio
import ipaddress
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

import iroh

from casemate.runtime.quic_copying import repair_copying
from casemate.runtime.tasks import let_go

EVERYWHERE: Final = ("0.0.0.0:0", "[::]:0")
LOOPBACK: Final = ("127.0.0.1:0", "[::1]:0")

_ONLINE_NOW_SECONDS: Final = 0.02
"""The library tells at once whether the relay is connected, but only by a wait that may never end."""
_DETAIL_CHARACTERS: Final = 200
_PEER_SAID: Final = re.compile(r"closed by peer: ([a-z_]{1,32}) \(code \d+\)")
_TIMED_OUT: Final = "timed out"

Result = TypeVar("Result")

repair_copying(iroh.iroh_ffi)


class QuicError(Exception):
    """What could not be done; the text is for logs."""


class BindFailed(QuicError):
    """The endpoint has no sockets: their port is taken, or the relay's URL is none."""


class DialFailed(QuicError):
    """Nobody with this key answered."""


class ConnectionEnded(QuicError):
    """The connection or the stream is over."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a connection is over."""

    code: str
    """The word that the other end gave; empty without one."""
    timed_out: bool


@dataclass(frozen=True, slots=True)
class Path:
    """One way that the packets of a connection can take."""

    address: str
    """IP:PORT, or the relay's URL."""
    direct: bool
    chosen: bool
    """Data travels this way now."""
    rtt_ms: float


class QuicEndpoint:
    """UDP sockets and a connection to a relay, under one key. Lives on the event loop that it was bound on."""

    def __init__(self, endpoint: iroh.Endpoint) -> None:
        self._endpoint: iroh.Endpoint | None = endpoint
        self._watches: list[iroh.WatchHandle] = []
        self.key: bytes = endpoint.id().to_bytes()
        """Public; under which others dial it."""

    @classmethod
    async def bind(
        cls,
        *,
        key: bytes | None,
        alpns: Sequence[bytes],
        sockets: Sequence[str] = EVERYWHERE,
        relay_url: str | None = None,
    ) -> Self:
        """Raises BindFailed. `key` is the private one (a fresh one when None); nobody but that relay is ever asked.

        `sockets` are the addresses to bind, at most one of each family; a family that is left out is bound everywhere.
        """
        for address in sockets:
            split_address(address)  # what the library cannot read it would answer with a panic
        # Its threads call back into this loop.
        iroh.iroh_ffi.uniffi_set_event_loop(asyncio.get_running_loop())  # type: ignore[arg-type]
        with _Translated(BindFailed):
            options = iroh.EndpointOptions(
                preset=_Sockets(sockets), secret_key=key, alpns=list(alpns), relay_mode=_relay_mode(relay_url)
            )
            return cls(await _kept(iroh.Endpoint.bind(options)))

    def sockets(self) -> tuple[str, ...]:
        """The addresses bound, with their ports."""
        return tuple(self._open().bound_sockets())

    def addresses(self) -> tuple[str, ...]:
        """Where we say that we can be reached: IP:PORT, [IPv6]:PORT."""
        return tuple(self._open().addr().direct_addresses())

    async def online(self) -> None:
        """Wait until the relay is connected; without one that is never."""
        await self._open().online()

    async def is_online(self) -> bool:
        """The relay is connected now."""
        try:
            async with asyncio.timeout(_ONLINE_NOW_SECONDS):
                await self._open().online()
        except TimeoutError:
            return False
        return True

    async def try_relay(self, url: str) -> None:
        """Look for a relay that was not there: by itself the library waits 20 s before it looks again."""
        with _Translated(QuicError):
            await self._open().insert_relay(_relay_config(url))

    async def announce(self, address: str) -> None:
        """Tell peers, now and later, that we can be reached there too; they and we try it at once."""
        with _Translated(QuicError):
            await self._open().add_external_addr(address)

    async def retract(self, address: str) -> None:
        """Take back what was announced."""
        with _Translated(QuicError):
            await self._open().remove_external_addr(address)

    def watch(self, on_change: Callable[[], None]) -> None:
        """Called at once and whenever our addresses or the relay's state may have changed, until `close`."""
        # Never watch_network_change: it calls back thousands of times a second.
        self._watches.append(self._open().watch_addr(_AddressWatch(on_change)))
        self._watches.append(self._open().watch_home_relay(_RelayWatch(on_change)))

    async def dial(
        self, key: bytes, alpn: bytes, *, relay_url: str | None = None, addresses: Sequence[str] = ()
    ) -> "QuicConnection":
        """Raises DialFailed, after 30 s when nobody is there."""
        with _Translated(DialFailed):
            target = iroh.EndpointAddr(iroh.EndpointId.from_bytes(key), relay_url, list(addresses))
            return QuicConnection(await _kept(self._open().connect(target, alpn)))

    async def accept(self) -> "Incoming | None":
        """The next who dials us; None once the endpoint is closed."""
        incoming = None if self._endpoint is None else await _kept(self._endpoint.accept_next())
        return None if incoming is None else Incoming(incoming)

    async def close(self) -> None:
        """End everything; peers are told. Nothing works afterwards."""
        watches, self._watches = self._watches, []
        for watch in watches:
            await watch.stop()
        # The library keeps the sockets until the last reference is gone, and ours may hang in a cycle for long.
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            with _Translated(QuicError):
                await endpoint.close()

    def _open(self) -> iroh.Endpoint:
        if self._endpoint is None:
            raise QuicError("closed")
        return self._endpoint


class Incoming:
    """Somebody dials us and has proven nothing yet."""

    def __init__(self, incoming: iroh.Incoming) -> None:
        self._incoming = incoming

    async def address(self) -> str | None:
        """IP:PORT; None when the packets come through a relay."""
        with _Translated(ConnectionEnded):
            seen = await self._incoming.remote_addr()
        return seen.addr if isinstance(seen, iroh.IncomingAddr.IP) else None

    async def is_validated(self) -> bool:
        """Whoever calls has shown that packets to the address they name reach them."""
        with _Translated(ConnectionEnded):
            return await self._incoming.remote_addr_validated()

    async def ask_again(self) -> None:
        """They call once more, validated; this call is over, and nothing of it is kept. Once only."""
        with _Translated(ConnectionEnded):
            await self._incoming.retry()

    async def accept(self) -> "QuicConnection":
        """Raises ConnectionEnded when the other end does not prove its key."""
        with _Translated(ConnectionEnded):
            return QuicConnection(await _kept(self._shake_hands()))

    async def refuse(self) -> None:
        with _Translated(ConnectionEnded):
            await self._incoming.refuse()

    async def _shake_hands(self) -> iroh.Connection:
        accepting = await self._incoming.accept()
        return await accepting.connect()


class QuicConnection:
    """A connection whose other end has proven its key."""

    def __init__(self, connection: iroh.Connection) -> None:
        self._connection = connection
        self._watches: list[iroh.WatchHandle] = []
        self.key: bytes = connection.remote_id().to_bytes()
        """The public key of the other end."""

    async def open_stream(self) -> tuple["SendStream", "ReceiveStream"]:
        """The other end hears of it with the first bytes."""
        with _Translated(ConnectionEnded):
            stream = await _kept(self._connection.open_bi())
        return SendStream(stream.send()), ReceiveStream(stream.recv())

    async def accept_stream(self) -> tuple["SendStream", "ReceiveStream"]:
        with _Translated(ConnectionEnded):
            stream = await _kept(self._connection.accept_bi())
        return SendStream(stream.send()), ReceiveStream(stream.recv())

    async def open_one_way(self) -> "SendStream":
        with _Translated(ConnectionEnded):
            return SendStream(await _kept(self._connection.open_uni()))

    async def accept_one_way(self) -> "ReceiveStream":
        with _Translated(ConnectionEnded):
            return ReceiveStream(await _kept(self._connection.accept_uni()))

    def limit_incoming_streams(self, *, both_ways: int, one_way: int) -> None:
        """How many streams the other end may have open at a time."""
        with _Translated(ConnectionEnded):
            self._connection.set_max_concurrent_bi_streams(both_ways)
            self._connection.set_max_concurrent_uni_streams(one_way)

    def paths(self) -> tuple[Path, ...]:
        return _paths(self._connection.paths())

    def watch_paths(self, on_change: Callable[[tuple[Path, ...]], None]) -> None:
        """Called at once and whenever a path comes, goes, or is chosen, until `stop_watching`."""
        self._watches.append(self._connection.watch_paths(_PathWatch(on_change)))

    async def stop_watching(self) -> None:
        watches, self._watches = self._watches, []
        for watch in watches:
            await watch.stop()

    def close(self, code: str) -> None:
        """At once; what is not on its way yet is lost. The other end learns the code."""
        with _Translated(QuicError):
            self._connection.close(0, code.encode())

    async def ended(self) -> Ending:
        """Wait for the end of the connection."""
        reason = await self._connection.closed()
        said = _PEER_SAID.fullmatch(reason)
        return Ending(said[1] if said else "", timed_out=reason == _TIMED_OUT)


class SendStream:
    def __init__(self, stream: iroh.SendStream) -> None:
        self._stream = stream

    async def write(self, data: bytes) -> None:
        """Wait until the library has taken all of it. Some 50 µs however little it is: join what belongs together."""
        with _Translated(ConnectionEnded):
            await self._stream.write_all(data)

    async def set_priority(self, priority: int) -> None:
        """Of the streams of a connection that have something to send, the highest goes first; it begins as 0."""
        with _Translated(ConnectionEnded):
            await self._stream.set_priority(priority)

    async def finish(self) -> None:
        """Say that this is all."""
        with _Translated(ConnectionEnded):
            await self._stream.finish()

    async def wait_taken(self) -> bool:
        """After `finish`: wait until the other end has it all; False when it wanted no more."""
        with _Translated(ConnectionEnded):
            return await self._stream.stopped() is None

    async def reset(self) -> None:
        """Give up the stream; the reader's next read fails."""
        with _Translated(ConnectionEnded):
            await self._stream.reset(0)


class ReceiveStream:
    def __init__(self, stream: iroh.RecvStream) -> None:
        self._stream = stream

    async def read(self, limit: int) -> bytes:
        """What is there, at least a byte; empty at the end. A read that is cancelled takes nothing."""
        with _Translated(ConnectionEnded):
            return await self._stream.read(limit)

    async def stop(self) -> None:
        """Want no more; the writer's next write fails."""
        with _Translated(ConnectionEnded):
            await self._stream.stop(0)


def split_address(address: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
    """The parts of IP:PORT or [IPv6]:PORT. Raises ValueError."""
    host, colon, port = address.rpartition(":")
    is_v6 = host.startswith("[") and host.endswith("]")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 0xFFFF:
        raise ValueError(f"not IP:PORT: {address!r}")
    return (ipaddress.IPv6Address(host[1:-1]) if is_v6 else ipaddress.IPv4Address(host)), int(port)


def _relay_config(url: str) -> iroh.RelayConfig:
    return iroh.RelayConfig(url=url, quic_port=None, auth_token=None)


def _relay_mode(url: str | None) -> iroh.RelayMode:
    if url is None:
        return iroh.RelayMode.disabled()
    relays = iroh.RelayMap.empty()
    relays.insert(_relay_config(url))
    return iroh.RelayMode.custom(relays)


def _paths(snapshots: Sequence[iroh.PathSnapshot]) -> tuple[Path, ...]:
    return tuple(Path(each.remote_addr, each.is_ip, each.is_selected, float(each.rtt_ms)) for each in snapshots)


class _Sockets(iroh.Preset):
    """The library's options bind one family; its builder is asked for each."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    def apply(self, builder: iroh.EndpointBuilder) -> None:
        builder.apply_minimal()
        for address in self._addresses:
            builder.bind_addr(address)


class _AddressWatch(iroh.AddrChangeCallback):
    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change

    async def on_change(self, addr: iroh.EndpointAddr) -> None:
        self._on_change()


class _RelayWatch(iroh.HomeRelayCallback):
    """Tells that something changed, not what: the list holds a relay that is away, too."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change

    async def on_change(self, relay_urls: list[str]) -> None:
        self._on_change()


class _PathWatch(iroh.PathChangeCallback):
    def __init__(self, on_change: Callable[[tuple[Path, ...]], None]) -> None:
        self._on_change = on_change

    async def on_change(self, paths: list[iroh.PathSnapshot]) -> None:
        self._on_change(_paths(paths))


async def _kept(call: Awaitable[Result]) -> Result:
    """What this call of the library returns; if whoever waits for it is cancelled, it goes on to its end.

    A result that comes together with the cancellation would be lost in the library, and a connection or an endpoint
    would keep its sockets until the process ends. So it is taken, and dropped. Every such call has an end: with its
    endpoint or connection, and a dial after 30 s.
    """
    calling = asyncio.ensure_future(call)
    calling.add_done_callback(let_go)
    try:
        return await asyncio.shield(calling)
    finally:
        del calling  # its error comes through this frame: each would keep the other, and the endpoint with them


class _Translated:
    """Around calls of the library: its exceptions become ours."""

    __slots__ = ("_error",)

    def __init__(self, error: type[QuicError]) -> None:
        self._error = error

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, iroh.IrohError):
            raise self._error(_first_line(error.message())) from None
        if isinstance(error, iroh.InternalError):
            raise self._error(_first_line(str(error))) from None


def _first_line(text: str) -> str:
    return text.partition("\n")[0][:_DETAIL_CHARACTERS]
