"""Puts the workspace server together and runs it."""

import asyncio
import contextlib
import hashlib
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
import uvloop
from aiohttp import web

from casemate import __version__
from casemate.crypto.keys import Ed25519Public, ServerPasswordKey, ServerPrivate, fingerprint
from casemate.crypto.server_password import server_password_key
from casemate.node import Clock, Effect, StorageBroken, StorageDamaged, StorageFull
from casemate.protocol.limits import (
    DAY_SECONDS,
    DISK_LOW_BYTES,
    MAILBOX_SECONDS,
    NEW_ACCOUNTS_AT_ONCE,
    REGISTRATION_REQUEST_SECONDS,
)
from casemate.protocol.server_addresses import DEFAULT_RELAY_PORT
from casemate.runtime.clock import SystemClock
from casemate.runtime.data_directory import DataDirectory
from casemate.runtime.disk_space import free_bytes, room_again, takes_more
from casemate.runtime.entropy import system_entropy
from casemate.runtime.errors import CannotStart, DatabaseMissing
from casemate.runtime.listen import ListenAddress, open_listener, url_of
from casemate.runtime.open_files import allow_many_files
from casemate.runtime.runner import StoreThread
from casemate.runtime.shutdown import shutdown_requested
from casemate.runtime.sqlite_faults import opening
from casemate.runtime.tasks import first_of
from casemate.server.adapters.addresses import ServerPlace, stated_addresses
from casemate.server.adapters.admission import CONNECTIONS_PER_ADDRESS, AdmissionLimits, web_runner
from casemate.server.adapters.identity_file import IDENTITY_NAME, load_or_make_identity, tls_context
from casemate.server.adapters.join_page import join_page
from casemate.server.adapters.path_services import PathOptions, PathServices
from casemate.server.adapters.plain_http import PlainHttp
from casemate.server.adapters.relay.limits import MEGABYTES_PER_SECOND
from casemate.server.adapters.site import Site
from casemate.server.adapters.sqlite_store import DATABASE_NAME, SqliteServerStore, open_server_store
from casemate.server.adapters.tls_transport import TlsListener
from casemate.server.core.core import ServerCore
from casemate.server.core.events import AddressesFound, Started, StopAsked
from casemate.server.core.settings import RegistrationMode, ServerSettings

DEFAULT_LISTEN: Final = "127.0.0.1:12349"
RELAY_OFF: Final = "off"
DRAIN_SECONDS: Final = 5.0
LOOK_AT_DISK_SECONDS: Final = 10.0
EXIT_OK: Final = 0
EXIT_CANNOT_START: Final = 1
EXIT_STORAGE_BROKEN: Final = 3
_UNTIL_ROOM: Final = "nobody is let in until there is room"

log = structlog.get_logger("casemate.server")

Perform = Callable[[Effect], None]


@dataclass(frozen=True, slots=True)
class ServerOptions:
    data_dir: Path
    listen: str = DEFAULT_LISTEN
    registration: RegistrationMode | None = None
    """None: `password` where there is one, else `open`."""
    open_to_this_computer: bool = False
    """Where the mode is `invite`: who calls from this computer needs none."""
    server_passwords: tuple[str, ...] = field(default=(), repr=False)
    """Whoever makes an account presents all of them, in this order."""
    registration_request_days: float = REGISTRATION_REQUEST_SECONDS / DAY_SECONDS
    mailbox_days: float = MAILBOX_SECONDS / DAY_SECONDS
    behind_proxy: bool = False
    """Plain HTTP for a reverse proxy on this machine, which adds TLS and `X-Forwarded-For`."""
    connections_per_address: int = CONNECTIONS_PER_ADDRESS
    new_accounts_at_once: int = NEW_ACCOUNTS_AT_ONCE
    install_line: str = ""
    """What installs Casemate and joins, for who opens an invitation in a browser; empty: they ask who invited them."""
    relay_listen: str = ""
    """HOST:PORT of the relay; empty: `listen`'s host and the usual port; `off`: no relay and no observer."""
    relay_url: str = ""
    relay_megabytes_per_second: float = MEGABYTES_PER_SECOND
    addresses: tuple[str, ...] = ()
    """Where people reach this server besides what its network interfaces say."""


def run(options: ServerOptions) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit code of the process. The caller has set logging up."""
    allow_many_files()
    try:
        return uvloop.run(serve(options))
    except CannotStart as error:
        sys.stderr.write(f"casemate server: {error}\n")
        return EXIT_CANNOT_START
    except StorageBroken as error:
        path = error.path or options.data_dir / DATABASE_NAME
        sys.stderr.write(f"casemate server: {_sentence(error, str(path))}\n")
        return EXIT_STORAGE_BROKEN


def _sentence(error: StorageBroken, path: str) -> str:
    if isinstance(error, StorageDamaged):
        return f"{path} is damaged ({error}): put back a copy of it, then start again."
    return f"The disk under {path} does not work ({error}): look at the disk, then start it again."


def _registration(options: ServerOptions) -> RegistrationMode:
    """Raises CannotStart when mode and password contradict each other: a door is never open by mistake."""
    mode = options.registration or ("password" if options.server_passwords else "open")
    if (mode == "password") != bool(options.server_passwords):
        raise CannotStart(
            "Registration by password needs a password file, and no other mode takes one: give --registration password"
            " together with --password-file, or neither."
        )
    return mode


def _password_key(passwords: tuple[str, ...], server_key: Ed25519Public) -> ServerPasswordKey | None:
    hashes = [hashlib.sha3_256(text.encode()).digest() for text in passwords]
    return server_password_key(hashes, server_key) if hashes else None


async def serve(
    options: ServerOptions, clock: Clock | None = None, wrap_perform: Callable[[Perform], Perform] = lambda same: same
) -> int:
    """The whole server on the running loop. Tests hand in a clock, or a wrapper that sees every effect first."""
    listen = _address(options.listen)
    registration = _registration(options)
    with contextlib.ExitStack() as stack:
        stack.enter_context(DataDirectory(options.data_dir))
        store = _open(options.data_dir)
        with contextlib.closing(store):
            keys = load_or_make_identity(options.data_dir, system_entropy, is_new=store.accounts.is_empty())
        listener = stack.enter_context(contextlib.closing(open_listener(listen)))
        server = _Server(options, listen, registration, listener, keys, clock or SystemClock(), wrap_perform)
        await server.serve()
    log.info("stopped")
    return EXIT_OK


def _open(data_dir: Path) -> SqliteServerStore:
    """Raises CannotStart."""
    path, identity = data_dir / DATABASE_NAME, data_dir / IDENTITY_NAME
    if identity.exists() and not path.exists():
        raise DatabaseMissing(path, identity)
    store = open_server_store(data_dir, existing=identity.exists())
    if store.behind > 0:
        log.error("database is older than it was", file=str(path), changes_missing=store.behind)
        with opening(path), contextlib.suppress(StorageFull):
            store.catch_up()
    return store


class _Server:
    """Run after run on one port: a full disk ends a run, not the process."""

    def __init__(
        self,
        options: ServerOptions,
        listen: ListenAddress,
        registration: RegistrationMode,
        listener: socket.socket,
        keys: tuple[ServerPrivate, Ed25519Public],
        clock: Clock,
        wrap_perform: Callable[[Perform], Perform],
    ) -> None:
        self._options = options
        self._path_options = _path_options(options, listen)
        self._listener = listener
        self._private_key, self._public_key = keys
        port = listener.getsockname()[1]
        self._place = ServerPlace(
            ListenAddress(listen.host, port), stated_addresses(options.addresses), options.behind_proxy
        )
        self._registration = registration
        self._password = _password_key(options.server_passwords, self._public_key)
        self._clock = clock
        self._wrap_perform = wrap_perform
        self._is_ready = False

    async def serve(self) -> None:
        """Until somebody asks for its end. Raises `StorageBroken`."""
        stop = shutdown_requested()
        full = not takes_more(self._options.data_dir)
        if full:
            log.error("disk full", directory=str(self._options.data_dir), next=_UNTIL_ROOM)
        while not stop.is_set():
            with contextlib.closing(_open(self._options.data_dir)) as store:
                if full:
                    store.refuse_writes()
                try:
                    await self._run(store, stop, full=full)
                    full = False
                except StorageFull as error:
                    log.error("disk full", detail=str(error), file=error.path, next=_UNTIL_ROOM)
                    full = True

    async def _run(self, store: SqliteServerStore, stop: asyncio.Event, *, full: bool) -> None:
        async with contextlib.AsyncExitStack() as open_services:
            services = None
            if self._path_options is not None:
                services = await PathServices.open(self._path_options, self._private_key, system_entropy)
                open_services.push_async_callback(services.close)
            await self._serve_store(store, stop, services, full=full)

    async def _serve_store(
        self, store: SqliteServerStore, stop: asyncio.Event, services: PathServices | None, *, full: bool
    ) -> None:
        options = self._options
        page = join_page(options.install_line)
        site = Site(
            AdmissionLimits(per_address=options.connections_per_address), page, behind_proxy=options.behind_proxy
        )

        def perform(effect: Effect) -> None:
            if services is None or not services.perform(effect):
                site.perform(effect)

        core = ServerCore(store, self._settings(services), system_entropy)
        thread = StoreThread(core, store, self._clock, self._wrap_perform(perform))
        thread.events.post(Started())
        addresses = self._place.addresses()
        thread.events.post(AddressesFound(addresses))
        tls = None if options.behind_proxy else tls_context(options.data_dir)
        runner = web_runner(site.application(thread.events), DRAIN_SECONDS)
        try:
            await runner.setup()
            accepting = await _accept(runner, self._listener.dup(), tls, PlainHttp(page))
            if services is not None:
                await services.start(thread.events)
            thread.start()
            self._say_ready(url_of(self._listener, "http" if tls is None else "https"))
            await first_of(
                stop.wait(),
                asyncio.shield(thread.finished),
                self._watch_disk(full=full),
                self._place.watch(thread.events, addresses),
            )
            accepting.close()
            if services is not None:
                await services.close()
            thread.events.post(StopAsked())
            await thread.stop()
            await site.all_gone(DRAIN_SECONDS)
        finally:
            await runner.cleanup()

    def _settings(self, services: PathServices | None) -> ServerSettings:
        options = self._options
        return ServerSettings(
            private_key=self._private_key,
            public_key=self._public_key,
            registration=self._registration,
            open_to_this_computer=options.open_to_this_computer,
            password=self._password,
            registration_request_seconds=options.registration_request_days * DAY_SECONDS,
            mailbox_seconds=options.mailbox_days * DAY_SECONDS,
            new_accounts_at_once=options.new_accounts_at_once,
            paths=None if services is None else services.paths,
            version=__version__,
        )

    def _say_ready(self, url: str) -> None:
        if self._is_ready:
            return
        self._is_ready = True
        identity = fingerprint(self._public_key)
        sys.stdout.write(f"casemate server ready on {url}\ncasemate server identity {identity}\n")
        sys.stdout.flush()
        log.info("ready", url=url)

    async def _watch_disk(self, *, full: bool) -> None:
        """Warn before there is no room; returns when there is enough again, if that was missing."""
        if full:
            await room_again(self._options.data_dir)
            return
        warned = False
        while True:
            free = await asyncio.to_thread(free_bytes, self._options.data_dir)
            low = free is not None and free < DISK_LOW_BYTES
            if low and not warned:
                log.warning("disk nearly full", directory=str(self._options.data_dir), free_bytes=free)
            warned = low
            await asyncio.sleep(LOOK_AT_DISK_SECONDS)


async def _accept(
    runner: web.AppRunner, listener: socket.socket, tls: ssl.SSLContext | None, plain: PlainHttp
) -> asyncio.Server:
    assert runner.server is not None  # it is set up
    make_protocol = runner.server if tls is None else TlsListener(tls, runner.server, plain)
    return await asyncio.get_running_loop().create_server(make_protocol, sock=listener)


def _path_options(options: ServerOptions, listen: ListenAddress) -> PathOptions | None:
    """None when no relay is wanted."""
    if options.relay_listen == RELAY_OFF:
        return None
    # Whoever lets the system choose one port gets the other one the same way.
    usual = ListenAddress(listen.host, DEFAULT_RELAY_PORT if listen.port else 0)
    return PathOptions(
        listen=_address(options.relay_listen) if options.relay_listen else usual,
        url=options.relay_url,
        megabytes_per_second=options.relay_megabytes_per_second,
        connections_per_address=options.connections_per_address,
        behind_proxy=options.behind_proxy,
    )


def _address(text: str) -> ListenAddress:
    try:
        return ListenAddress.parse(text)
    except ValueError as error:
        raise CannotStart(f"{error}.") from error
