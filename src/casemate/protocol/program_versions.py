"""Which program somebody says they run: for hints to people alone. Who can talk with whom, `versions.py` decides."""

import re
from typing import Final

_VERSION: Final = re.compile(r"([0-9]{1,5})\.([0-9]{1,5})\.([0-9]{1,5})(?:(a|b|rc)([0-9]{1,5}))?", re.ASCII)
"""As we number ours. Whatever else stands there is no version, and nothing is said of it."""
_FINAL: Final = "z"
"""After all that comes before it."""

Order = tuple[int, int, int, str, int]


def order_of(version: str) -> Order | None:
    """What two versions are compared by; None for what is none."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return None
    major, minor, patch, phase, number = match.groups()
    return int(major), int(minor), int(patch), phase or _FINAL, int(number or 0)


def is_newer(theirs: str, ours: str) -> bool | None:
    """False when it is older. None when they are the same, or one of them is none."""
    them, us = order_of(theirs), order_of(ours)
    return None if them is None or us is None or them == us else them > us
