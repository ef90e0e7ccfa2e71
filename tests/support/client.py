"""A program on the client API over a real socket, as any Citadel client is one."""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

import aiohttp

ANSWER_SECONDS: Final = 30.0
Row = dict[str, Any]
"""One JSON object."""

PASSWORD: Final = "a long password"
SECURITY: Final[Row] = {
    "security_level": "Standard",
    "secrecy_mode": "Perfect",
    "crypto_params": {"encryption_algorithm": "AES_GCM_256", "kem_algorithm": "MlKem", "sig_algorithm": "None"},
    "header_obfuscator_settings": "Disabled",
}
"""The `session_security_settings` that every request here gives."""


@dataclass(frozen=True)
class Answer:
    """One response: its variant and its fields."""

    name: str
    fields: Row

    def __getitem__(self, key: str) -> Any:
        return self.fields[key]


class Unexpected(AssertionError):
    """An answer of another kind than the caller needs."""


class ApiClient:
    """Requests are matched to their answers by `request_id`; everything else is kept in `notifications`."""

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._http = http
        self._socket = socket
        self.udp_mode = "Enabled"
        """What every request says that has this field; `Disabled` refuses connections over UDP."""
        self._waiting: dict[str, asyncio.Queue[Answer]] = {}
        self._watchers: list[asyncio.Event] = []
        self.notifications: list[Answer] = []
        self.closed = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str, token: str, connector: aiohttp.BaseConnector | None = None) -> Self:
        """The connector is for services in another network."""
        http = aiohttp.ClientSession(connector=connector)
        try:
            socket = await http.ws_connect(url, headers={"Authorization": f"Bearer {token}"}, max_msg_size=0)
        except BaseException:
            await http.close()
            raise
        client = cls(http, socket)
        await client.wait_for("ServiceConnectionAccepted")
        return client

    async def close(self) -> None:
        await self._socket.close()
        await self._reader
        await self._http.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def send_text(self, text: str) -> None:
        """Exactly this frame, whatever it is."""
        await self._socket.send_str(text)

    async def begin(self, name: str, **fields: Any) -> str:
        """Send a request without waiting. Answers its `request_id`."""
        request_id = str(uuid.uuid4())
        self._waiting[request_id] = asyncio.Queue()
        await self.send_text(json.dumps({"Request": {name: {"request_id": request_id, **fields}}}))
        return request_id

    async def answer_to(self, request_id: str, *, seconds: float = ANSWER_SECONDS) -> Answer:
        """The next answer to a request; some requests have two."""
        return await asyncio.wait_for(self._waiting[request_id].get(), seconds)

    async def request(self, name: str, *, seconds: float = ANSWER_SECONDS, **fields: Any) -> Answer:
        return await self.answer_to(await self.begin(name, **fields), seconds=seconds)

    async def expect(self, answer: str, request: str, **fields: Any) -> Answer:
        """As `request`; raises Unexpected unless the answer is of this kind."""
        got = await self.request(request, **fields)
        if got.name != answer:
            raise Unexpected(f"{request} was answered by {got}")
        return got

    async def wait_for(
        self, name: str, matches: Callable[[Answer], bool] = lambda _: True, *, seconds: float = ANSWER_SECONDS
    ) -> Answer:
        """A notification that came or will come; it is taken out of `notifications`."""
        found: list[Answer] = []

        def looked() -> bool:
            found[:] = [n for n in self.notifications if n.name == name and matches(n)][:1]
            return bool(found)

        await self.until(looked, seconds=seconds)
        self.notifications.remove(found[0])
        return found[0]

    async def until(self, condition: Callable[[], bool], *, seconds: float = ANSWER_SECONDS) -> None:
        """Wait until something that arrives makes the condition true."""
        changed = asyncio.Event()
        self._watchers.append(changed)
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    if self.closed.is_set():
                        raise ConnectionError("the socket closed while waiting")
                    await changed.wait()
                    changed.clear()
        finally:
            self._watchers.remove(changed)

    async def register(self, server: str, username: str, full_name: str, password: str = PASSWORD) -> int:
        """Make an account on that server and sign in. Answers the cid."""
        success = await self.expect(
            "ConnectSuccess",
            "Register",
            server_addr=server,
            full_name=full_name,
            username=username,
            proposed_password=list(password.encode()),
            connect_after_register=True,
            session_security_settings=SECURITY,
            server_password=None,
        )
        return int(success["cid"])

    async def connect(self, username: str, password: str = PASSWORD) -> Answer:
        """Sign in; whatever the answer is."""
        return await self.request(
            "Connect",
            username=username,
            password=list(password.encode()),
            connect_mode={"Standard": {"force_login": False}},
            udp_mode=self.udp_mode,
            keep_alive_timeout=None,
            session_security_settings=SECURITY,
            server_password=None,
        )

    async def begin_peer_register(
        self, cid: int, peer_cid: int, *, connect_after_register: bool = False, **more: str
    ) -> str:
        return await self.begin(
            "PeerRegister",
            cid=cid,
            peer_cid=peer_cid,
            session_security_settings=SECURITY,
            connect_after_register=connect_after_register,
            peer_session_password=None,
            **more,
        )

    async def begin_peer_connect(self, cid: int, peer_cid: int) -> str:
        return await self.begin(
            "PeerConnect",
            cid=cid,
            peer_cid=peer_cid,
            udp_mode=self.udp_mode,
            session_security_settings=SECURITY,
            peer_session_password=None,
        )

    async def accept_peer_connect(self, cid: int, peer_cid: int, *, accept: bool = True) -> Answer:
        return await self.request(
            "PeerConnectAccept",
            cid=cid,
            peer_cid=peer_cid,
            accept=accept,
            udp_mode=self.udp_mode,
            session_security_settings=SECURITY,
            peer_session_password=None,
        )

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    ((name, fields),) = json.loads(frame.data)["Response"].items()
                    self._take(Answer(name, fields))
        finally:
            self.closed.set()
            self._wake()

    def _take(self, answer: Answer) -> None:
        waiting = self._waiting.get(answer.fields.get("request_id") or "")
        if waiting is not None:
            waiting.put_nowait(answer)
        else:
            self.arrived(answer)
        self._wake()

    def arrived(self, answer: Answer) -> None:
        """A response that answers none of our requests."""
        self.notifications.append(answer)

    def _wake(self) -> None:
        for watcher in self._watchers:
            watcher.set()
