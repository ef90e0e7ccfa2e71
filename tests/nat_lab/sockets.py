"""Sockets that begin in a namespace and are used from here: a socket belongs where it was made."""

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp

from tests.nat_lab import namespaces


class SocketMaker:
    """Has a thread in the namespace, which makes sockets there when asked."""

    def __init__(self, namespace: str) -> None:
        self._thread = ThreadPoolExecutor(1, initializer=namespaces.enter, initargs=(namespace,))

    def connector(self) -> aiohttp.TCPConnector:
        """For one client session, which closes it."""
        return aiohttp.TCPConnector(socket_factory=self._make)

    def close(self) -> None:
        self._thread.shutdown()

    def udp(self, address: str = "", port: int = 0) -> socket.socket:
        """A blocking IPv4 socket with that address of the namespace."""
        made = self._thread.submit(socket.socket, socket.AF_INET, socket.SOCK_DGRAM).result()
        made.bind((address, port))
        return made

    def _make(self, address: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, *_ = address
        made = self._thread.submit(socket.socket, family, kind, protocol).result()
        made.setblocking(False)
        return made
