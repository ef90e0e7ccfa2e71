"""What benchmarks do to the network that they run in: nothing in it may be anybody else's."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psutil

from tests.support.own_network import in_own_network
from tests.support.processes import ServiceProcess

_numbers: Final = itertools.count(1)


def why_not() -> str | None:
    """Why packets cannot be dropped here; None when they can."""
    if not in_own_network():
        return "it needs a network of its own (scripts/own-network)"
    if os.geteuid() != 0:
        return "only root may drop packets"
    if shutil.which("nft") is None:
        return "nft is not installed"
    return None


@contextmanager
def udp_blocked() -> Iterator[None]:
    """Every UDP packet vanishes without a word to its sender."""
    with _on_arrival("meta l4proto udp drop"):
        yield


@contextmanager
def relay_killed(server: ServiceProcess) -> Iterator[None]:
    """The relay's connections break and new ones are refused, as if it were gone; the rest of the server stays."""
    with _on_arrival(f"tcp dport {relay_port(server)} reject with tcp reset"):
        yield


@contextmanager
def relay_silent(server: ServiceProcess) -> Iterator[None]:
    """What is sent to the relay vanishes without a word to its sender."""
    with _on_arrival(f"tcp dport {relay_port(server)} drop"):
        yield


def relay_port(server: ServiceProcess) -> int:
    """The only port that the server listens on besides its own."""
    own = int(server.address.rpartition(":")[2])
    listening = psutil.Process(server.pid).net_connections(kind="tcp")
    [port] = {row.laddr.port for row in listening if row.status == psutil.CONN_LISTEN} - {own}
    return int(port)


@contextmanager
def _on_arrival(rule: str) -> Iterator[None]:
    # Not on departure: there the sender would be told.
    table = f"inet casemate_benchmark_{next(_numbers)}"
    _nft(f"table {table} {{ chain arriving {{ type filter hook input priority 0; {rule}; }}; }}")
    try:
        yield
    finally:
        _nft(f"delete table {table}")


def _nft(program: str) -> None:
    subprocess.run(["nft", "-f", "-"], input=program, check=True, text=True)
