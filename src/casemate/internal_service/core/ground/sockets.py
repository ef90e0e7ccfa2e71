"""The open sockets: a view is one whose first request was Hello, every other one is a plain client."""

from dataclasses import dataclass, replace

from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.protocol.ids import SocketId


@dataclass(frozen=True, slots=True)
class Socket:
    is_view: bool = False
    said_something: bool = False


class Sockets:
    def __init__(self, undo: Undo) -> None:
        self._sockets: UndoDict[SocketId, Socket] = UndoDict(undo)

    def opened(self, socket: SocketId) -> None:
        self._sockets[socket] = Socket()

    def closed(self, socket: SocketId) -> None:
        self._sockets.pop(socket)

    def is_open(self, socket: SocketId) -> bool:
        return socket in self._sockets

    def is_view(self, socket: SocketId) -> bool:
        known = self._sockets.get(socket)
        return known is not None and known.is_view

    def heard(self, socket: SocketId, *, hello: bool) -> None:
        """The first request decides what the socket is."""
        known = self._sockets.get(socket)
        if known is not None and not known.said_something:
            self._sockets[socket] = replace(known, is_view=hello, said_something=True)

    def views(self) -> list[SocketId]:
        return [number for number, socket in self._sockets.items() if socket.is_view]

    def plain(self) -> list[SocketId]:
        return [number for number, socket in self._sockets.items() if not socket.is_view]
