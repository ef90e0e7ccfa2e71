"""A file that starts Casemate, and that says of itself that we wrote it so."""

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from casemate.runtime.autostart.errors import CannotAutostart
from casemate.runtime.secrets_file import write_secret

_MARK: Final = "# Written by `casemate autostart on`, which leaves it alone once it was changed by hand."
_DIGEST: Final = "# sha256 of what follows: "
_COMMAND: Final = "# command: "
_MOST_BYTES: Final = 64 * 1024


def write(file: Path, command: Sequence[str], text: str) -> None:
    """Raises `CannotAutostart` when another file is there, or this one cannot be written."""
    check_ours(file)
    body = f"{_COMMAND}{json.dumps(list(command))}\n{text}".encode()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secret(file, f"{_MARK}\n{_DIGEST}{hashlib.sha256(body).hexdigest()}\n".encode() + body)
    except OSError as error:
        raise CannotAutostart("autostart_failed", file=str(file), detail=error.strerror or str(error)) from error


def command_in(file: Path) -> tuple[str, ...] | None:
    """What our own file starts; None where there is none, or one that is not (or no longer) as we wrote it."""
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            return None  # a link to /dev/null, say, is how a unit is forbidden
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES)
        mark, digest, body = content.split(b"\n", 2)
        if (mark + b"\n" + digest).decode() != f"{_MARK}\n{_DIGEST}{hashlib.sha256(body).hexdigest()}":
            return None
        return tuple(json.loads(body.split(b"\n", 1)[0].removeprefix(_COMMAND.encode())))
    except (OSError, ValueError, TypeError):
        return None


def check_ours(file: Path) -> None:
    """Nothing is there, or what we wrote. Raises `CannotAutostart`."""
    if command_in(file) is None and os.path.lexists(file):
        raise CannotAutostart("autostart_not_ours", file=str(file))


def remove(file: Path) -> None:
    """Raises `CannotAutostart`."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise CannotAutostart("autostart_failed", file=str(file), detail=error.strerror or str(error)) from error


def storable(command: Sequence[str]) -> None:
    """Files of lines hold no line breaks, and both kinds are read as UTF-8. Raises `CannotAutostart`."""
    for word in command:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise CannotAutostart("autostart_path", path=ascii(word)) from None
        if not word.isprintable():
            raise CannotAutostart("autostart_path", path=ascii(word))
