"""A cable that takes its time: two tun devices, and a process that carries packets between them.

The kernel has `netem` for this, but many kernels are built without it.
"""

import contextlib
import fcntl
import os
import select
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.nat_lab import namespaces

TUNSETIFF: Final = 0x400454CA
IFF_TUN: Final = 0x0001
IFF_NO_PI: Final = 0x1000
PACKET_BYTES: Final = 65536
ON_THE_WAY: Final = 10_000
"""Packets that the cable holds; what comes beyond that is lost."""


@contextlib.contextmanager
def slow_cable(one: str, interface: str, other: str, other_interface: str, delay_ms: float) -> Iterator[None]:
    """Connects two namespaces until the block ends."""
    command = (sys.executable, "-m", __name__, one, interface, other, other_interface, str(delay_ms))
    carrier = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], start_new_session=True)
    try:
        assert carrier.stdout is not None
        if not carrier.stdout.readline():
            raise namespaces.CannotBuild("no tun devices: is /dev/net/tun there?")
        namespaces.ip(one, f"link set {interface} up")
        namespaces.ip(other, f"link set {other_interface} up")
        yield
    finally:
        carrier.kill()
        carrier.wait()
        assert carrier.stdout is not None
        carrier.stdout.close()


def carry(one: int, other: int, delay_seconds: float) -> None:
    """Forever."""
    towards = {one: other, other: one}
    on_the_way: deque[tuple[float, int, bytes]] = deque()
    while True:
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _, end, packet = on_the_way.popleft()
            with contextlib.suppress(OSError):  # the far interface is down or full: lost, as on a real cable
                os.write(end, packet)
        wait_seconds = max(0.0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
        for end in select.select(list(towards), [], [], wait_seconds)[0]:
            with contextlib.suppress(OSError):  # nothing more to read for now
                while len(on_the_way) < ON_THE_WAY:
                    on_the_way.append((time.monotonic() + delay_seconds, towards[end], os.read(end, PACKET_BYTES)))


def open_tun(namespace: str, interface: str) -> int:
    namespaces.enter(namespace)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", interface.encode(), IFF_TUN | IFF_NO_PI))
    return tun


if __name__ == "__main__":
    ends = open_tun(sys.argv[1], sys.argv[2]), open_tun(sys.argv[3], sys.argv[4])
    print("ready", flush=True)
    carry(*ends, float(sys.argv[5]) / 1000)
