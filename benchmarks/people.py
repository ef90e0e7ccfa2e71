"""People at internal services whose views remember when they were told what."""

import contextlib
import time
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.ways import Way
from tests.support.client import Answer
from tests.support.deployment import Deployment
from tests.support.view import View

PATH_SECONDS: Final = 30.0
DELIVERY_SECONDS: Final = 60.0
DELIVERED: Final = frozenset({"delivered", "read"})


class TimedView(View):
    """Times are of `time.perf_counter`."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.arrived_at: dict[str, float] = {}
        """When a message of a peer was shown first, by id."""
        self.delivered_at: dict[str, float] = {}
        """When a message of our own was shown as delivered first, by id."""
        self.paths: list[tuple[float, int, int, str]] = []
        """When the path of an account to a peer changed its kind: time, cid, peer's cid, kind."""

    def path(self, cid: int, peer_cid: int) -> str | None:
        """Its kind."""
        path = self.accounts[cid].peers[peer_cid]["path"]
        return None if path is None else str(path["kind"])

    async def until_path(self, cid: int, peer_cid: int, kind: str) -> None:
        await self.until(lambda: self.path(cid, peer_cid) == kind, seconds=PATH_SECONDS)

    def _take(self, answer: Answer) -> None:
        super()._take(answer)
        if answer.name == "ViewEvents":
            now = time.perf_counter()
            for event in answer["events"]:
                self._note(now, answer["cid"], event)

    def _note(self, now: float, cid: int, event: dict[str, Any]) -> None:
        match event["type"]:
            case "MessageChanged":
                message = event["message"]
                if not message["mine"]:
                    self.arrived_at.setdefault(message["id"], now)
                elif message["status"] in DELIVERED:
                    self.delivered_at.setdefault(message["id"], now)
            case "PathChanged":
                self._note_path(now, cid, event["peer"])
            case "PeerChanged":
                self._note_path(now, cid, event["peer"]["cid"])

    def _note_path(self, now: float, cid: int, peer_cid: int) -> None:
        self.paths.append((now, cid, peer_cid, self.path(cid, peer_cid) or "none"))


@dataclass
class Couple:
    """Two people on two internal services, connected."""

    one: TimedView
    two: TimedView
    one_cid: int
    two_cid: int

    async def until_path(self, kind: str) -> None:
        """Until both are shown it."""
        await self.one.until_path(self.one_cid, self.two_cid, kind)
        await self.two.until_path(self.two_cid, self.one_cid, kind)

    async def until_delivered(self, message_ids: Collection[str]) -> None:
        """Until the second was shown all of these, and the first knows."""
        ids = set(message_ids)
        await self.two.until(lambda: ids <= self.two.arrived_at.keys(), seconds=DELIVERY_SECONDS)
        await self.one.until(lambda: ids <= self.one.delivered_at.keys(), seconds=DELIVERY_SECONDS)

    async def send(self) -> str:
        """From the first to the second. Answers the message id."""
        return await self.one.send_chat(self.one_cid, self.two_cid, "Hello")


async def timed_view(deployment: Deployment, name: str) -> TimedView:
    service = deployment.service(name)
    return await TimedView.open_view(service.socket_url, service.token)


async def account(deployment: Deployment, view: TimedView, name: str) -> int:
    """Made, signed in and subscribed to. Answers its cid."""
    cid = await view.register(deployment.server.address, name, name)
    await view.subscribe(cid)
    return cid


@contextlib.asynccontextmanager
async def couple(deployment: Deployment, way: Way, number: int = 1) -> AsyncIterator[Couple]:
    """Whose messages travel that way when the block begins. A deployment can have several, one after the other."""
    async with await timed_view(deployment, "one") as one, await timed_view(deployment, "two") as two:
        cids = await account(deployment, one, f"One{number}"), await account(deployment, two, f"Two{number}")
        await one.make_friends(cids[0], two, cids[1])
        people = Couple(one, two, *cids)
        await people.until_path(way)
        yield people
