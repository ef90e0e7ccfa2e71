"""The machine's clocks."""

import time

from casemate.node import Instant


class SystemClock:
    """Both clocks of this machine."""

    def now(self) -> Instant:
        return Instant(monotonic=time.monotonic(), wall=time.time())
