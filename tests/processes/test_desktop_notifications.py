"""A real service on a session bus: what it shows while no tab does, and where a click leads."""

import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.deployment import Deployment, InternalServiceProcess, deployment_in
from tests.support.private_bus import NotificationDaemon, private_bus
from tests.support.view import View

pytestmark = pytest.mark.processes

SECONDS = 30.0
SECRET = "the words of a secret"


@dataclass
class Desk:
    """Alice's computer, with a desktop, and Bob at another."""

    daemon: NotificationDaemon
    service: InternalServiceProcess
    deployment: Deployment
    alice: View
    bob: View
    cid: int
    bob_cid: int
    pages: Path
    """What the browser was started with, one a line."""

    @property
    def conversation(self) -> str:
        return self.alice.accounts[self.cid].conversation_with(self.bob_cid)

    async def bob_says(self, text: str) -> None:
        await self.bob.send_chat(self.bob_cid, self.cid, text)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


def url_in(address: str) -> str:
    """Where the file leads that the browser was given."""
    [url] = re.findall(r"url=([^\"]+)\"", Path(urlsplit(address).path).read_text())
    return str(url)


def opened_by_a_browser(url: str) -> str:
    """One that keeps cookies. Raises HTTPError if it is not let in."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page: bytes = browser.open(url, timeout=SECONDS).read()
    return page.decode()


@asynccontextmanager
async def desk_in(folder: Path) -> AsyncIterator[Desk]:
    pages, browser = folder / "pages", folder / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {pages}\n')
    browser.chmod(0o700)
    with private_bus(folder) as address, NotificationDaemon(address) as daemon, deployment_in(folder) as deployment:
        service = deployment.service("alice")
        environment = {"DBUS_SESSION_BUS_ADDRESS": address, "DISPLAY": ":99", "BROWSER": f"{browser} %s"}
        deployment.start("bob")
        service.start(environment=environment)
        async with await service.view() as alice, await deployment.service("bob").view() as bob:
            cid = await alice.register(deployment.server.address, "alice", "Alice")
            bob_cid = await bob.register(deployment.server.address, "bob", "Bob")
            await alice.subscribe(cid)
            await bob.subscribe(bob_cid)
            await alice.expect("Done", "LookAt", cid=cid, conversation=None)
            await alice.make_friends(cid, bob, bob_cid)
            await alice.expect("Done", "LookAt", cid=0, conversation=None)
            yield Desk(daemon, service, deployment, alice, bob, cid, bob_cid, pages)


async def test_a_message_is_shown_opened_by_a_click_and_gone_when_it_was_read(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        message_id = await desk.bob.send_chat(desk.bob_cid, desk.cid, SECRET)
        await until(lambda: desk.daemon.shown)
        [(number, shown)] = desk.daemon.shown.items()
        assert (shown.title, shown.body) == ("Bob", SECRET)

        desk.daemon.click(number)
        await until(lambda: desk.pages.exists() and desk.pages.read_text().endswith("\n"))
        [address] = desk.pages.read_text().split()
        assert "launch" not in address, "everybody on a computer can list the arguments of its programs"
        url = url_in(address)
        assert urlsplit(url).path == f"/a/{desk.cid}/c/{desk.conversation}/{message_id}"
        assert "<script" in await asyncio.to_thread(opened_by_a_browser, url), "it is signed in"

        await desk.alice.load_timeline(desk.cid, desk.bob_cid)
        message = await desk.alice.until_text(desk.cid, desk.bob_cid, SECRET)
        where = {"cid": desk.cid, "conversation": desk.conversation}
        await desk.alice.expect("Done", "MarkRead", **where, painted=[message["id"]], seen_up_to=message["arrival"])
        await until(lambda: not desk.daemon.shown)
        assert SECRET not in desk.deployment.tails()


async def test_a_tab_that_shows_notifications_leaves_the_desktop_alone(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        async with await desk.service.view() as tab:
            await tab.expect("Done", "ShowNotifications", on=True)
            await desk.bob_says("for the tab")
            told = await tab.wait_for("NotificationsChanged", lambda answer: bool(answer["shown"]))
            assert [shown["body"] for shown in told["shown"]] == ["for the tab"]
            assert desk.daemon.shown == {}
        await desk.bob_says("for the desktop")
        await until(lambda: desk.daemon.shown)
        assert [each.body for each in desk.daemon.shown.values()] == ["2 new messages: for the desktop"]


async def test_what_is_put_away_stays_away_and_the_service_takes_along_what_stands(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await desk.bob_says("one")
        await until(lambda: desk.daemon.shown)
        [number] = desk.daemon.shown
        desk.daemon.put_away(number)
        assert (await desk.alice.request("GetDesktop"))["state"] == "works"
        await desk.bob_says("two")
        await until(lambda: desk.daemon.shown)
        assert [each.body for each in desk.daemon.shown.values()] == ["two"]
        desk.service.terminate()
        assert desk.daemon.shown == {}


async def test_a_daemon_that_hangs_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        desk.daemon.hangs = True
        await desk.bob_says("hello")
        await desk.alice.load_timeline(desk.cid, desk.bob_cid)
        await desk.alice.until_text(desk.cid, desk.bob_cid, "hello")
        assert (await desk.alice.request("GetDesktop"))["state"] == "missing"
        assert desk.service.terminate() == 0
