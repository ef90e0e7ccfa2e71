"""Puts the internal service together and runs it."""

import contextlib
import gc
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

import structlog
import uvloop
from aiohttp import web

from casemate.crypto.kem import MlKem768
from casemate.internal_service.adapters.account_files import AccountFiles
from casemate.internal_service.adapters.key_store import machine_key
from casemate.internal_service.adapters.lan import LocalNetwork
from casemate.internal_service.adapters.peer_transport import start_transport
from casemate.internal_service.adapters.peer_transport.port import Transport
from casemate.internal_service.adapters.server_link import ServerLinks
from casemate.internal_service.adapters.service_store import SqliteServiceStore, open_or_begin_anew
from casemate.internal_service.adapters.service_store.store import FILE_NAME
from casemate.internal_service.adapters.vault_workers import VaultWorkers
from casemate.internal_service.adapters.web_surface import Site
from casemate.internal_service.adapters.web_surface.credentials import Credentials, load_or_make_token
from casemate.internal_service.adapters.web_surface.files import UiFiles
from casemate.internal_service.adapters.web_surface.gate import Doors, Gate
from casemate.internal_service.adapters.web_surface.neighbours import Neighbours
from casemate.internal_service.core.effects import CloseSocket, MakeVault, SendResponse, TryVaults
from casemate.internal_service.core.events import SessionLeft, ShutdownAsked
from casemate.internal_service.core.found_accounts import take_stock
from casemate.internal_service.core.link_io import CloseLink, OpenLink, SendOnLink
from casemate.internal_service.core.machine import Machine
from casemate.internal_service.core.path_io import (
    AnnounceOnLan,
    CloseEndpoint,
    ClosePeer,
    DialPeer,
    LeaveLan,
    ObserveAgain,
    OpenEndpoint,
    SendToPeer,
)
from casemate.internal_service.core.service import Service
from casemate.node import Effect, StorageBroken
from casemate.runtime.clock import SystemClock
from casemate.runtime.data_directory import DataDirectory
from casemate.runtime.entropy import system_entropy
from casemate.runtime.errors import CannotStart
from casemate.runtime.listen import ListenAddress, open_listener, url_of
from casemate.runtime.runner import StoreThread
from casemate.runtime.secrets_file import write_secret
from casemate.runtime.shutdown import shutdown_requested

DEFAULT_LISTEN: Final = "127.0.0.1:12345"
URL_FILE: Final = "url"
UI_FOLDER: Final = Path(__file__).parent / "web_dist"
DRAIN_SECONDS: Final = 2.0
EXIT_OK: Final = 0
EXIT_CANNOT_START: Final = 1
EXIT_STORAGE_BROKEN: Final = 3
_ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (recognised, not listened on)

log = structlog.get_logger("casemate.internal_service")


@dataclass(frozen=True, slots=True)
class InternalServiceOptions:
    data_dir: Path
    listen: str = DEFAULT_LISTEN
    default_server: str | None = None
    """The address that the UI offers for a new account."""
    allowed_origins: tuple[str, ...] = ()
    """Other pages that may talk to us, with a credential."""
    allowed_hosts: tuple[str, ...] = ()
    """Other names under which browsers reach us."""
    open_command: str = "casemate open"
    """What a person types for a fresh signed-in page."""
    trust_other_users: bool = False
    """Other users of this computer may connect, with a credential."""
    use_keyring: bool = True
    peer_paths: bool = True
    """Connections between people's services; without them everything goes through the server's mailbox."""
    lan_discovery: bool = True
    """Whether accounts may announce themselves on the local network."""


def run(options: InternalServiceOptions) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit code of the process. The caller has set logging up."""
    try:
        return uvloop.run(serve(options))
    except CannotStart as error:
        sys.stderr.write(f"casemate internal-service: {error}\n")
        return EXIT_CANNOT_START
    except StorageBroken as error:
        log.error("storage broken", detail=str(error))
        return EXIT_STORAGE_BROKEN


async def serve(options: InternalServiceOptions) -> int:
    """The whole internal service on the running loop."""
    try:
        listen = ListenAddress.parse(options.listen)
    except ValueError as error:
        raise CannotStart(f"{error}.") from error
    with contextlib.ExitStack() as stack:
        stack.enter_context(DataDirectory(options.data_dir))
        is_new = not (options.data_dir / FILE_NAME).exists()
        key = machine_key(options.data_dir, system_entropy, use_keyring=options.use_keyring, is_new=is_new)
        account_files = AccountFiles(options.data_dir)
        has_accounts = bool(account_files.files())
        opened = open_or_begin_anew(options.data_dir, key.key, time.time(), has_accounts=has_accounts)
        store = stack.enter_context(contextlib.closing(opened))
        machine = Machine(
            version=metadata.version("casemate"),
            key=key.key,
            unlocked_by=key.kept_by,
            default_server=options.default_server,
        )
        return await _serve_store(options, listen, store, account_files, machine)


async def _serve_store(
    options: InternalServiceOptions,
    listen: ListenAddress,
    store: SqliteServiceStore,
    account_files: AccountFiles,
    machine: Machine,
) -> int:
    found = take_stock(store, account_files, time.time())
    for account in found:
        log.error("account file that nobody lists", account_name=account.file.name, has_vault=bool(account.file.vault))
    names = [row.name for row in store.accounts()]
    core = Service(store, account_files, machine=machine, entropy=system_entropy, kem=MlKem768(), found=found)
    with contextlib.closing(open_listener(listen)) as listener:
        performer = _Performer()
        thread = StoreThread(core, core.stores, SystemClock(), performer)
        url = _browser_url(url_of(listener, "http"))
        site = _site(options, listen, url, thread)
        performer.site, performer.links = site, ServerLinks(thread.events)
        performer.vaults = VaultWorkers(thread.events.post, system_entropy)
        performer.peers = start_transport(thread.events, is_on=options.peer_paths)
        performer.lan = LocalNetwork(thread.events, system_entropy) if options.lan_discovery else None
        runner = web.AppRunner(site.application(), access_log=None, shutdown_timeout=DRAIN_SECONDS)
        stop = shutdown_requested()
        thread.finished.add_done_callback(lambda _: stop.set())
        try:
            await runner.setup()
            accepting = web.SockSite(runner, listener)
            await accepting.start()
            for name in names:
                thread.events.post(SessionLeft(name))
            thread.start()
            write_secret(options.data_dir / URL_FILE, url.encode("ascii"))
            sys.stdout.write(f"casemate internal-service ready on {url}\n")
            sys.stdout.flush()
            log.info("ready", url=url)
            # What the start has made stays: to look through it again and again would stop everybody for 60 ms.
            gc.freeze()
            await stop.wait()
            await accepting.stop()
            thread.events.post(ShutdownAsked(DRAIN_SECONDS))
            await thread.stop()
            await site.all_gone(DRAIN_SECONDS)
        finally:
            performer.vaults.close()
            await performer.peers.close()
            await performer.links.close()
            if performer.lan is not None:
                await performer.lan.close()
            await runner.cleanup()
            core.stores.close()
    log.info("stopped")
    return EXIT_OK


def _site(options: InternalServiceOptions, listen: ListenAddress, url: str, thread: StoreThread) -> Site:
    port = int(url.rstrip("/").rpartition(":")[2])
    try:
        doors = Doors.of(listen.host, port, options.allowed_hosts, options.allowed_origins)
    except ValueError as error:
        raise CannotStart(f"{error}.") from error
    credentials = Credentials(load_or_make_token(options.data_dir), time.time)
    # Cookies do not know ports: each service of this computer has a name of its own.
    cookie_name = f"casemate_{port}"
    gate = Gate(doors, credentials, cookie_name)
    neighbours = Neighbours(trusted=options.trust_other_users)
    files = UiFiles(UI_FOLDER)
    return Site(
        gate,
        neighbours,
        credentials,
        files,
        thread.events,
        base_url=url,
        cookie_name=cookie_name,
        open_command=options.open_command,
    )


def _browser_url(url: str) -> str:
    """Where a browser on this computer goes when we listen on every address."""
    for every, loopback in _ANY_ADDRESS.items():
        url = url.replace(f"//{ListenAddress(every, 0)}"[:-1], f"//{ListenAddress(loopback, 0)}"[:-1])
    return url


class _Performer:
    """Brings each effect to the adapter that can do it."""

    site: Site
    links: ServerLinks
    vaults: VaultWorkers
    peers: Transport
    lan: LocalNetwork | None

    def __call__(self, effect: Effect) -> None:
        match effect:
            case SendResponse() | CloseSocket():
                self.site.perform(effect)
            case OpenLink() | SendOnLink() | CloseLink():
                self.links.perform(effect)
            case MakeVault() | TryVaults():
                self.vaults.perform(effect)
            case OpenEndpoint() | CloseEndpoint() | ObserveAgain() | DialPeer() | SendToPeer() | ClosePeer():
                self.peers.perform(effect)
            case AnnounceOnLan() | LeaveLan():
                if self.lan is not None:
                    self.lan.perform(effect)
            case _:
                raise AssertionError(f"an effect that nobody performs: {type(effect).__name__}")
