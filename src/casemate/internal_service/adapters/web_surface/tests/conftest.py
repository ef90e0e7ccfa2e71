"""A door that is open, with a page behind it and a secret beside it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from casemate.internal_service.adapters.web_surface import WebSurface
from casemate.internal_service.adapters.web_surface.browsers import Browsers
from casemate.internal_service.adapters.web_surface.credentials import Credentials
from casemate.internal_service.adapters.web_surface.files import UiFiles
from casemate.internal_service.adapters.web_surface.gate import Doors, Gate
from casemate.internal_service.adapters.web_surface.neighbours import OtherUsers
from casemate.internal_service.adapters.web_surface.pages import TypedCommands
from casemate.internal_service.adapters.web_surface.tests.door import FRIEND, JOIN_COMMAND, OPEN_COMMAND, TOKEN, Door
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    files = tmp_path / "ui"
    (files / "assets").mkdir(parents=True)
    (files / "index.html").write_text("<!doctype html><title>UI</title>" + " " * 2_000)
    (files / "assets/plain.js").write_text("export {};")
    (files / "assets/app-B1jhIG0_.js").write_text("export {};" + " " * 2_000)
    (files / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("not for browsers")
    wall = [1_000_000.0]
    credentials = Credentials(TOKEN, lambda: wall[0], Browsers(tmp_path, lambda: wall[0]))
    events = EventQueue(SystemClock())
    sites: list[WebSurface] = []

    async def late(request: web.Request) -> web.StreamResponse:
        return await sites[0].answer(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", late)
    running = web.AppRunner(application, access_log=None)
    await running.setup()
    site = web.TCPSite(running, "127.0.0.1", 0)
    await site.start()
    port = running.addresses[0][1]
    gate = Gate(Doors.of("127.0.0.1", port, ["casemate.test"], [FRIEND]), credentials, f"casemate_{port}")
    sites.append(
        WebSurface(
            gate,
            OtherUsers(),
            credentials,
            UiFiles(files),
            events,
            base_url=f"http://127.0.0.1:{port}/",
            cookie_name=f"casemate_{port}",
            commands=TypedCommands(OPEN_COMMAND, JOIN_COMMAND),
        )
    )
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        made = Door(port, credentials, events, http, wall, files, sites[0])
        yield made
        for socket in made.opened:
            await socket.close()
    await running.cleanup()
