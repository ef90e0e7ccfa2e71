"""Who can come to the server of `casemate up`: kept in the data directory, found out, and tried."""

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, get_args

import msgspec

from casemate.cli.keeping import SupervisedService
from casemate.cli.options import SERVER_FOLDER, OwnDoor
from casemate.protocol.client.views import Reach, ReachableAddress, Reached, ReachView
from casemate.protocol.server_addresses import (
    DEFAULT_RELAY_PORT,
    has_public_certificate,
    host_and_port,
    ip_of,
    is_on_this_computer,
)
from casemate.runtime.errors import CannotStart, unusable
from casemate.runtime.listen import ListenAddress
from casemate.runtime.secrets_file import keep_secret
from casemate.server.adapters.addresses import ServerPlace
from casemate.server.adapters.identity_file import IDENTITY_NAME

REACH_NAME: Final = "reach"
TRY_SECONDS: Final = 3.0
_REACHES: Final[tuple[Reach, ...]] = get_args(Reach)
_LOOPBACK: Final = "127.0.0.1"
_ASKS: Final = re.compile(rb"casemate internal-service asks (\d{1,9}) (look|network|this-computer)\s*")


def kept_reach(data_dir: Path) -> Reach | None:
    """What somebody chose; None when nobody has, or what is there is none of our words."""
    try:
        text = (data_dir / REACH_NAME).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return next((reach for reach in _REACHES if reach == text), None)


def keep_reach(data_dir: Path, reach: Reach) -> None:
    """Raises CannotStart."""
    path = data_dir / REACH_NAME
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_secret(path, f"{reach}\n".encode())
    except OSError as error:
        raise unusable(path, error) from error


def listen_for(reach: Reach | None, stated: ListenAddress) -> ListenAddress:
    """Where the server listens: as stated, unless somebody chose otherwise; the port stays in any case."""
    if reach is None or reach == reach_of(stated):
        return stated
    return ListenAddress(_LOOPBACK if reach == "this-computer" else _everywhere(), stated.port)


def reach_of(listen: ListenAddress) -> Reach:
    ip = ip_of(listen.host)
    here = not ip.is_unspecified if ip is not None else True
    return "this-computer" if here and is_on_this_computer(str(listen)) else "network"


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """Who may make an account at the server of `up`: what was stated, else everybody while only this computer can reach
    it, and who has an invitation once others can."""

    stated: OwnDoor | None
    brings_others: bool
    """A proxy of this computer may bring people from elsewhere, who then look like this computer's own."""

    def options_at(self, listen: ListenAddress) -> list[str]:
        """Of the server. The person of this computer needs no invitation: who would give it?"""
        mode = self.mode_at(listen)
        is_told_apart = mode == "invite" and not self.brings_others
        return ["--registration", mode, *(["--open-to-this-computer"] if is_told_apart else [])]

    def mode_at(self, listen: ListenAddress) -> OwnDoor:
        is_for_us = self.stated is None and reach_of(listen) == "this-computer"
        return "open" if is_for_us else self.mode_on_network

    @property
    def mode_on_network(self) -> OwnDoor:
        return self.stated or ("open" if self.brings_others else "invite")


@dataclass(frozen=True, slots=True)
class ReachDesk:
    """Answers what the internal service asks for its person."""

    data_dir: Path
    server: SupervisedService
    stated: tuple[str, ...]
    """Addresses given with --address."""
    relay_port: int | None
    """None: there is no relay, or the system chose its port."""
    listen_stated: ListenAddress
    """Where it is to listen when nobody has chosen: kept for who comes back to it."""
    door: FrontDoor
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def hear(self, line: bytes, internal: SupervisedService, tasks: asyncio.TaskGroup) -> None:
        """A line of the internal service; what is no question of it is passed over."""
        match = _ASKS.fullmatch(line)
        if match is not None:
            wanted = next((reach for reach in _REACHES if reach.encode() == match[2]), None)
            tasks.create_task(self._answer(match[1].decode(), wanted, internal))

    async def _answer(self, number: str, wanted: Reach | None, internal: SupervisedService) -> None:
        async with self._one_at_a_time:
            failed = wanted is not None and not await self._move(wanted)
            try:
                view = await self._view(failed=failed)
            except (OSError, ValueError):
                view = ReachView(reach=reach_of(self.server.listen), failed=True)  # its key cannot be read
        internal.answer(f"{number} {msgspec.json.encode(view).decode()}")

    async def _move(self, wanted: Reach) -> bool:
        """False when it could not be done; then all is as before."""
        try:
            if wanted != reach_of(self.server.listen):
                stated = ListenAddress(self.listen_stated.host, self.server.listen.port)
                await self.server.move(listen_for(wanted, stated))
            keep_reach(self.data_dir, wanted)
        except CannotStart:
            return False
        return True

    async def _view(self, *, failed: bool) -> ReachView:
        listen = self.server.listen
        certificate = _certificate(self.data_dir / SERVER_FOLDER / IDENTITY_NAME)
        addresses = [
            address
            for address in await asyncio.to_thread(ServerPlace(listen, self.stated).addresses)
            if not is_on_this_computer(address)
        ]
        tried = await asyncio.gather(*(_tried(address, certificate) for address in addresses))
        return ReachView(
            reach=reach_of(listen),
            addresses=tried,
            ports=self._ports(listen),
            failed=failed,
            registration=self.door.mode_at(listen) if tried else self.door.mode_on_network,
            open_to_this_computer=not self.door.brings_others,
        )

    def _ports(self, listen: ListenAddress) -> list[str]:
        """The observer has the relay's port and the next one."""
        relay = self.relay_port
        of_relay = [] if relay is None else [f"TCP {relay}", f"UDP {relay}", f"UDP {relay + 1}"]
        return [f"TCP {listen.port}", *of_relay]


def relay_port_of(relay_listen: ListenAddress | str | None, server_listen: ListenAddress) -> int | None:
    if relay_listen is None:
        return DEFAULT_RELAY_PORT if server_listen.port else None
    return None if isinstance(relay_listen, str) else relay_listen.port or None


async def _tried(address: str, certificate: bytes) -> ReachableAddress:
    """Whether our own server answers there, from this computer. What stands behind a router may answer to others only,
    and a firewall may keep out others only: that nobody can see from here."""
    host, port = host_and_port(address)
    public = has_public_certificate(address)
    try:
        async with asyncio.timeout(TRY_SECONDS):
            reached = await _answers(host, port, None if public else certificate)
            everywhere = reached and await _is_for_everybody(host, port)
    except (OSError, TimeoutError, ValueError):
        reached = everywhere = False
    who: Reached = "unknown" if not reached else "everywhere" if everywhere else "network"
    return ReachableAddress(address=address, who=who)


async def _answers(host: str, port: int, certificate: bytes | None) -> bool:
    """None: the certificate is one that this computer's authorities vouch for."""
    context = ssl.create_default_context()
    if certificate is not None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return certificate is None or tls.getpeercert(binary_form=True) == certificate
    finally:
        writer.transport.abort()


async def _is_for_everybody(host: str, port: int) -> bool:
    """An address of the internet, or a name of one."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ips = [ip_of(str(place[0])) for *_, place in found]
    return any(ip is not None and ip.is_global for ip in ips)


def _certificate(identity: Path) -> bytes:
    """Of the server, as its callers see it."""
    text = identity.read_text("ascii")
    return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE-----") :])


def _everywhere() -> str:
    """Of IPv6 and IPv4 alike, where this computer has both."""
    try:
        with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True):
            return "::"
    except (OSError, ValueError):
        return "0.0.0.0"  # noqa: S104  (what was asked for)
