"""A unit of the user's own systemd: it starts at the first login, or with the computer for who lingers."""

import contextlib
import getpass
import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from casemate.runtime.autostart import written
from casemate.runtime.autostart.config_home import config_home
from casemate.runtime.autostart.errors import CannotAutostart

UNIT_NAME: Final = "casemate.service"
ANSWER_SECONDS: Final = 20.0
_LINGERING: Final = Path("/var/lib/systemd/linger")
_NEVER_IN_PROGRAM: Final = frozenset("\"'\\")
"""systemd refuses programs with these in their path, however they are quoted."""

_TEXT: Final = """\
[Unit]
Description=Casemate
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
ExecStart={command}
# What it starts is ended by it, in the right order.
KillMode=mixed
TimeoutStopSec=60
# It ends by itself only where it cannot start: a port or the data directory is taken, or the network is not there yet.
Restart=on-failure
RestartSec=30

[Install]
WantedBy=default.target
"""


def file() -> Path:
    return config_home() / "systemd" / "user" / UNIT_NAME


def is_offered() -> bool:
    """A user manager runs for us."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if not runtime or shutil.which("systemctl") is None:
        return False
    try:
        return stat.S_ISSOCK((Path(runtime) / "systemd" / "private").stat().st_mode)
    except OSError:
        return False


def starts() -> tuple[str, ...] | None:
    """What our unit starts, if it is enabled."""
    return written.command_in(file()) if _is_enabled() else None


def starts_before_login() -> bool:
    """Whether this user's units run without a login, from the start of the computer on."""
    try:
        return (_LINGERING / getpass.getuser()).exists()
    except (OSError, KeyError):
        return False


def write(command: Sequence[str]) -> None:
    """Raises `CannotAutostart`."""
    if _NEVER_IN_PROGRAM & set(command[0]):
        raise CannotAutostart("autostart_path", path=command[0])
    before, was_enabled = written.command_in(file()), _is_enabled()
    written.write(file(), command, text(command))
    try:
        _systemctl("daemon-reload")
        _systemctl("enable", UNIT_NAME)
    except CannotAutostart:
        if not was_enabled:
            written.remove(_link())
        if before is None:
            written.remove(file())
        else:
            written.write(file(), before, text(before))
        raise


def remove() -> None:
    """Only what `write` made; what runs goes on. Raises `CannotAutostart`."""
    if written.command_in(file()) is None:
        return
    if _is_enabled():
        written.remove(_link())
    written.remove(file())
    # Where no manager runs now, none has it in its memory.
    with contextlib.suppress(CannotAutostart):
        _systemctl("daemon-reload")


def text(command: Sequence[str]) -> str:
    # The program is taken as it is, in its arguments variables would be looked for.
    program, *arguments = (_quoted(word) for word in command)
    return _TEXT.format(command=" ".join([program, *(argument.replace("$", "$$") for argument in arguments)]))


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _link() -> Path:
    """What `systemctl enable` makes."""
    return file().parent / "default.target.wants" / UNIT_NAME


def _is_enabled() -> bool:
    return os.path.islink(_link())  # noqa: PTH114  (it says no where we may not look)


def _systemctl(*arguments: str) -> None:
    try:
        done = subprocess.run(
            ["systemctl", "--user", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_SECONDS,
            check=False,
        )
        detail = "" if done.returncode == 0 else done.stderr.strip() or f"systemctl ended with {done.returncode}"
    except (OSError, subprocess.TimeoutExpired) as error:
        detail = str(error)
    if detail:
        raise CannotAutostart("autostart_failed", file=str(file()), detail=" ".join(detail.split())[:500])
