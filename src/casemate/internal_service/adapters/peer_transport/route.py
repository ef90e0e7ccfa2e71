"""How a connection's packets travel: told at once when that changes, and every few seconds for the round trip."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from casemate.runtime.quic import Path, QuicConnection

SAMPLE_SECONDS: Final = 3.0


class RouteWatch:
    """`tell(direct, rtt_ms)` is called on the event loop while this runs."""

    def __init__(self, quic: QuicConnection, tell: Callable[[bool, float], None]) -> None:
        self._quic = quic
        self._tell = tell
        self.direct: bool | None = None
        """None until a way was chosen."""

    async def run(self) -> None:
        """Until cancelled."""
        self._quic.watch_paths(self._changed)
        try:
            while True:
                await asyncio.sleep(SAMPLE_SECONDS)
                self._see(self._quic.paths())
        finally:
            await self._quic.stop_watching()

    def _changed(self, paths: Sequence[Path]) -> None:
        """Paths are tried all the time; only another kind of way is news."""
        if any(path.direct is not self.direct for path in travelled(paths)):
            self._see(paths)

    def _see(self, paths: Sequence[Path]) -> None:
        for path in travelled(paths):
            self.direct = path.direct
            self._tell(path.direct, path.rtt_ms)


def travelled(paths: Sequence[Path]) -> Sequence[Path]:
    """The path that data takes; none while that cannot be said.

    The library chooses for a peer, not for a connection: as long as one to an earlier life of the peer holds the
    choice, a newer connection has paths but none that is chosen. When they are all of one kind, data takes that.
    """
    chosen = [path for path in paths if path.chosen]
    if chosen or len({path.direct for path in paths}) != 1:
        return chosen
    return paths[:1]
