"""One run of the internal service: its core with everything around it, from the last commit to the end or to a fault.

A fault of the storage ends the run, not the process: the next run begins from the last commit, as after a restart,
while the port stays open and browsers come back to it by themselves.
"""

import asyncio
import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from casemate.crypto.kem import MlKem768
from casemate.internal_service.adapters.account_files import AccountFiles
from casemate.internal_service.adapters.autostart import Autostart
from casemate.internal_service.adapters.desktop import DesktopNotifications
from casemate.internal_service.adapters.lan import LocalNetwork
from casemate.internal_service.adapters.link_previews import LinkPreviews
from casemate.internal_service.adapters.link_previews.fetching import Internet
from casemate.internal_service.adapters.peer_transport import start_transport
from casemate.internal_service.adapters.peer_transport.port import Transport
from casemate.internal_service.adapters.proxies import Proxies
from casemate.internal_service.adapters.server_link import ServerLinks
from casemate.internal_service.adapters.service_store import SqliteServiceStore
from casemate.internal_service.adapters.up_pipe import UpPipe
from casemate.internal_service.adapters.vault_workers import VaultWorkers
from casemate.internal_service.adapters.web_surface import WebSurface
from casemate.internal_service.core.ground.effects import (
    AskAutostart,
    AskBrowsers,
    AskDesktop,
    AskUp,
    CloseSocket,
    FetchLinkPreview,
    MakeVault,
    RelockVault,
    SendResponse,
    ShowOnDesktop,
    TryVaults,
    WithdrawFromDesktop,
)
from casemate.internal_service.core.ground.events import SessionLeft, ShutdownAsked, SpaceSeen, UpAnswered
from casemate.internal_service.core.ground.link_io import CloseLink, MakeServerPasswordKey, OpenLink, SendOnLink
from casemate.internal_service.core.ground.path_io import (
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
from casemate.internal_service.core.sessions.found_accounts import FoundAccount
from casemate.internal_service.core.sessions.machine import Machine
from casemate.internal_service.core.sessions.ports import Fault
from casemate.node import Effect
from casemate.protocol.client.views import ReachView
from casemate.runtime.clock import SystemClock
from casemate.runtime.disk_space import free_bytes, room_again
from casemate.runtime.entropy import system_entropy
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.opened_page import open_page
from casemate.runtime.runner import StoreThread
from casemate.runtime.tasks import first_of

DRAIN_SECONDS: Final = 2.0
IDLE_SECONDS: Final = 30.0
"""A connection on which nothing is asked for so long is ended; sockets are not meant."""
LOOK_AT_DISK_SECONDS: Final = 10.0

log = structlog.get_logger("casemate.internal_service")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stays the same in every run of one process."""

    data_dir: Path
    machine: Machine
    new_site: Callable[[EventQueue], WebSurface]
    accept: Callable[[web.AppRunner], web.BaseSite]
    """Another listening socket on the port of this process."""
    peer_paths: bool
    lan_discovery: bool
    proxies: Proxies
    own_start: tuple[str, ...]
    """The command that starts the same as this process."""
    up: UpPipe | None = None
    """To `casemate up`, if that started us."""
    internet: Internet = Internet()  # noqa: RUF009  (frozen)
    """Where the pages behind links are asked for."""


class Run:
    """`closed` are accounts whose files failed under an earlier run; `full`: nothing is written until there is room."""

    def __init__(
        self,
        around: Surroundings,
        store: SqliteServiceStore,
        files: AccountFiles,
        found: list[FoundAccount],
        *,
        closed: Mapping[str, Fault],
        full: bool,
    ) -> None:
        self._around = around
        self._full = full
        self._names = [row.name for row in store.accounts()]
        self._core = Service(
            store,
            files,
            machine=around.machine,
            entropy=system_entropy,
            kem=MlKem768(),
            found=found,
            closed=closed,
            reading_only=full,
        )
        performer = self._performer = _Performer()
        thread = self._thread = StoreThread(self._core, self._core.stores, SystemClock(), performer)
        performer.site, performer.links = around.new_site(thread.events), ServerLinks(thread.events, around.proxies)
        performer.autostart = Autostart(thread.events, around.own_start)
        performer.desktop = DesktopNotifications(
            thread.events, self._open_page, is_on=around.machine.shows_notifications
        )
        performer.up, performer.events = around.up, thread.events
        performer.link_previews = LinkPreviews(thread.events.post, around.proxies.is_direct, around.internet)
        performer.vaults = VaultWorkers(thread.events.post, system_entropy)
        performer.peers = start_transport(thread.events, is_on=around.peer_paths)
        performer.lan = LocalNetwork(thread.events, system_entropy) if around.lan_discovery else None
        self._web = web.AppRunner(
            performer.site.application(),
            access_log=None,
            shutdown_timeout=DRAIN_SECONDS,
            keepalive_timeout=IDLE_SECONDS,
        )

    def _open_page(self, path: str) -> None:
        """Whoever clicked a notification has a browser opened, signed in, as `casemate open` does."""
        url = self._performer.site.launch_url(path)

        def opened() -> None:
            try:
                open_page(url, self._around.data_dir)
            except OSError as error:
                log.error("the browser is not opened", error=error.strerror)

        asyncio.get_running_loop().run_in_executor(None, opened)

    async def serve(self, stop: asyncio.Event, when_ready: Callable[[], None]) -> None:
        """Until `stop`, or until there is room again on a full disk. Raises `StorageBroken`."""
        try:
            await self._web.setup()
            accepting = self._around.accept(self._web)
            await accepting.start()
            for name in self._names:
                self._thread.events.post(SessionLeft(name))
            self._thread.start()
            when_ready()
            # What the start has made stays: to look through it again and again would stop everybody for 60 ms.
            gc.freeze()
            await first_of(stop.wait(), asyncio.shield(self._thread.finished), self._watch_disk())
            await accepting.stop()
            self._thread.events.post(ShutdownAsked(DRAIN_SECONDS))
            await self._thread.stop()
        finally:
            await self._performer.site.all_gone(DRAIN_SECONDS)
            await self._performer.close()
            await self._web.cleanup()
            self._core.stores.close()

    async def _watch_disk(self) -> None:
        """Tell the core how much room there is; returns when there is enough again, if that was missing."""
        if self._full:
            await room_again(self._around.data_dir)
            return
        while True:
            free = await asyncio.to_thread(free_bytes, self._around.data_dir)
            if free is not None:
                self._thread.events.post(SpaceSeen(free))
            await asyncio.sleep(LOOK_AT_DISK_SECONDS)


class _Performer:
    """Brings each effect to the adapter that can do it."""

    site: WebSurface
    links: ServerLinks
    vaults: VaultWorkers
    autostart: Autostart
    desktop: DesktopNotifications
    peers: Transport
    link_previews: LinkPreviews
    lan: LocalNetwork | None
    up: UpPipe | None
    events: EventQueue

    def __call__(self, effect: Effect) -> None:
        match effect:
            case SendResponse() | CloseSocket() | AskBrowsers():
                self.site.perform(effect)
            case OpenLink() | SendOnLink() | CloseLink():
                self.links.perform(effect)
            case ShowOnDesktop() | WithdrawFromDesktop() | AskDesktop():
                self.desktop.perform(effect)
            case FetchLinkPreview():
                self.link_previews.perform(effect)
            case AskAutostart():
                self.autostart.perform(effect)
            case MakeVault() | TryVaults() | RelockVault() | MakeServerPasswordKey():
                self.vaults.perform(effect)
            case OpenEndpoint() | CloseEndpoint() | ObserveAgain() | DialPeer() | SendToPeer() | ClosePeer():
                self.peers.perform(effect)
            case AskUp(token):
                if self.up is None:
                    self.events.post(UpAnswered(token, ReachView(reach=None)))
                else:
                    self.up.ask(effect, self.events)
            case AnnounceOnLan() | LeaveLan():
                if self.lan is not None:
                    self.lan.perform(effect)
            case _:
                raise AssertionError(f"an effect that nobody performs: {type(effect).__name__}")

    async def close(self) -> None:
        self.vaults.close()
        await self.autostart.close()
        await self.desktop.close()
        await self.link_previews.close()
        await self.peers.close()
        await self.links.close()
        if self.lan is not None:
            await self.lan.close()
