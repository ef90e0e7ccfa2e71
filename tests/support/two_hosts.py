"""Two computers on one local network: namespaces joined by a cable, and by nothing to anything else."""

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import aiohttp

INTERFACE: Final = "lan0"
CLONE_NEWNET: Final = 0x4000_0000
ETH_P_ALL: Final = 3


@dataclass(frozen=True, slots=True)
class Host:
    """`v4` and `v6` are its addresses on the cable."""

    pid: int
    v4: str
    v6: str

    @property
    def inside(self) -> tuple[str, ...]:
        """What comes before a command that runs there; it is replaced by the command, so its pid is the command's."""
        return ("nsenter", f"--net={self.network}", "--")

    def run(self, command: str) -> str:
        """What a line of shell prints there."""
        return subprocess.run([*self.inside, "sh", "-ec", command], check=True, capture_output=True, text=True).stdout

    def has_udp_port(self, port: int) -> bool:
        """Whether any socket there is bound to it."""
        return f":{port:04X} " in self.run("cat /proc/net/udp /proc/net/udp6")

    def new_socket(self, family: int, kind: int, protocol: int) -> socket.socket:
        """Made there, used here: a socket belongs where it was made."""
        with ThreadPoolExecutor(1, initializer=self._enter) as there:
            return there.submit(socket.socket, family, kind, protocol).result()

    def packet_socket(self) -> socket.socket:
        """Sees every packet that its interface sends or receives; does not wait for one."""
        packets = self.new_socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        packets.bind((INTERFACE, 0))
        packets.setblocking(False)
        return packets

    def connector(self) -> aiohttp.TCPConnector:
        """For one client session, which closes it, with services that listen there."""

        def make(address: tuple[Any, ...]) -> socket.socket:
            family, kind, protocol, *_ = address
            made = self.new_socket(family, kind, protocol)
            made.setblocking(False)
            return made

        return aiohttp.TCPConnector(socket_factory=make)

    @property
    def network(self) -> Path:
        return Path(f"/proc/{self.pid}/ns/net")

    def _enter(self) -> None:
        """Only a thread can be somewhere else than its process."""
        libc = ctypes.CDLL(None, use_errno=True)
        with self.network.open() as file:
            if libc.setns(file.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    # They end when their stdin does, so whatever becomes of us, nothing stays behind.
    sleepers = [subprocess.Popen(["unshare", "-n", "cat"], stdin=subprocess.PIPE) for _ in range(2)]
    try:
        hosts = [
            Host(sleeper.pid, f"10.77.0.{number}", f"fd77::{number}")
            for number, sleeper in enumerate(sleepers, start=1)
        ]
        for host in hosts:
            _wait_until_apart(host)
            # Nobody else has our addresses; looking whether they do takes two seconds, in which IPv6 does not work.
            host.run("echo 0 > /proc/sys/net/ipv6/conf/default/dad_transmits; ip link set lo up")
        one, other = hosts
        cable = f"ip link add {INTERFACE} netns {one.pid} type veth peer name {INTERFACE} netns {other.pid}"
        subprocess.run(cable.split(), check=True, capture_output=True)
        for host in hosts:
            connect(host)
        yield one, other
    finally:
        for sleeper in sleepers:
            sleeper.communicate()


def connect(host: Host) -> None:
    host.run(
        f"ip link set {INTERFACE} up; ip address replace {host.v4}/24 dev {INTERFACE};"
        f"ip address replace {host.v6}/64 dev {INTERFACE}"
    )


def disconnect(host: Host) -> None:
    host.run(f"ip link set {INTERFACE} down; ip address flush dev {INTERFACE}")


@cache
def why_no_two_hosts() -> str | None:
    """Why this system cannot have them; None when it can."""
    if os.geteuid() != 0:
        return "two computers on a local network need root"
    if missing := [tool for tool in ("ip", "unshare", "nsenter") if shutil.which(tool) is None]:
        return f"two computers on a local network need {' and '.join(missing)}"
    try:
        with two_hosts():
            return None
    except (OSError, subprocess.CalledProcessError) as error:
        return f"two computers on a local network cannot be had here: {type(error).__name__}"


def _wait_until_apart(host: Host) -> None:
    """The process exists before its namespace does."""
    ours = Path("/proc/self/ns/net")
    while ours.samefile(host.network):
        os.sched_yield()
