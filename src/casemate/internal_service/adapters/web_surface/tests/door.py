"""The web surface as whoever comes to its door meets it."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from casemate.internal_service.adapters.web_surface import WebSurface
from casemate.internal_service.adapters.web_surface.credentials import Credentials
from casemate.node import Event
from casemate.runtime.event_queue import EventQueue

TOKEN = "the-token-of-this-service-0123456789abcdef"
OPEN_COMMAND = "/opt/my casemate/bin/casemate open <here>"
JOIN_COMMAND = "/opt/my casemate/bin/casemate join <here>"
FRIEND = "http://localhost:5173"


@dataclass
class Door:
    """A service's surface on a real port, and a browser that we steer."""

    port: int
    credentials: Credentials
    events: EventQueue
    http: aiohttp.ClientSession
    wall: list[float]
    files: Path
    site: WebSurface
    opened: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cookie(self) -> dict[str, str]:
        """Of a browser that is new each time."""
        return self.cookie_of(self.credentials.browsers.sign_in("test"))

    def cookie_of(self, browser: str) -> dict[str, str]:
        return {"Cookie": f"casemate_{self.port}={self.credentials.new_cookie(browser)}"}

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}

    async def next_events(self) -> list[Event]:
        """What the service would hear next; waits for it."""
        return list(await asyncio.to_thread(self.events.take, 100, None))

    async def get(self, path: str = "/", **headers: str) -> aiohttp.ClientResponse:
        response = await self.http.get(f"{self.url}{path}", headers=headers, allow_redirects=False)
        await response.read()
        return response

    async def post(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        response = await self.http.post(f"{self.url}{path}", headers=headers)
        await response.read()
        return response

    async def socket_status(self, path: str = "/", **headers: str) -> int:
        """101 when the WebSocket was opened, else the refusal's status."""
        try:
            socket = await self.http.ws_connect(f"{self.url}{path}", headers=headers)
        except aiohttp.WSServerHandshakeError as error:
            return error.status
        self.opened.append(socket)
        return 101


def own(door: Door) -> str:
    return f"http://127.0.0.1:{door.port}"
