"""The machine's clocks."""

import time

from casemate.node import Instant


class SystemClock:
    """Both clocks of this machine."""

    def now(self) -> Instant:
        return Instant(monotonic=time.monotonic(), wall=time.time())


def local_minute(wall: float) -> int:
    """Minutes since midnight, as clocks on the wall here show that time."""
    local = time.localtime(wall)
    return local.tm_hour * 60 + local.tm_min
