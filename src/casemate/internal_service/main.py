"""Puts the internal service together and runs it."""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
import uvloop
from aiohttp import web

from casemate import __version__
from casemate.crypto.keys import MachineKey
from casemate.internal_service.adapters.account_files import AccountFiles
from casemate.internal_service.adapters.key_store import machine_key
from casemate.internal_service.adapters.proxies import Proxies, UnusableProxy, read_login, read_proxy
from casemate.internal_service.adapters.service_store import SqliteServiceStore, open_or_begin_anew
from casemate.internal_service.adapters.service_store.store import FILE_NAME
from casemate.internal_service.adapters.up_pipe import UpPipe
from casemate.internal_service.adapters.web_surface import WebSurface
from casemate.internal_service.adapters.web_surface.browsers import Browsers
from casemate.internal_service.adapters.web_surface.credentials import Credentials, load_or_make_token
from casemate.internal_service.adapters.web_surface.files import UiFiles
from casemate.internal_service.adapters.web_surface.gate import Doors, Gate
from casemate.internal_service.adapters.web_surface.neighbours import OtherUsers
from casemate.internal_service.adapters.web_surface.pages import TypedCommands
from casemate.internal_service.core.sessions.found_accounts import FoundAccount, take_stock, unlisted
from casemate.internal_service.core.sessions.machine import Machine
from casemate.internal_service.core.sessions.ports import Fault
from casemate.internal_service.running import Run, Surroundings
from casemate.node import StorageBroken, StorageDamaged, StorageFull
from casemate.runtime.autostart.started import keep_started
from casemate.runtime.clock import local_minute
from casemate.runtime.data_directory import DataDirectory
from casemate.runtime.disk_space import takes_more
from casemate.runtime.entropy import system_entropy
from casemate.runtime.errors import CannotStart
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.listen import ListenAddress, open_listener, url_of
from casemate.runtime.open_files import allow_many_files
from casemate.runtime.own_command import own_program
from casemate.runtime.own_update import update_command
from casemate.runtime.secrets_file import keep_secret
from casemate.runtime.shutdown import shutdown_requested
from casemate.runtime.sqlite_faults import opening

DEFAULT_LISTEN: Final = "127.0.0.1:12345"
URL_FILE: Final = "url"
UI_FOLDER: Final = Path(__file__).parent / "web_dist"
EXIT_OK: Final = 0
EXIT_CANNOT_START: Final = 1
EXIT_STORAGE_BROKEN: Final = 3
FAULTS_OF_LIST: Final = 3
"""How often one process begins a run anew because service.db was damaged."""
_ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (recognised, not listened on)

log = structlog.get_logger("casemate.internal_service")


@dataclass(frozen=True, slots=True)
class InternalServiceOptions:
    data_dir: Path
    listen: str = DEFAULT_LISTEN
    default_server: str | None = None
    """The address that the UI offers for a new account."""
    own_server_key: bytes | None = None
    """Of the server that was started with us."""
    allowed_origins: tuple[str, ...] = ()
    """Other pages that may talk to us, with a credential."""
    allowed_hosts: tuple[str, ...] = ()
    """Other names under which browsers reach us."""
    open_command: str = "casemate open"
    """What a person types for a fresh signed-in page."""
    join_command: str = "casemate join"
    """What a person types who has a link."""
    install_line: str = ""
    """What somebody without Casemate types to install it and join."""
    start_command: str = "casemate up"
    """What a person types to start it again."""
    up: UpPipe | None = None
    """To `casemate up`, if that started us and the server."""
    started_as: tuple[str, ...] = ()
    """The arguments of `casemate` that start the same with the computer."""
    proxy: str | None = None
    """To servers on other computers: a URL without a login, or "off"; None: what the environment says."""
    proxy_login: str | None = field(default=None, repr=False)
    """USER:PASSWORD for it."""
    trust_other_users: bool = False
    """Other users of this computer may connect, with a credential."""
    use_keyring: bool = True
    peer_paths: bool = True
    """Connections between people's services; without them everything goes through the server's mailbox."""
    lan_discovery: bool = True
    """Whether accounts may announce themselves on the local network."""
    desktop_notifications: bool = True
    """Whether this computer's notifications are used while no tab shows any."""


def run(options: InternalServiceOptions) -> int:
    """Serve until SIGTERM or Ctrl-C; the exit code of the process. The caller has set logging up."""
    allow_many_files()
    try:
        return uvloop.run(serve(options))
    except CannotStart as error:
        sys.stderr.write(f"casemate internal-service: {error}\n")
        return EXIT_CANNOT_START
    except StorageBroken as error:
        sys.stderr.write(
            f"casemate internal-service: The disk under {error.path or options.data_dir} does not work ({error}): "
            "look at the disk, then start it again. What was acknowledged is kept.\n"
        )
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
        machine = Machine(
            version=__version__,
            key=key.key,
            unlocked_by=key.kept_by,
            default_server=options.default_server,
            own_server_key=options.own_server_key,
            start_command=options.start_command,
            install_line=options.install_line,
            open_command=options.open_command,
            update_command=update_command(),
            shows_notifications=options.desktop_notifications,
            minute_of_day=local_minute,
        )
        # Before the port: who cannot read what is here shall not be reached by anybody.
        opened = _open_first(options.data_dir, key.key)
        listener = stack.enter_context(contextlib.closing(open_listener(listen)))
        url = _browser_url(url_of(listener, "http"))
        around = Surroundings(
            data_dir=options.data_dir,
            machine=machine,
            new_site=_sites(options, listen, url),
            accept=lambda runner: web.SockSite(runner, listener.dup()),
            peer_paths=options.peer_paths,
            lan_discovery=options.lan_discovery,
            proxies=_proxies(options),
            own_start=(*own_program(), *options.started_as),
            up=options.up,
        )
        _keep_started(options)
        await _runs(around, key.key, opened, url)
    log.info("stopped")
    return EXIT_OK


async def _runs(around: Surroundings, key: MachineKey, opened: "_Opened", url: str) -> None:
    """One run after the other, as long as what ends them can be gone on from. Raises `StorageBroken`."""
    stop = shutdown_requested()
    closed: dict[str, Fault] = {}
    faults_of_list = 0
    full = opened.full
    say_ready = _once(lambda: _say_ready(url))
    while True:
        run = Run(around, opened.store, opened.files, opened.found, closed=closed, full=full)
        try:
            _keep_url(around.data_dir, url)
            await run.serve(stop, say_ready)
            full = False
        except StorageFull as error:
            log.error("disk full", detail=str(error), file=error.path, next="only reading until there is room")
            full = True
        except StorageBroken as error:
            name = opened.files.name_at(error.path)
            damaged = isinstance(error, StorageDamaged)
            log.error("storage broken", detail=str(error), file=error.path, account_name=name)
            if name is not None:
                closed[name] = "damaged" if damaged else "unreadable"
            elif damaged and faults_of_list < FAULTS_OF_LIST:
                faults_of_list += 1  # the next opening looks through it
            else:
                raise
        if stop.is_set():
            return
        opened = _open(around.data_dir, key, full=full)


@dataclass(frozen=True, slots=True)
class _Opened:
    store: SqliteServiceStore
    files: AccountFiles
    found: list[FoundAccount]
    full: bool
    """Nothing new is taken until there is room."""


def _open_first(data_dir: Path, key: MachineKey) -> _Opened:
    """On a full disk, what is there can be read. Raises CannotStart, for a first start there as well."""
    is_new = not (data_dir / FILE_NAME).exists()
    if is_new or takes_more(data_dir):
        return _open(data_dir, key, full=False)
    log.error("disk full", directory=str(data_dir), next="only reading until there is room")
    return _open(data_dir, key, full=True)


def _open(data_dir: Path, key: MachineKey, *, full: bool) -> _Opened:
    """The list of accounts, and what lies beside it; on a full disk neither takes anything new. Raises CannotStart."""
    files = AccountFiles(data_dir, reading_only=full)
    store = open_or_begin_anew(data_dir, key, time.time(), has_accounts=bool(files.files()))
    try:
        if full:
            store.refuse_writes()
            return _Opened(store, files, unlisted(store, files, time.time()), full=True)
        with opening(data_dir / FILE_NAME):
            now_found = take_stock(store, files, time.time())
    except BaseException:
        store.close()
        raise
    for account in now_found:
        log.error("account file that nobody lists", account_name=account.file.name, has_vault=bool(account.file.vault))
    return _Opened(store, files, now_found, full=False)


def _keep_url(data_dir: Path, url: str) -> None:
    """For `casemate open`; the service does not end for want of it, and each run tries again."""
    path = data_dir / URL_FILE
    try:
        keep_secret(path, url.encode("ascii"))
    except OSError as error:
        log.error("the address cannot be written down", file=str(path), error=error.strerror)


def _proxies(options: InternalServiceOptions) -> Proxies:
    """Raises `CannotStart`."""
    if options.proxy_login is not None and options.proxy in (None, "off"):
        raise CannotStart("--proxy-login-file is for the proxy of --proxy, which is not set.")
    if options.proxy is None or options.proxy == "off":
        return Proxies(dict(os.environ), None if options.proxy is None else "off")
    if "@" in options.proxy:
        raise CannotStart(
            "Everybody on a computer can list the arguments of its programs, so --proxy takes no login: write it into "
            "the first line of a file for --proxy-login-file (USER:PASSWORD), or set HTTPS_PROXY or ALL_PROXY."
        )
    try:
        login = None if options.proxy_login is None else read_login(options.proxy_login)
        return Proxies(chosen=read_proxy(options.proxy, login))
    except UnusableProxy as error:
        raise CannotStart(f"The proxy cannot be used: {error}.") from error


def _keep_started(options: InternalServiceOptions) -> None:
    """For `casemate autostart`; the service does not end for want of it."""
    try:
        keep_started(options.data_dir, options.started_as)
    except OSError as error:
        log.error("how it was started cannot be written down", error=error.strerror)


def _say_ready(url: str) -> None:
    sys.stdout.write(f"casemate internal-service ready on {url}\n")
    sys.stdout.flush()
    log.info("ready", url=url)


def _once(say: Callable[[], None]) -> Callable[[], None]:
    waiting = [say]
    return lambda: waiting.pop()() if waiting else None


def _sites(options: InternalServiceOptions, listen: ListenAddress, url: str) -> Callable[[EventQueue], WebSurface]:
    """Makes the site of each run; who is signed in stays so over all of them."""
    port = int(url.rstrip("/").rpartition(":")[2])
    try:
        doors = Doors.of(listen.host, port, options.allowed_hosts, options.allowed_origins)
    except ValueError as error:
        raise CannotStart(f"{error}.") from error
    browsers = Browsers(options.data_dir, time.time)
    credentials = Credentials(load_or_make_token(options.data_dir), time.time, browsers)
    # Cookies do not know ports: each service of this computer has a name of its own.
    cookie_name = f"casemate_{port}"
    gate = Gate(doors, credentials, cookie_name)
    neighbours = OtherUsers(trusted=options.trust_other_users)
    files = UiFiles(UI_FOLDER)
    return lambda events: WebSurface(
        gate,
        neighbours,
        credentials,
        files,
        events,
        base_url=url,
        cookie_name=cookie_name,
        commands=TypedCommands(options.open_command, options.join_command),
    )


def _browser_url(url: str) -> str:
    """Where a browser on this computer goes when we listen on every address."""
    for every, loopback in _ANY_ADDRESS.items():
        url = url.replace(f"//{ListenAddress(every, 0)}"[:-1], f"//{ListenAddress(loopback, 0)}"[:-1])
    return url
