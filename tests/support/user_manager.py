"""A systemd of one's own, as a login gives one: the real one, in a mount namespace with a control group of its own."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_SYSTEMD: Final = Path("/lib/systemd/systemd")
_SECONDS: Final = 60.0
_START: Final = """
set -e
mount -t tmpfs none /run/systemd && mkdir /run/systemd/system
mount -t tmpfs none /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$CONTROL_GROUP" && echo $$ > "/sys/fs/cgroup/$CONTROL_GROUP/cgroup.procs"
exec "$0" --user
"""


_CLEAR: Final = """
mount -t cgroup2 none /sys/fs/cgroup && find "/sys/fs/cgroup/$CONTROL_GROUP" -depth -type d -exec rmdir {} +
"""
"""Control groups outlive the processes in them."""


class NoUserManager(Exception):
    """This system, or its container, allows none."""


class UserManager:
    def __init__(self, process: subprocess.Popen[str], environment: Mapping[str, str]) -> None:
        self._process = process
        self._environment = environment

    def run(self, command: Sequence[str]) -> str:
        """What it prints; it must succeed."""
        within = ["nsenter", f"--mount=/proc/{self._process.pid}/ns/mnt", "--"]
        done = subprocess.run(
            [*within, *command],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def user_manager_in(home: Path) -> Iterator[UserManager]:
    """For whose home this is. Raises `NoUserManager`."""
    unshare = shutil.which("unshare")
    if unshare is None or not _SYSTEMD.exists() or shutil.which("systemctl") is None:
        raise NoUserManager("unshare or systemd is not here")
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "CONTROL_GROUP": f"casemate-test-{os.getpid()}",
    }
    log = home / "manager.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [unshare, "--mount", "--propagation", "private", "sh", "-c", _START, str(_SYSTEMD)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            text=True,
        )
    try:
        deadline = time.monotonic() + _SECONDS
        while not (runtime / "systemd" / "private").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoUserManager(log.read_text(errors="replace"))
            time.sleep(0.02)
        yield UserManager(process, environment)
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        clear = [unshare, "--mount", "--propagation", "private", "sh", "-c", _CLEAR]
        subprocess.run(clear, env=environment, capture_output=True, timeout=_SECONDS, check=False)
