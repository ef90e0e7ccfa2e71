"""What goes over a host's interface, read as multicast DNS."""

import socket
import time
from collections.abc import Callable
from typing import Final

from zeroconf import DNSIncoming, DNSPointer, DNSText  # type: ignore[attr-defined]

from casemate.internal_service.adapters.lan.tests.computers import PATIENCE_SECONDS
from tests.support.two_hosts import Host

MDNS_PORT: Final = 5353


class Wire:
    """Everything that goes over a host's interface."""

    def __init__(self, host: Host) -> None:
        self._packets = host.packet_socket()
        self.packets: list[bytes] = []

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._packets.close()

    def messages(self, source: Host) -> list[DNSIncoming]:
        """What `source` said in DNS up to now."""
        while True:
            try:
                self.packets.append(self._packets.recv(2**16))
            except BlockingIOError:
                break
        return [DNSIncoming(data) for packet in self.packets if (data := _dns_from(packet, source)) is not None]

    def waits_for(self, source: Host, fits: Callable[[DNSIncoming], bool]) -> DNSIncoming:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for message in self.messages(source):
                if fits(message):
                    return message
            time.sleep(0.02)
        raise AssertionError("nothing like it was sent")


def _dns_from(packet: bytes, source: Host) -> bytes | None:
    """The DNS message in an IPv4 frame that this host sent; over IPv6 it says the same."""
    ip = packet[14:]
    if packet[12:14] != b"\x08\x00" or ip[9] != socket.IPPROTO_UDP or ip[12:16] != socket.inet_aton(source.v4):
        return None
    udp = ip[(ip[0] & 15) * 4 :]
    return udp[8:] if int.from_bytes(udp[2:4], "big") == MDNS_PORT else None


def has_text(message: DNSIncoming, *tags: bytes) -> bool:
    texts = [record.text for record in message.answers() if isinstance(record, DNSText)]
    return any(tag in text for text in texts for tag in tags)


def is_goodbye(message: DNSIncoming) -> bool:
    return any(isinstance(record, DNSPointer) and record.ttl == 0 for record in message.answers())
