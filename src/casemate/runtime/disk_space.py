"""How much room the disk has, and whether what is written there stays."""

import asyncio
import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from casemate.runtime.errors import ROOM_MEGABYTES

TRIED_BYTES: Final = 1024 * 1024
"""Written and taken away again, because a quota or a disk that fails does not show in the count of free blocks."""
ENOUGH_BYTES: Final = ROOM_MEGABYTES * 1024 * 1024
"""With less than this nothing is begun anew after the disk was full: it would be full again at once."""
ASK_SECONDS: Final = 2.0


def free_bytes(directory: Path) -> int | None:
    """For programs without special rights; None when the system does not say."""
    try:
        status = os.statvfs(directory)
    except OSError:
        return None
    return status.f_bavail * status.f_frsize


async def room_again(directory: Path) -> None:
    """Returns once there is enough room to go on."""
    while not await asyncio.to_thread(has_room, directory):  # noqa: ASYNC110  (it is the disk that is asked)
        await asyncio.sleep(ASK_SECONDS)  # nobody tells when somebody else has made room


def has_room(directory: Path) -> bool:
    """Enough to begin anew after there was none."""
    free = free_bytes(directory)
    return free is not None and free >= ENOUGH_BYTES and takes_more(directory)


def takes_more(directory: Path) -> bool:
    """Whether what is written there now stays. False when the disk is full, or fails."""
    path = directory / f".room.{secrets.token_hex(8)}"
    try:
        with path.open("xb") as file:
            file.write(bytes(TRIED_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    return True
