"""Places for sockets: programs and browsers leave each other some, and whoever never said anything makes room first."""

from typing import Final, Literal

from aiohttp import WSCloseCode

from casemate.internal_service.adapters.ui_socket import UiSocket
from casemate.protocol.ids import SocketId
from casemate.runtime.open_files import files_left

Holder = Literal["program", "browser"]
"""Who came with the token, who with a cookie."""

SOCKETS_AT_ONCE: Final = 1_000
SOCKETS_PER_HOLDER: Final = 800
"""Of the programs together, and of the browsers together."""
FILES_KEPT: Final = 64
"""Where the system allows few open files: without any, nobody is even told that there is no room."""


class Seats:
    def __init__(self, in_all: int = SOCKETS_AT_ONCE, per_holder: int = SOCKETS_PER_HOLDER) -> None:
        self._in_all = in_all
        self._per_holder = per_holder
        self._taken: dict[SocketId, Holder] = {}
        self._counts: dict[Holder, int] = {"program": 0, "browser": 0}
        self._silent: dict[Holder, dict[SocketId, UiSocket]] = {"program": {}, "browser": {}}

    def make_room(self, holder: Holder) -> bool:
        """False when all places are taken by sockets that are in use."""
        if self._counts[holder] >= self._per_holder:
            return self._send_away(holder)
        if files_left() < FILES_KEPT:
            return self._send_away("program") or self._send_away("browser")
        if len(self._taken) < self._in_all:
            return True
        return self._send_away("browser" if holder == "program" else "program") or self._send_away(holder)

    def take(self, holder: Holder, number: SocketId, socket: UiSocket) -> None:
        self._taken[number] = holder
        self._counts[holder] += 1
        self._silent[holder][number] = socket

    def spoke(self, number: SocketId) -> None:
        """It is in use: it keeps its place."""
        holder = self._taken.get(number)
        if holder is not None:
            self._silent[holder].pop(number, None)

    def leave(self, number: SocketId) -> None:
        """Harmless to repeat."""
        holder = self._taken.pop(number, None)
        if holder is not None:
            self._counts[holder] -= 1
            self._silent[holder].pop(number, None)

    def _send_away(self, holder: Holder) -> bool:
        """The one that has been silent for longest. A window asks something as soon as it is connected."""
        number = next(iter(self._silent[holder]), None)
        if number is None:
            return False
        self._silent[holder][number].close(WSCloseCode.TRY_AGAIN_LATER)
        self.leave(number)
        return True
