"""A reliable, ordered data channel of aiortc: `… (send|receive) MIB RESULT`."""

import asyncio
import os
import sys
from typing import Any, Final

import aioice.ice  # type: ignore[import-not-found]
from aiortc import RTCPeerConnection, RTCSessionDescription  # type: ignore[import-not-found]

from benchmarks.contenders.talk import MIB, Stopwatch, hear_soon, say

PIECE_BYTES: Final = 64 * 1024
"""The largest message that it sends."""
UNSENT_BYTES: Final = 4 * MIB

# It leaves loopback out, and the benchmark's network has nothing else.
aioice.ice.get_host_addresses = lambda *_, **__: ["127.0.0.1"]


async def send(mib: int) -> None:
    peer = RTCPeerConnection()
    channel = peer.createDataChannel("bulk")
    opened, drained, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
    channel.bufferedAmountLowThreshold = UNSENT_BYTES // 2
    channel.on("open", opened.set)
    channel.on("bufferedamountlow", drained.set)
    channel.on("message", lambda _: done.set())
    await peer.setLocalDescription(await peer.createOffer())
    say(peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(await hear_soon(), "answer"))
    await opened.wait()
    piece = os.urandom(PIECE_BYTES)
    watch = Stopwatch()
    for _ in range(mib * MIB // PIECE_BYTES):
        channel.send(piece)
        while channel.bufferedAmount > UNSENT_BYTES:
            drained.clear()
            await drained.wait()
    await done.wait()
    watch.report()
    await peer.close()


async def receive(mib: int) -> None:
    peer = RTCPeerConnection()
    closed = asyncio.Event()
    left = mib * MIB

    def opened(channel: Any) -> None:
        def arrived(message: bytes) -> None:
            nonlocal left
            left -= len(message)
            if left == 0:
                channel.send("done")

        channel.on("message", arrived)
        channel.on("close", closed.set)

    peer.on("datachannel", opened)
    await peer.setRemoteDescription(RTCSessionDescription(await hear_soon(), "offer"))
    await peer.setLocalDescription(await peer.createAnswer())
    say(peer.localDescription.sdp)
    await closed.wait()
    await peer.close()


def main() -> None:
    role, mib = sys.argv[1:3]
    asyncio.run((send if role == "send" else receive)(int(mib)))


if __name__ == "__main__":
    main()
