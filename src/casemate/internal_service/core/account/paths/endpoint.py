"""The account's endpoint: when it is open and on which terms, and what it found out about our own network."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from casemate.crypto.keys import KEY_BYTES, Ed25519Public
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.rows import Profile
from casemate.internal_service.core.ground.path_io import (
    CloseEndpoint,
    EndpointChanged,
    EndpointClosed,
    EndpointOpened,
    ObserveAgain,
    ObserverAddress,
    OpenEndpoint,
)
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.link import PathOffer
from casemate.protocol.peer import Network
from casemate.protocol.server_addresses import host_and_port

RETRY_SECONDS: Final = 30.0
OBSERVE_PAUSE_SECONDS: Final = 5.0
RELAY_SECONDS: Final = 3.0
"""A server that is back has a relay within this time; the transport's own next look may be 20 s away."""
OFF: Final = "off"
"""The `EndpointClosed.detail` of a service that was started without connections between peers."""
_RELAY_URL_CHARACTERS: Final = 256


@dataclass(frozen=True, slots=True)
class Terms:
    relay_url: str | None
    observer: ObserverAddress | None
    relay_only: bool


class Endpoint(Memory):
    def __init__(self, context: Context, link: Link) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self.generation = 0
        self._terms: Terms | None = None
        """What it is open with, or being opened."""
        self._retry_at: float | None = None
        self._failed_at: float | None = None
        """When an event of it was undone last (monotonic) …"""
        self._renew_at: float | None = None
        """… and when it is opened again because of that."""
        self._observe_after = 0.0
        self._server_is_back = False
        self._relay_due: float | None = None
        """When the relay should be connected, after the server has come back."""
        self._is_sure = True
        """What was wanted of the transport last got through to it."""
        self._udp_wanted = True
        """Whether anybody we are connected with wants UDP …"""
        self._blocked: frozenset[AccountId] = frozenset()
        """… and who may have learned our address but is blocked, as of this version of the peers."""
        self._peers_version = -1
        self._hidden_from: frozenset[AccountId] = frozenset()
        """Who is blocked since before it was opened."""
        self.is_in_use: Callable[[], bool] = lambda: False
        """Whether connections of anybody go over it."""
        self.is_off = False
        self.port: int | None = None
        self.relay_connected = False
        self.network = Network()
        self.addresses: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.port is not None

    @property
    def has_relay(self) -> bool:
        return self._terms is not None and self._terms.relay_url is not None

    @property
    def relay_only(self) -> bool:
        return self._terms is not None and self._terms.relay_only

    def review(self, now: Instant) -> Outcome:
        """Open it, close it, or open it again: on other terms, or where somebody who was blocked does not know it."""
        self._expect_relay(now)
        self._look_at_peers()
        wanted = self._wanted()
        is_hidden = wanted is None or wanted.relay_only or self._blocked <= self._hidden_from
        goes_on = wanted == self._terms or self._may_stay(wanted) or (wanted is not None and self._retry_at is not None)
        if is_hidden and self._is_sure and goes_on:
            return []
        outcome = self._close()
        self._is_sure = True
        if wanted is not None:
            self.generation += 1
            self._terms, self._hidden_from = wanted, self._blocked
            key = self._context.device.endpoint
            account_id = self._context.account_id
            terms = (wanted.relay_url, wanted.observer, wanted.relay_only)
            outcome.append(OpenEndpoint(account_id, self.generation, key, *terms))
        return outcome

    def opened(self, event: EndpointOpened) -> None:
        self.port = event.port

    def changed(self, event: EndpointChanged) -> None:
        self.relay_connected, self.network, self.addresses = event.relay_connected, event.network, event.addresses
        if event.relay_connected:
            self._relay_due = None

    def closed(self, event: EndpointClosed, now: Instant) -> None:
        """It failed; `review` opens it again after a while."""
        self.is_off = event.detail == OFF
        self._terms = None
        self._forget_network()
        self._retry_at = None if self.is_off else now.monotonic + RETRY_SECONDS

    def observe_again(self, now: Instant) -> Outcome:
        """Our addresses may be others now, or the way through a NAT has to be opened anew."""
        if not self.is_open or now.monotonic < self._observe_after:
            return []
        self._observe_after = now.monotonic + OBSERVE_PAUSE_SECONDS
        return [ObserveAgain(self._context.account_id, self.generation)]

    def relay_is_overdue(self, now: Instant) -> bool:
        """True once, when the server is back and the relay is not."""
        if self._relay_due is None or self._relay_due > now.monotonic:
            return False
        self._relay_due = None
        return True

    def failed(self, now: Instant) -> None:
        """A fault of ours kept us from hearing of it: it is opened again, at once or after a while."""
        if self._failed_at is None or self._failed_at + RETRY_SECONDS <= now.monotonic:
            self._is_sure = False
        else:
            self._renew_at = now.monotonic + RETRY_SECONDS
        self._failed_at = now.monotonic

    def renew(self) -> None:
        """The next `review` closes it and opens it again."""
        self._is_sure = False

    def abandon(self) -> Outcome:
        """Close it, whatever was wanted."""
        return self._close()

    def next_wakeup(self) -> float | None:
        return min((due for due in (self._retry_at, self._relay_due, self._renew_at) if due is not None), default=None)

    def wakeup(self, now: Instant) -> Outcome:
        retry = self._retry_at is not None and self._retry_at <= now.monotonic
        renew = self._renew_at is not None and self._renew_at <= now.monotonic
        if retry:
            self._retry_at = None
        if renew:
            self._renew_at, self._is_sure = None, False
        return self.review(now) if retry or renew else []

    def _expect_relay(self, now: Instant) -> None:
        online = self._link.stage == "online"
        if online and not self._server_is_back and self.is_open and self.has_relay and not self.relay_connected:
            self._relay_due = now.monotonic + RELAY_SECONDS
        self._server_is_back = online

    def _wanted(self) -> Terms | None:
        """Whoever appears offline has none: a connection of their own would give them away."""
        profile = self._context.profile
        hidden = profile.appear_offline or self._link.stage in ("stopped", "fenced")
        if self.is_off or hidden or not profile.enrolled:
            return None
        relay_url = None if profile.paths is None else relay_url_of(profile.reached_at, profile.paths)
        return Terms(relay_url, _observer(relay_url, profile.paths), self._relay_only(profile))

    def _may_stay(self, wanted: Terms | None) -> bool:
        """Only the place of the relay would be another one: the same server was found at another of its addresses.

        While its relay is connected at the old one, may be so in a moment, or is not needed, nobody's connection is
        ended for that.
        """
        terms = self._terms
        if wanted is None or terms is None or wanted.relay_url is None or terms.relay_url is None or not self.is_open:
            return False
        is_moved_alone = replace(wanted, relay_url=terms.relay_url, observer=terms.observer) == terms
        return is_moved_alone and (self.relay_connected or self._relay_due is not None or self.is_in_use())

    def _relay_only(self, profile: Profile) -> bool:
        """Chosen, or because nobody we are connected with wants UDP."""
        return profile.relay_only or not self._udp_wanted

    def _look_at_peers(self) -> None:
        if self._peers_version == self._context.peers_version:
            return
        peers = self._context.store.peers()
        connected = [peer for peer in peers if peer.connection == "connected"]
        self._udp_wanted = not connected or any(peer.connect_udp_mode == "Enabled" for peer in connected)
        self._blocked = frozenset(peer.account_id for peer in peers if peer.blocked and peer.relation == "registered")
        self._hidden_from &= self._blocked
        self._peers_version = self._context.peers_version

    def _close(self) -> Outcome:
        terms, self._terms = self._terms, None
        self._forget_network()
        nothing = terms is None and self._is_sure
        return [] if nothing else [CloseEndpoint(self._context.account_id, self.generation)]

    def _forget_network(self) -> None:
        self.port, self.relay_connected = None, False
        self.network, self.addresses = Network(), ()


def relay_url_of(server_address: str, paths: PathOffer) -> str | None:
    """Where the relay is; None when the server names something that is no address."""
    if not paths.relay_url:
        host, _ = host_and_port(server_address)
        bracketed = f"[{host}]" if ":" in host else host
        return f"http://{bracketed}:{paths.relay_port}/" if host and 0 < paths.relay_port < 65_536 else None
    try:
        url = urlsplit(paths.relay_url)
        fits = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return None
    return paths.relay_url if fits and len(paths.relay_url) <= _RELAY_URL_CHARACTERS else None


def _observer(relay_url: str | None, paths: PathOffer | None) -> ObserverAddress | None:
    if relay_url is None or paths is None or len(paths.observer_key) != KEY_BYTES:
        return None
    host = urlsplit(relay_url).hostname
    ports = tuple(port for port in paths.observer_ports[:2] if 0 < port < 65_536)
    return ObserverAddress(Ed25519Public(paths.observer_key), host, ports) if host and ports else None
