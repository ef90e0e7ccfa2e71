"""How many files this process may have open: sockets and databases are files, and a shell often allows 1,024."""

import contextlib
import os
import resource


def allow_many_files() -> None:
    """As many as the system lets us have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # some systems allow less than they say
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def files_allowed() -> int:
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return allowed


def files_left() -> int:
    """About how many more could be opened: the system gives out the lowest number that is free."""
    try:
        lowest_free = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return 0
    os.close(lowest_free)
    return max(0, files_allowed() - lowest_free)
