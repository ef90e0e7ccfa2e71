"""Whose program holds the other end of a TCP connection on this computer, as Linux tells in /proc/net.

A port of the loopback interface is open to every user of a computer, and no header says who asks: the kernel knows.
"""

import ipaddress
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Holder = Literal["ours", "other_user", "elsewhere"]
"""`elsewhere`: another computer, or another network namespace."""

READINGS: Final = 3
"""A table is read page by page while sockets come and go, so that a reading can miss a row that was there all along."""

_FOLDER: Final = Path("/proc/net")
_MAPPED: Final = bytes(10) + b"\xff\xff"
"""How IPv4 addresses begin in the table of sockets that speak both."""

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class SocketTables:
    """All TCP sockets of this computer, as they were a moment ago."""

    tcp: bytes
    tcp6: bytes

    @classmethod
    def read(cls, folder: Path = _FOLDER) -> "SocketTables":
        """Takes some milliseconds. Raises OSError where the system does not tell."""
        tcp6 = folder / "tcp6"
        return cls((folder / "tcp").read_bytes(), tcp6.read_bytes() if tcp6.exists() else b"")

    def holder(self, uid: int, here: Address, there: Address) -> Holder | None:
        """Who holds the end at `there` of a connection that we (`uid`) hold at `here`; None: a row is missing.

        The tables have to be read while the connection is open. A socket without an inode has no holder any more (its
        program has closed it), and then the kernel names root or nobody for it: it counts as somebody else's.
        """
        for table, row_start in self._places(here, there):
            at = table.find(row_start)
            if at >= 0:
                # queues, timer, retransmissions, uid, timeout, inode: what follows the state
                fields = table[at + len(row_start) : table.index(b"\n", at)].split()
                return "ours" if int(fields[6]) and int(fields[4]) == uid else "other_user"
        return None if _within_one_computer(here, there) else "elsewhere"

    def _places(self, here: Address, there: Address) -> Iterable[tuple[bytes, bytes]]:
        """The beginning of the row of the other end, for which `there` is the local address."""
        mine, other = _packed(here[0]), _packed(there[0])
        if len(mine) == 4:
            yield self.tcp, _row_start(other, there[1], mine, here[1])
            mine, other = _MAPPED + mine, _MAPPED + other
        yield self.tcp6, _row_start(other, there[1], mine, here[1])


def system_tells() -> bool:
    """Whether this system says whose a connection is."""
    try:
        return b" uid " in SocketTables.read().tcp
    except OSError:
        return False


def _row_start(local: bytes, local_port: int, remote: bytes, remote_port: int) -> bytes:
    return b" %s:%04X %s:%04X " % (_hex(local), local_port, _hex(remote), remote_port)


def _packed(host: str) -> bytes:
    """4 bytes, or 16; IPv4 in the form of IPv6 is IPv4."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.packed


def _hex(packed: bytes) -> bytes:
    """As the kernel prints them: words of 32 bits in its own byte order."""
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return b"".join(b"%08X" % word for word in words)


def _within_one_computer(here: Address, there: Address) -> bool:
    """A connection over loopback always has its other end here, unless it has gone."""
    mine, other = ipaddress.ip_address(_packed(here[0])), ipaddress.ip_address(_packed(there[0]))
    return mine.is_loopback or other.is_loopback or mine == other
