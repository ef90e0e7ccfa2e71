"""What a service was started as, kept beside its data: the arguments that start the same again with the computer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from casemate.runtime.secrets_file import keep_secret

_FILE: Final = "started-as.json"
_COMMANDS: Final = frozenset({"up", "internal-service"})


def keep_started(folder: Path, arguments: Sequence[str]) -> None:
    """Raises `OSError`."""
    keep_secret(folder / _FILE, json.dumps(list(arguments)).encode())


def last_started(folder: Path) -> list[str] | None:
    """None where nothing was started, or that cannot be read."""
    try:
        arguments = json.loads((folder / _FILE).read_bytes())
    except (OSError, ValueError):
        return None
    fits = isinstance(arguments, list) and all(isinstance(word, str) for word in arguments)
    return arguments if fits and _COMMANDS & set(arguments) else None
