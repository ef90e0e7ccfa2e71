"""What the server offers for connections between peers: the relay, and the observer beside it."""

import socket
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from casemate.crypto.keys import ServerPrivate
from casemate.node import Effect, Entropy
from casemate.protocol.limits import MIB
from casemate.protocol.link import PathOffer
from casemate.runtime.errors import CannotStart, PortTaken
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.listen import ListenAddress, open_listener
from casemate.server.adapters.admission import AdmissionLimits, web_runner
from casemate.server.adapters.observer import Observer
from casemate.server.adapters.relay.limits import CONNECTIONS, MEGABYTES_PER_SECOND
from casemate.server.adapters.relay.site import Relay
from casemate.server.adapters.relay.verdicts import Verdicts
from casemate.server.core.events import RelayAccountChanged, RelayEndpointAnswered, RelayPairAnswered

STOP_SECONDS: Final = 2.0

log = structlog.get_logger("casemate.relay")


@dataclass(frozen=True, slots=True)
class PathOptions:
    listen: ListenAddress
    url: str = ""
    """What clients are told; empty: they take the host at which they reach the server, and the relay's port."""
    megabytes_per_second: float = MEGABYTES_PER_SECOND
    """That one account may send."""
    connections_per_address: int = CONNECTIONS
    behind_proxy: bool = False


class PathServices:
    """Opened before the core is made, which tells devices what is here; started with the core's events."""

    def __init__(
        self, options: PathOptions, listener: socket.socket, observer: Observer | None, verdicts: Verdicts, relay: Relay
    ) -> None:
        self._listener = listener
        self._observer = observer
        self._verdicts = verdicts
        self._relay = relay
        self._runner = web_runner(relay.application(), STOP_SECONDS)
        self.paths = PathOffer(
            relay_url=options.url,
            relay_port=listener.getsockname()[1],
            observer_key=b"" if observer is None else observer.key,
            observer_ports=[] if observer is None else list(observer.ports),
        )

    @classmethod
    async def open(cls, options: PathOptions, private_key: ServerPrivate, entropy: Entropy) -> Self:
        """Take the ports. Raises CannotStart; without UDP there is no observer, and the relay goes on."""
        _check_url(options.url)
        try:
            listener = open_listener(options.listen)
        except PortTaken as error:
            raise CannotStart(
                f"{error} The relay needs this port: choose another one with --relay-listen, or `off`."
            ) from error
        verdicts = Verdicts()
        observer = await Observer.open(private_key, options.listen.host, listener.getsockname()[1], verdicts)
        limits = AdmissionLimits(in_all=CONNECTIONS, per_address=options.connections_per_address)
        relay = Relay(
            verdicts,
            entropy,
            limits,
            bytes_per_second=options.megabytes_per_second * MIB,
            behind_proxy=options.behind_proxy,
        )
        return cls(options, listener, observer, verdicts, relay)

    async def start(self, events: EventQueue) -> None:
        """Let people in; questions about them go to `events`."""
        self._verdicts.attach(events)
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()
        if self._observer is not None:
            self._observer.start()
        log.info("relay ready", port=self.paths.relay_port, observer_ports=self.paths.observer_ports)

    def perform(self, effect: Effect) -> bool:
        """False when it is not for us."""
        match effect:
            case RelayEndpointAnswered() | RelayPairAnswered():
                self._verdicts.answered(effect)
            case RelayAccountChanged(account_id):
                self._relay.account_changed(account_id)
            case _:
                return False
        return True

    async def close(self) -> None:
        """Harmless if it was never started."""
        self._relay.close()
        await self._runner.cleanup()
        self._listener.close()
        if self._observer is not None:
            await self._observer.close()


def _check_url(url: str) -> None:
    if url and not _is_relay_url(url):
        raise CannotStart(f"{url!r} is not a relay's URL, such as https://relay.example.org/ (--relay-url).")


def _is_relay_url(url: str) -> bool:
    """Clients put their own path in, so there is none."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and has_host
        and not parts.username
        and parts[2:] in {("", "", ""), ("/", "", "")}
    )
