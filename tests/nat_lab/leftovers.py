"""What a laboratory leaves behind whose process was killed is removed by the next one."""

import contextlib
import os
import re
import signal
from typing import Final

from tests.nat_lab import namespaces

PREFIX: Final = "casemate-lab-"
_OWNER: Final = re.compile(rf"{PREFIX}(?P<pid>\d+)-")


def remove_leftovers() -> None:
    """Namespaces of processes that are gone, with what still runs in them; everybody else's stay."""
    for name in namespaces.names():
        owner = _OWNER.match(name)
        if owner is None or _is_alive(int(owner["pid"])):
            continue
        # Another laboratory may be at the same work.
        with contextlib.suppress(namespaces.CannotBuild):
            for pid in namespaces.pids(name):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        namespaces.remove(name)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
