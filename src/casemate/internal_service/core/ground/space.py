"""Room on this computer's disk, as a reason that views show before it is gone and while it is."""

from casemate.internal_service.core.ground.refusals import reason
from casemate.protocol.client.views import Reason
from casemate.protocol.limits import DISK_LOW_BYTES

_MEBIBYTE = 1024 * 1024


def why_low(free_bytes: int) -> Reason | None:
    """None as long as there is enough. Rounded down to a power of two, so that it changes seldom."""
    if free_bytes >= DISK_LOW_BYTES:
        return None
    mebibytes = free_bytes // _MEBIBYTE
    rounded = 1 << (mebibytes.bit_length() - 1) if mebibytes else 0
    return reason("disk_low", megabytes=str(rounded))
