"""Whether something starts with this computer, on and off. What is said is what the disk says now; nothing is kept."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

from casemate.runtime.autostart import desktop_entry, user_unit, written
from casemate.runtime.autostart.errors import CannotAutostart
from casemate.runtime.own_command import is_fetched_for_one_run


class Way(Protocol):
    """A kind of file by which something starts."""

    def file(self) -> Path: ...

    def is_offered(self) -> bool:
        """Whether this computer starts what such a file says."""
        ...

    def write(self, command: Sequence[str]) -> None: ...

    def remove(self) -> None: ...


_WAYS: Final[tuple[Way, ...]] = (user_unit, desktop_entry)


@dataclass(frozen=True, slots=True)
class Found:
    file: Path | None = None
    """What starts something of ours; None: nothing does."""
    command: tuple[str, ...] = ()
    """What that starts."""
    before_login: bool = False
    """It starts with the computer already, and not only when its user logs in."""
    can_start_before_login: bool = False

    @property
    def is_there(self) -> bool:
        """The program that would be started still exists."""
        return bool(self.command) and shutil.which(self.command[0]) is not None

    def is_for(self, command: Sequence[str]) -> bool:
        """It starts the same thing on the same directory, whatever the other options."""
        return self.is_there and _subject(self.command) == _subject(command)


def look() -> Found:
    """Raises `CannotAutostart` when nothing is on and nothing can be."""
    if (unit := user_unit.starts()) is not None:
        return Found(user_unit.file(), unit, user_unit.starts_before_login(), can_start_before_login=True)
    if (entry := desktop_entry.starts()) is not None:
        return Found(desktop_entry.file(), entry)
    written.check_ours(_way().file())
    return Found()


def turn_on(command: Sequence[str]) -> Found:
    """Start the command with this computer, instead of whatever we started before. Raises `CannotAutostart`."""
    way = _way()
    written.storable(command)
    way.write(command)
    for other in _WAYS:
        if other is not way:
            other.remove()  # once is enough
    return look()


def turn_off() -> None:
    """Remove what we made, and leave alone what runs. Raises `CannotAutostart` when what is there is not ours."""
    for way in _WAYS:
        way.remove()
    for way in _WAYS:
        written.check_ours(way.file())


def _way() -> Way:
    if not sys.platform.startswith("linux"):
        raise CannotAutostart("autostart_platform")
    if is_fetched_for_one_run():
        raise CannotAutostart("autostart_fetched")
    for way in _WAYS:
        if way.is_offered():
            return way
    raise CannotAutostart("autostart_nothing")


def _subject(command: Sequence[str]) -> tuple[str, str]:
    """The service, and the directory that it works on."""
    service = next((word for word in command if word in ("up", "internal-service")), "")
    following = dict(pairwise(command))
    return service, os.path.realpath(following.get("--data-dir", ""))
