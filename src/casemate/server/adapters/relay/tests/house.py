"""A relay on a real socket, a core that answers as tests tell it, and endpoints with real keys."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import aiohttp
from aiohttp import web
from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casemate.crypto.keys import Ed25519Public
from casemate.node import Effect, Event
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import MIB
from casemate.runtime.entropy import system_entropy
from casemate.server.adapters.admission import AdmissionLimits, web_runner
from casemate.server.adapters.relay import frames
from casemate.server.adapters.relay.limits import MEGABYTES_PER_SECOND, Allowance
from casemate.server.adapters.relay.site import Relay
from casemate.server.adapters.relay.verdicts import Verdicts
from casemate.server.core.events import (
    RelayEndpointAnswered,
    RelayEndpointAsked,
    RelayPairAnswered,
    RelayPairAsked,
)

ANSWER_SECONDS: Final = 15.0


class Core:
    """Stands in for the event queue and the core behind it."""

    def __init__(self, verdicts: Verdicts) -> None:
        self.accounts: dict[bytes, AccountId] = {}
        self.friends: set[frozenset[AccountId]] = set()
        self.asked: list[Event] = []
        self.is_full = False
        self.is_thinking = False
        """Questions about pairs are not answered until `think`."""
        self._verdicts = verdicts
        self._unanswered: list[RelayPairAsked] = []

    def post(self, event: Event) -> bool:
        self.asked.append(event)
        if isinstance(event, RelayPairAsked) and self.is_thinking:
            self._unanswered.append(event)
        else:
            asyncio.get_running_loop().call_soon(self._answer, event)
        return True

    def offer(self, event: Event, size_bytes: int = 0) -> bool:
        return not self.is_full and self.post(event)

    def befriend(self, *endpoints: "Endpoint") -> None:
        first, second = endpoints
        self.friends.add(frozenset({first.account_id, second.account_id}))

    def think(self) -> None:
        self.is_thinking = False
        unanswered, self._unanswered = self._unanswered, []
        for event in unanswered:
            self._answer(event)

    def pairs_asked(self) -> int:
        return sum(isinstance(event, RelayPairAsked) for event in self.asked)

    def _answer(self, event: Event) -> None:
        answer: Effect
        match event:
            case RelayEndpointAsked(token, key):
                answer = RelayEndpointAnswered(token, self.accounts.get(key))
            case RelayPairAsked(token, from_key, to_key):
                pair = frozenset({self.accounts.get(from_key), self.accounts.get(to_key)})
                answer = RelayPairAnswered(token, self.accounts[to_key] if pair in self.friends else None)
            case _:
                raise AssertionError(event)
        self._verdicts.answered(answer)


class House:
    def __init__(
        self, relay: Relay, core: Core, session: aiohttp.ClientSession, runner: web.AppRunner, url: str
    ) -> None:
        self.relay = relay
        self.core = core
        self.session = session
        self.url = url
        self._runner = runner
        self._endpoints: list[Endpoint] = []

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rpartition(":")[2])

    async def endpoint(self, name: str, **more: Any) -> "Endpoint":
        """A new connection of this person's endpoint, let in."""
        endpoint = Endpoint(name)
        self.core.accounts[endpoint.key] = endpoint.account_id
        await endpoint.dial(self, **more)
        await endpoint.prove()
        assert await endpoint.hear() == frames.confirmed_frame()
        return endpoint

    async def friends(self, *names: str) -> "list[Endpoint]":
        first, second = [await self.endpoint(name) for name in names]
        self.core.befriend(first, second)
        return [first, second]

    async def metrics(self) -> dict[str, int]:
        async with self.session.get(f"{self.url}metrics") as answer:
            lines = (await answer.text()).splitlines()
        values = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name.removeprefix("casemate_relay_"): int(value) for name, _, value in values}

    def limits_of(self, name: str) -> list[Allowance]:
        """What the account of that name may still send, in bytes."""
        members = self.relay._switch._members
        return [member.bytes for account_id, member in members.items() if account_id == Endpoint(name).account_id]

    async def until(self, name: str, least: int) -> None:
        """Wait until the relay has counted so many."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while (await self.metrics()).get(name, 0) < least:
                await asyncio.sleep(0.01)

    async def until_left(self, connections: int) -> None:
        """Wait until only so many are here."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while (await self.metrics())["connections"] > connections:
                await asyncio.sleep(0.01)

    async def until_nobody_is_served(self) -> None:
        """Wait until every connection has given back its place."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while self.relay._admission._admitted.in_all:
                await asyncio.sleep(0.01)

    def keep(self, endpoint: "Endpoint") -> None:
        self._endpoints.append(endpoint)

    async def shut(self) -> None:
        """The server stops. Harmless to repeat."""
        self.relay.close()
        await self._runner.cleanup()

    async def close(self) -> None:
        for endpoint in self._endpoints:
            await endpoint.leave()
        await self.shut()


class Endpoint:
    """The far end of a connection to the relay."""

    def __init__(self, name: str, secret: bytes | None = None) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(secret or blake3(name.encode()).digest())
        self.key = Ed25519Public(self.private.public_key().public_bytes_raw())
        self.account_id = AccountId(blake3(name.partition("/")[0].encode()).digest())
        """The name before a slash: `alice/phone` is of the same account as `alice`."""
        self.challenge = b""
        self.socket: aiohttp.ClientWebSocketResponse

    async def dial(self, house: House, version: str = frames.VERSIONS[0], **more: Any) -> Self:
        """As far as the challenge."""
        await self.dial_url(house.session, house.url, protocols=[version], **more)
        house.keep(self)
        return self

    async def dial_url(self, session: aiohttp.ClientSession, url: str, **more: Any) -> Self:
        """The same at any relay."""
        more.setdefault("protocols", frames.VERSIONS)
        self.socket = await session.ws_connect(f"{url}relay", compress=0, max_msg_size=0, **more)
        first = await self.hear()
        assert first[0] == frames.CHALLENGE
        self.challenge = first[1:]
        return self

    async def prove(self, challenge: bytes | None = None, key: bytes | None = None) -> None:
        message = blake3(challenge or self.challenge, derive_key_context="iroh-relay handshake v1 challenge signature")
        signature = self.private.sign(message.digest())
        await self.say(bytes((frames.CLIENT_AUTH,)) + (key or self.key) + bytes((64,)) + signature)

    async def say(self, frame: bytes) -> None:
        await self.socket.send_bytes(frame)

    async def send(self, to: "Endpoint", content: bytes) -> None:
        """One datagram, without congestion marks."""
        await self.say(bytes((frames.DATAGRAM_TO,)) + to.key + b"\0" + content)

    async def hear(self) -> bytes:
        """The next frame."""
        message = await self.socket.receive(ANSWER_SECONDS)
        assert message.type is aiohttp.WSMsgType.BINARY, (message, self.socket.close_code)
        data: bytes = message.data
        return data

    async def hear_from(self, sender: "Endpoint") -> bytes:
        """The content of the next frame, a datagram of this sender."""
        frame = await self.hear()
        assert frame[: frames.PAYLOAD_AT + 1] == bytes((frames.DATAGRAM_FROM,)) + sender.key + b"\0", frame
        return frame[frames.PAYLOAD_AT + 1 :]

    async def hears_nothing_before(self, other: "Endpoint", marker: bytes = b"marker") -> None:
        """Nothing came since the last frame: the next one is what a friend sends now."""
        await other.send(self, marker)
        assert await self.hear_from(other) == marker

    async def ended(self) -> int | None:
        """Wait until the relay ended it; the close code."""
        while (await self.socket.receive(ANSWER_SECONDS)).type is aiohttp.WSMsgType.BINARY:
            pass
        return self.socket.close_code

    def stop_reading(self) -> None:
        self._transport().pause_reading()

    async def leave(self) -> None:
        await self.socket.close()

    def vanish(self) -> None:
        """The connection is gone, without a word."""
        self._transport().abort()

    def _transport(self) -> asyncio.Transport:
        connection = self.socket._response.connection
        assert connection is not None
        assert isinstance(connection.transport, asyncio.Transport)
        return connection.transport


@asynccontextmanager
async def relay_house(
    limits: AdmissionLimits | None = None,
    bytes_per_second: float = MEGABYTES_PER_SECOND * MIB,
    *,
    behind_proxy: bool = False,
    port: int = 0,
) -> AsyncIterator[House]:
    verdicts = Verdicts()
    core = Core(verdicts)
    verdicts.attach(core)  # type: ignore[arg-type]
    relay = Relay(
        verdicts,
        system_entropy,
        limits or AdmissionLimits(),
        bytes_per_second=bytes_per_second,
        behind_proxy=behind_proxy,
    )
    runner = web_runner(relay.application(), 1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
    async with aiohttp.ClientSession() as session:
        house = House(relay, core, session, runner, f"http://127.0.0.1:{runner.addresses[0][1]}/")
        try:
            yield house
        finally:
            await house.close()
