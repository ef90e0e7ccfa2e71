"""Long conversations, and somebody at the other end of one."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final, NamedTuple

from tests.support.deployment import Deployment
from tests.support.view import View

MESSAGES: Final = 10_000
AT_ONCE: Final = 250


class LongConversation(NamedTuple):
    """Who wrote it, who reads it, and its id."""

    cid: int
    peer_cid: int
    id: str


async def long_conversation(deployment: Deployment, messages: int = MESSAGES) -> LongConversation:
    async with await deployment.service().view() as one, await deployment.service().view() as two:
        cid = await one.register(deployment.server.address, "UserOne", "User One")
        peer_cid = await two.register(deployment.server.address, "UserTwo", "User Two")
        await one.subscribe(cid)
        await two.subscribe(peer_cid)
        await one.make_friends(cid, two, peer_cid)
        conversation = one.accounts[cid].conversation_with(peer_cid)
        for first in range(0, messages, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, messages))
            asked = [
                await one.begin(
                    "SendChat",
                    cid=cid,
                    conversation=conversation,
                    message_id=secrets.token_hex(16),
                    text=f"Message {number}: " + "some words of an ordinary length " * (1 + number % 5),
                )
                for number in numbers
            ]
            for request_id in asked:
                await one.answer_to(request_id)
        return LongConversation(cid, peer_cid, conversation)


class Other:
    """The other person, whose view lives in a thread of its own: the browser's driver has a loop in this one."""

    def __init__(self, deployment: Deployment, cid: int, peer_cid: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self._cid, self._peer_cid = cid, peer_cid
        self._view: View = self._run(deployment.service().view())
        self._run(self._view.subscribe(cid))

    def write(self, text: str) -> None:
        self._run(self._view.send_chat(self._cid, self._peer_cid, text))

    def close(self) -> None:
        self._run(self._view.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def another_person(deployment: Deployment, cid: int, peer_cid: int) -> Iterator[Other]:
    other = Other(deployment, cid, peer_cid)
    try:
        yield other
    finally:
        other.close()
