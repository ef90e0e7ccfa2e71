"""How many files this process may have open: sockets and databases are files, and a shell often allows 1,024."""

import contextlib
import resource
from pathlib import Path


def allow_many_files() -> None:
    """As many as the system lets us have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # some systems allow less than they say
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def files_allowed() -> int:
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return allowed


def files_open() -> int:
    """How many are: a number that is free says nothing of those above it."""
    for folder in (Path("/proc/self/fd"), Path("/dev/fd")):
        with contextlib.suppress(FileNotFoundError):
            # Linux says it as the size since 6.2; before, and elsewhere, they are counted, this folder among them.
            return folder.stat().st_size or len(list(folder.iterdir())) - 1
    return 0


def files_left() -> int:
    """How many more could be opened."""
    try:
        return max(0, files_allowed() - files_open())
    except OSError:  # not even the one that counts
        return 0
