"""The commands, and how each of them ends: with an exit code, and each mistake with one sentence on stderr.

What is read from the command line, the environment and the config file, and in which order, is in `command`.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from casemate.cli.command import Command, Misused
from casemate.node import StorageBroken
from casemate.runtime.errors import CannotStart

EXIT_FAILED = 1
EXIT_MISUSED = 2
EXIT_INTERRUPTED = 130

CONFIG_VARIABLE = "CASEMATE_CONFIG"

COMMANDS: Final = {
    "up": ("casemate.cli.up", "up", "up"),
    "server": ("casemate.cli.services", "server", "server"),
    # It reads the same data_dir as the server, so the same variable and table say where that is.
    "server fingerprint": ("casemate.cli.services", "fingerprint", "server"),
    "internal-service": ("casemate.cli.services", "internal_service", "internal-service"),
    "open": ("casemate.cli.open", "open_ui", "open"),
}
"""By module and function, so that a command imports what it needs and nothing of the others: services stay for long."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 done, 1 it failed, 2 it was misused."""
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
    except Misused as error:
        code = _fail(str(error), EXIT_MISUSED)
    except CannotStart as error:
        code = _fail(str(error), EXIT_FAILED)
    except StorageBroken as error:
        code = _fail(f"Stopped, because its storage failed ({error}). What was acknowledged is kept.", EXIT_FAILED)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    arguments, config_file = _take_config_option(arguments)
    if not arguments or arguments[0] in {"-h", "--help"}:
        from casemate.cli.help import overview

        return _print(overview([_command(name) for name in COMMANDS]))
    if arguments[0] == "--version":
        return _print(_version())
    length = 2 if " ".join(arguments[:2]) in COMMANDS else 1
    name, rest = " ".join(arguments[:length]), arguments[length:]
    if name not in COMMANDS:
        raise Misused(f"Unknown command {name!r}. There are: {', '.join(COMMANDS)}.")
    command = _command(name)
    if {"-h", "--help"} & set(rest):
        from casemate.cli.help import help_of

        return _print(help_of(command))
    result = command.run(rest, os.environ, {} if config_file is None else _read_config(config_file))
    return result if isinstance(result, int) else 0


def _command(name: str) -> Command:
    module, function, table = COMMANDS[name]
    return Command(name, getattr(import_module(module), function), table)


def _print(text: str) -> int:
    sys.stdout.write(text)
    return 0


def _version() -> str:
    from importlib.metadata import version

    return f"casemate {version('casemate')}\n"


def _take_config_option(arguments: list[str]) -> tuple[list[str], Path | None]:
    """Read `--config FILE` ahead of everything else, because it decides what the other options default to."""
    chosen = os.environ.get(CONFIG_VARIABLE)
    for position, argument in enumerate(arguments):
        if argument == "--config" and position + 1 < len(arguments):
            chosen = arguments[position + 1]
            arguments = arguments[:position] + arguments[position + 2 :]
            break
        if argument.startswith("--config="):
            chosen = argument.removeprefix("--config=")
            arguments = arguments[:position] + arguments[position + 1 :]
            break
    if chosen is None:
        from platformdirs import user_config_path

        usual = user_config_path("casemate") / "config.toml"
        return arguments, usual if os.access(usual, os.R_OK) else None
    if not os.access(chosen, os.R_OK):
        raise Misused(f"The config file {chosen} is not there or cannot be read.")
    return arguments, Path(chosen)


def _read_config(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Misused(f"The config file {file} cannot be read: {error}.") from error


def _fail(sentence: str, code: int) -> int:
    sys.stderr.write(f"casemate: {' '.join(sentence.split())}\n")
    return code
