"""Puts the workspace server together and runs it."""

import asyncio
import contextlib
import hashlib
import resource
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
import uvloop
from aiohttp import web

from casemate.node import Clock, Effect, StorageBroken
from casemate.protocol.limits import (
    DAY_SECONDS,
    MAILBOX_SECONDS,
    NEW_ACCOUNTS_AT_ONCE,
    REGISTRATION_REQUEST_SECONDS,
)
from casemate.runtime.clock import SystemClock
from casemate.runtime.data_directory import DataDirectory
from casemate.runtime.entropy import system_entropy
from casemate.runtime.errors import CannotStart
from casemate.runtime.listen import ListenAddress, open_listener, url_of
from casemate.runtime.runner import StoreThread
from casemate.runtime.shutdown import shutdown_requested
from casemate.server.adapters.admission import CONNECTIONS_PER_ADDRESS, AdmissionLimits, web_runner
from casemate.server.adapters.identity_file import load_or_make_identity, tls_context
from casemate.server.adapters.path_services import RELAY_PORT, PathOptions, PathServices
from casemate.server.adapters.relay.limits import MEGABYTES_PER_SECOND
from casemate.server.adapters.site import Site
from casemate.server.adapters.sqlite_store import DATABASE_NAME, SqliteServerStore, open_server_store
from casemate.server.core.core import ServerCore
from casemate.server.core.events import ShutdownAsked, Started
from casemate.server.core.settings import ServerSettings

DEFAULT_LISTEN: Final = "127.0.0.1:12349"
RELAY_OFF: Final = "off"
DRAIN_SECONDS: Final = 5.0
EXIT_OK: Final = 0
EXIT_CANNOT_START: Final = 1
EXIT_STORAGE_BROKEN: Final = 3

log = structlog.get_logger("casemate.server")

Perform = Callable[[Effect], None]


@dataclass(frozen=True, slots=True)
class ServerOptions:
    data_dir: Path
    listen: str = DEFAULT_LISTEN
    server_passwords: tuple[str, ...] = field(default=(), repr=False)
    """Who registers presents all of them, in this order."""
    registration_request_days: float = REGISTRATION_REQUEST_SECONDS / DAY_SECONDS
    mailbox_days: float = MAILBOX_SECONDS / DAY_SECONDS
    behind_proxy: bool = False
    """Plain HTTP for a reverse proxy on this machine, which adds TLS and `X-Forwarded-For`."""
    connections_per_address: int = CONNECTIONS_PER_ADDRESS
    new_accounts_at_once: int = NEW_ACCOUNTS_AT_ONCE
    relay_listen: str = ""
    """HOST:PORT of the relay; empty: `listen`'s host and the usual port; `off`: no relay and no observer."""
    relay_url: str = ""
    relay_megabytes_per_second: float = MEGABYTES_PER_SECOND


def run(options: ServerOptions) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit code of the process. The caller has set logging up."""
    _allow_many_sockets()
    try:
        return uvloop.run(serve(options))
    except CannotStart as error:
        sys.stderr.write(f"casemate server: {error}\n")
        return EXIT_CANNOT_START
    except StorageBroken as error:
        sys.stderr.write(f"casemate server: Its database failed ({error}): look at the disk, then start it again.\n")
        return EXIT_STORAGE_BROKEN


def _allow_many_sockets() -> None:
    """A link is an open file, and what a shell allows by default is often 1,024 of them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # some systems allow less than they say
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def serve(
    options: ServerOptions, clock: Clock | None = None, wrap_perform: Callable[[Perform], Perform] = lambda same: same
) -> int:
    """The whole server on the running loop. Tests hand in a clock, or a wrapper that sees every effect first."""
    listen = _address(options.listen)
    with contextlib.ExitStack() as stack:
        stack.enter_context(DataDirectory(options.data_dir))
        is_new = not (options.data_dir / DATABASE_NAME).exists()
        private_key, public_key = load_or_make_identity(options.data_dir, system_entropy, is_new=is_new)
        store = stack.enter_context(contextlib.closing(open_server_store(options.data_dir)))
        listener = stack.enter_context(contextlib.closing(open_listener(listen)))
        path_options = _path_options(options, listen)
        async with contextlib.AsyncExitStack() as open_services:
            services = None
            if path_options is not None:
                services = await PathServices.open(path_options, private_key, system_entropy)
                open_services.push_async_callback(services.close)
            settings = ServerSettings(
                private_key=private_key,
                public_key=public_key,
                password_hashes=tuple(hashlib.sha3_256(text.encode()).digest() for text in options.server_passwords),
                registration_request_seconds=options.registration_request_days * DAY_SECONDS,
                mailbox_seconds=options.mailbox_days * DAY_SECONDS,
                new_accounts_at_once=options.new_accounts_at_once,
                paths=None if services is None else services.paths,
            )
            return await _serve_store(
                options, listener, store, settings, services, clock or SystemClock(), wrap_perform
            )


async def _serve_store(
    options: ServerOptions,
    listener: socket.socket,
    store: SqliteServerStore,
    settings: ServerSettings,
    services: PathServices | None,
    clock: Clock,
    wrap_perform: Callable[[Perform], Perform],
) -> int:
    limits = AdmissionLimits(per_address=options.connections_per_address)
    site = Site(limits, behind_proxy=options.behind_proxy)

    def perform(effect: Effect) -> None:
        if services is None or not services.perform(effect):
            site.perform(effect)

    core = ServerCore(store, settings, system_entropy)
    thread = StoreThread(core, store, clock, wrap_perform(perform))
    thread.events.post(Started())
    tls = None if options.behind_proxy else tls_context(options.data_dir)
    runner = web_runner(site.application(thread.events), DRAIN_SECONDS)
    stop = shutdown_requested()
    try:
        await runner.setup()
        accepting = web.SockSite(runner, listener, ssl_context=tls)
        await accepting.start()
        if services is not None:
            await services.start(thread.events)
        thread.start()
        url = url_of(listener, "http" if tls is None else "https")
        sys.stdout.write(f"casemate server ready on {url}\n")
        sys.stdout.flush()
        log.info("ready", url=url)
        await _until_stopped(stop, thread)
        await accepting.stop()
        if services is not None:
            await services.close()
        thread.events.post(ShutdownAsked())
        await thread.stop()
        await site.all_gone(DRAIN_SECONDS)
    finally:
        await runner.cleanup()
    log.info("stopped")
    return EXIT_OK


def _path_options(options: ServerOptions, listen: ListenAddress) -> PathOptions | None:
    """None when no relay is wanted."""
    if options.relay_listen == RELAY_OFF:
        return None
    # Whoever lets the system choose one port gets the other one the same way.
    usual = ListenAddress(listen.host, RELAY_PORT if listen.port else 0)
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


async def _until_stopped(stop: asyncio.Event, thread: StoreThread) -> None:
    """Until somebody asks for it, or the store thread ends, which it does only when storage broke."""
    thread.finished.add_done_callback(lambda _: stop.set())
    await stop.wait()
