"""An entry in the folder from which desktops start programs at a login."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from casemate.runtime.autostart import written
from casemate.runtime.autostart.config_home import config_home

_TEXT: Final = """\
[Desktop Entry]
Type=Application
Name=Casemate
Comment=A workspace where people talk end-to-end encrypted
Exec={command}
Terminal=false
"""
_ESCAPED_IN_QUOTES: Final = '\\"`$'


def file() -> Path:
    return config_home() / "autostart" / "casemate.desktop"


def is_offered() -> bool:
    """A desktop runs here."""
    return any(os.environ.get(name) for name in ("XDG_CURRENT_DESKTOP", "WAYLAND_DISPLAY", "DISPLAY"))


def starts() -> tuple[str, ...] | None:
    """What our entry starts."""
    return written.command_in(file())


def write(command: Sequence[str]) -> None:
    """Raises `CannotAutostart`."""
    written.write(file(), command, text(command))


def remove() -> None:
    """Only what `write` made. Raises `CannotAutostart`."""
    if written.command_in(file()) is not None:
        written.remove(file())


def text(command: Sequence[str]) -> str:
    return _TEXT.format(command=" ".join(_quoted(word) for word in command))


def _quoted(word: str) -> str:
    """Within quotes, of a command line that is a value of its own: backslashes are doubled twice."""
    in_quotes = "".join(f"\\{sign}" if sign in _ESCAPED_IN_QUOTES else sign for sign in word)
    escaped = in_quotes.replace("\\", "\\\\").replace("%", "%%")
    return f'"{escaped}"'
