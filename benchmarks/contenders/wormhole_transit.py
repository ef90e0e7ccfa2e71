"""Magic Wormhole's transit, as its file transfer uses it: `… (send|receive) (direct|PORT of its relay) MIB RESULT`."""

import io
import os
import sys
from typing import Any, Final

from twisted.internet import defer, task, threads  # type: ignore[import-not-found]
from twisted.protocols.basic import FileSender  # type: ignore[import-not-found]
from wormhole.transit import TransitReceiver, TransitSender  # type: ignore[import-not-found]

from benchmarks.contenders.talk import MIB, Stopwatch, hear, say

KEY: Final = bytes(32)
"""Its mailbox would have agreed on one."""


class Nowhere:
    """A file that forgets."""

    def write(self, data: bytes) -> None: ...


async def connect(kind: Any, route: str) -> Any:
    is_direct = route == "direct"
    transit = kind(None if is_direct else f"tcp:127.0.0.1:{route}", no_listen=not is_direct)
    transit.set_transit_key(KEY)
    say(await transit.get_connection_hints())
    transit.add_connection_hints(await threads.deferToThread(hear))
    return await transit.connect()


async def send(route: str, mib: int) -> None:
    file = io.BytesIO(os.urandom(MIB) * mib)
    connection = await connect(TransitSender, route)
    watch = Stopwatch()
    await FileSender().beginFileTransfer(file, connection)
    assert await connection.receive_record() == b"done"
    watch.report()
    connection.close()


async def receive(route: str, mib: int) -> None:
    connection = await connect(TransitReceiver, route)
    await connection.writeToFile(Nowhere(), mib * MIB)
    connection.send_record(b"done")
    await task.deferLater(_reactor(), 0.2)
    connection.close()


def _reactor() -> Any:
    from twisted.internet import reactor

    return reactor


def main() -> None:
    role, route, mib = sys.argv[1:4]
    task.react(lambda _: defer.ensureDeferred((send if role == "send" else receive)(route, int(mib))))


if __name__ == "__main__":
    main()
