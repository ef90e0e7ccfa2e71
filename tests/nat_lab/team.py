"""The product in a laboratory: a server, two internal services, and two people who use them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.nat_lab import namespaces
from tests.nat_lab.lab import Host, Lab, laboratory
from tests.nat_lab.sites import SERVER_NAME
from tests.nat_lab.sockets import SocketMaker
from tests.nat_lab.watched_view import WatchedView
from tests.support.deployment import InternalServiceProcess
from tests.support.processes import ServiceProcess

SERVER_PORT: Final = 12349
RELAY_PORT: Final = 12350
SERVER_ADDRESS: Final = f"{SERVER_NAME}:{SERVER_PORT}"
EVERYWHERE: Final = "[::]"
PATH_SECONDS: Final = 60.0
"""Far beyond what any change of path takes: docs/nat-lab.md has the figures."""
NAMES: Final[dict[Host, str]] = {"a": "Alice", "b": "Bob"}


@dataclass
class Person:
    """Somebody at one of the hosts, with one account and one peer."""

    service: InternalServiceProcess
    sockets: SocketMaker
    name: str
    view: WatchedView
    cid: int = 0
    peer_cid: int = 0

    async def until_path(self, kind: str, reason: str | None = None, *, seconds: float = PATH_SECONDS) -> None:
        """Until messages to the peer travel like this, for this reason."""
        await self.view.until(lambda: self.path() == (kind, reason), seconds=seconds)

    def peer(self, field: str) -> Any:
        """What the peer's row shows; None while there is no row."""
        row = self.view.accounts[self.cid].peers.get(self.peer_cid)
        return None if row is None else row[field]

    def path(self) -> tuple[str, str | None] | None:
        """Its kind, and the code of the reason why it is not better."""
        path = self.peer("path")
        return None if path is None else (path["kind"], path["reason"] and path["reason"]["code"])

    def path_kind(self) -> str | None:
        path = self.path()
        return None if path is None else path[0]

    def is_linked(self) -> bool:
        return bool(self.view.accounts[self.cid].account["link"]["state"] == "online")

    async def open_view(self) -> None:
        """Again, after the service was started again."""
        view = await WatchedView.open_view(self.service.socket_url, self.service.token, self.sockets.connector())
        view.paths, view.arrivals = self.view.paths, self.view.arrivals
        self.view = view
        await view.subscribe(self.cid)

    async def leave(self) -> None:
        await self.view.close()

    async def set(self, **settings: bool) -> None:
        await self.view.expect("Done", "SetSettings", cid=self.cid, **settings)


class Team:
    """Made by `strangers` or `friends`."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.server = ServiceProcess(
            ["server"],
            directory / "server",
            directory / "logs" / "server",
            host=EVERYWHERE,
            port=SERVER_PORT,
            within=namespaces.inside(lab.namespace("server")),
            environment={"CASEMATE_SERVER_RELAY_LISTEN": f"{EVERYWHERE}:{RELAY_PORT}"},
        )
        self.services = {host: self._service(host, directory) for host in NAMES}
        self.people: dict[Host, Person] = {}
        self.friends_since = 0.0
        """On the monotonic clock."""

    @property
    def a(self) -> Person:
        return self.people["a"]

    @property
    def b(self) -> Person:
        return self.people["b"]

    async def start(self) -> None:
        """All processes, side by side."""
        processes = (self.server, *self.services.values())
        for process in processes:
            process.launch()
        for process in processes:
            await asyncio.to_thread(process.wait_ready)

    async def make_friends(self) -> None:
        await self.a.view.make_friends(self.a.cid, self.b.view, self.b.cid)
        self.friends_since = time.monotonic()

    async def until_path(self, kind: str, reason: str | None = None, *, seconds: float = PATH_SECONDS) -> None:
        """Until both are shown this."""
        for person in self.people.values():
            await person.until_path(kind, reason, seconds=seconds)

    async def until_path_kind(self, kind: str) -> None:
        """Until both are shown this, for whatever reason."""
        for person in self.people.values():
            await person.view.until(lambda p=person: p.path_kind() == kind, seconds=PATH_SECONDS)  # type: ignore[misc]

    async def until_not_direct(self) -> None:
        """Until one of them noticed."""
        a, b = self.a, self.b
        async with asyncio.timeout(PATH_SECONDS):
            while "direct" == a.path_kind() == b.path_kind():
                await asyncio.sleep(0.01)

    async def until_linked(self) -> None:
        """Until both are linked with the server."""
        for person in self.people.values():
            await person.view.until(person.is_linked, seconds=PATH_SECONDS)

    async def away(self, seconds: float) -> None:
        """The server is killed and started again so much later."""
        self.server.kill()
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.server.start)

    async def restart(self, host: Host) -> None:
        """Kill a person's internal service and start it again; they open the UI again."""
        person = self.people[host]
        person.service.kill()
        await person.view.close()
        await asyncio.to_thread(person.service.start)
        await person.open_view()

    def kill_everything(self) -> None:
        for process in (*self.services.values(), self.server):
            process.stop_if_running()

    def tails(self) -> str:
        """The end of every process's output, for failures."""
        named = {"server": self.server, **{f"host {host}": service for host, service in self.services.items()}}
        return "\n".join(f"--- {name}\n{process.tail()}" for name, process in named.items() if process.url)

    def paths(self) -> str:
        """What each was shown, for failures."""
        return "\n".join(f"{p.name}: {' → '.join(map(str, p.view.paths))}" for p in self.people.values())

    def _service(self, host: Host, directory: Path) -> InternalServiceProcess:
        return InternalServiceProcess(
            ["internal-service"],
            directory / host,
            directory / "logs" / host,
            within=namespaces.inside(self.lab.namespace(f"host-{host}")),
            environment={"CASEMATE_INTERNAL_SERVICE_PEER_PATHS": "true"},
        )


@contextlib.asynccontextmanager
async def strangers(
    directory: Path, router_a: str, router_b: str, *, one_lan: bool = False, delay_ms: float = 0
) -> AsyncIterator[Team]:
    """Two people with accounts behind these routers; a failure shows what they saw and the services wrote."""
    with laboratory(router_a, router_b, one_lan=one_lan, delay_ms=delay_ms) as lab, _processes(lab, directory) as team:
        async with AsyncExitStack() as stack:
            await team.start()
            for host in NAMES:
                team.people[host] = await _arrive(team, host, stack)
            team.a.peer_cid, team.b.peer_cid = team.b.cid, team.a.cid
            yield team


@contextlib.asynccontextmanager
async def friends(
    directory: Path, router_a: str, router_b: str, *, one_lan: bool = False, delay_ms: float = 0
) -> AsyncIterator[Team]:
    """As strangers, and connected with each other."""
    async with strangers(directory, router_a, router_b, one_lan=one_lan, delay_ms=delay_ms) as team:
        await team.make_friends()
        yield team


async def _arrive(team: Team, host: Host, stack: AsyncExitStack) -> Person:
    service, sockets = team.services[host], SocketMaker(team.lab.namespace(f"host-{host}"))
    stack.callback(sockets.close)
    view = await WatchedView.open_view(service.socket_url, service.token, sockets.connector())
    person = Person(service, sockets, NAMES[host], view)
    stack.push_async_callback(person.leave)
    person.cid = await view.register(SERVER_ADDRESS, person.name, f"{person.name} of site {host}")
    await view.subscribe(person.cid)
    return person


@contextlib.contextmanager
def _processes(lab: Lab, directory: Path) -> Iterator[Team]:
    team = Team(lab, directory)
    try:
        yield team
    except BaseException as error:
        error.add_note(f"{team.paths()}\n{team.tails()}")
        raise
    finally:
        team.kill_everything()
