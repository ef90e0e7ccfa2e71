"""What somebody started, as arguments that start the same again with the computer."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from casemate.cli.options import chosen_config

_NEVER_PASSED_ON: Final = frozenset(
    {"data_dir", "reach", "browser", "started_by", "own_server_from_stdin", "stop_when_stdin_closes"}
)


def started_as(command: Callable[..., int], values: Mapping[str, Any], data_dir: Path) -> list[str]:
    """The arguments for the command with these values of its options, wherever they came from: a program that starts
    with the computer has not the environment of a terminal. What is as it is by default is left out."""
    name = command.__name__.replace("_", "-")
    arguments = [name, "--data-dir", str(data_dir.resolve())]
    if name == "up":
        arguments.append("--no-browser")
    config = chosen_config.get()
    if config is not None:
        arguments = ["--config", str(config), *arguments]
    for option in inspect.signature(command).parameters.values():
        value = values[option.name]
        if option.name not in _NEVER_PASSED_ON and value != option.default:
            arguments += _argument(f"--{option.name.replace('_', '-')}", value)
    return arguments


def _argument(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [name if value else f"--no-{name.removeprefix('--')}"]
    values = value if isinstance(value, list) else [value]
    return [word for one in values for word in (name, str(one.resolve() if isinstance(one, Path) else one))]
