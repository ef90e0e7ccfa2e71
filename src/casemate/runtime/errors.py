"""Why a service cannot start, as sentences for the person who started it."""

import errno
from pathlib import Path
from typing import Final

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the operating system says when a disk, or somebody's share of it, is full."""
ROOM_MEGABYTES: Final = 8
"""Less than this is full again at once."""


class CannotStart(Exception):
    """Ends the program with this one sentence and a non-zero exit code."""


class DirectoryNotWritable(CannotStart):
    def __init__(self, directory: Path, cause: OSError) -> None:
        super().__init__(f"The data directory {directory} cannot be used: {cause.strerror or cause}.")


class DatabaseLocked(CannotStart):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in use by another process: stop that one first, or choose another data directory.")


class DatabaseNewer(CannotStart):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was written by a newer version of Casemate: update this program, then start it again."
        )


class DatabaseDamaged(CannotStart):
    """The file is there and is not what was written."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path} is damaged ({what}): put back a copy of it. Nothing was changed.")
        self.path = path
        self.what = what


class DatabaseEmpty(DatabaseDamaged):
    """Something was written there once, and nothing is left of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is empty")


class DatabaseMissing(CannotStart):
    """What lies beside it says that it was there."""

    def __init__(self, path: Path, beside: Path) -> None:
        super().__init__(
            f"{path} is missing, though {beside.name} is there: put back a copy of it. To begin anew without it, move "
            f"{beside.name} away as well; nobody who joined before will be known."
        )


class WrongKey(DatabaseDamaged):
    """A damaged beginning and another key look the same."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "it does not open with its key, or is no Casemate database")


class DiskFailed(CannotStart):
    """Nothing is known of the file: the disk under it did not answer as disks do."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"The disk under {path} does not work ({what}): look at the disk, then start again. "
            "Nothing says that the file is damaged."
        )


class DiskFull(CannotStart):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no room on the disk of {path}: make room ({ROOM_MEGABYTES} MB will do), then start again."
        )


def unusable(path: Path, cause: OSError) -> CannotStart:
    """Why a file or directory that a start needs cannot be made, written or read."""
    return DiskFull(path) if cause.errno in NO_ROOM else DirectoryNotWritable(path, cause)


class PortTaken(CannotStart):
    def __init__(self, listen: str, cause: OSError) -> None:
        super().__init__(f"Cannot listen on {listen}: {cause.strerror or cause}.")
