"""Commands and options; the same options come from the environment and from a config file.

A command line wins over the environment (CASEMATE_SERVER_LISTEN), the environment over the config file
(`listen` in the table `[server]`), and that over the defaults. Each mistake is one sentence on stderr.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cyclopts import App, CycloptsError
from cyclopts.config import Env, Toml

from casemate import __version__
from casemate.cli.options import chosen_config
from casemate.cli.services import fingerprint, server
from casemate.node import StorageBroken
from casemate.runtime.errors import CannotStart

EXIT_FAILED = 1
EXIT_MISUSED = 2
EXIT_INTERRUPTED = 130

ENVIRONMENT_PREFIX = "CASEMATE_"
CONFIG_VARIABLE = "CASEMATE_CONFIG"


class Misused(Exception):
    """A mistake on the command line that is found before its options are read."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 done, 1 it failed, 2 it was misused."""
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
    except (CycloptsError, Misused) as error:
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
    from_file = [Toml(config_file)] if config_file else []
    app = App(
        name="casemate",
        help="A self-hosted workspace where people talk end-to-end encrypted.\n\n"
        "Every option can also be set in the environment (CASEMATE_SERVER_LISTEN) or in a config file "
        "(--config FILE, CASEMATE_CONFIG; `listen` in the table [server]).",
        version=_version,
        config=[Env(ENVIRONMENT_PREFIX), *from_file],
    )
    # Named, so that a command imports what it needs itself and nothing of the others: services stay for long.
    app.command("casemate.cli.up:up", name="up")
    of_server = App(name="server")
    of_server.default(server)
    # It reads the same data_dir as the server, so the same variable and table say where that is.
    tables = (
        [Toml(config_file, root_keys="server", use_commands_as_keys=False, allow_unknown=True)] if config_file else []
    )
    of_server.command(fingerprint, config=[Env(f"{ENVIRONMENT_PREFIX}SERVER_", command=False), *tables])
    app.command(of_server)
    # No shell can set a variable with a hyphen in its name, so this command names its own.
    variables = Env(f"{ENVIRONMENT_PREFIX}INTERNAL_SERVICE_", command=False)
    app.command("casemate.cli.services:internal_service", name="internal-service", config=[variables, *from_file])
    app.command("casemate.cli.open:open_ui", name="open")
    app.command("casemate.cli.join:join", name="join")
    of_autostart = App(name="autostart", help="Start Casemate with this computer, without opening the browser.")
    for name in ("on", "off", "status"):
        of_autostart.command(f"casemate.cli.autostart:{name}", name=name)
    app.command(of_autostart)
    result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    return result if isinstance(result, int) else 0


def _version() -> str:
    return f"casemate {__version__}"


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
    chosen_config.set(None if chosen is None else Path(chosen).absolute())
    if chosen is None:
        from platformdirs import user_config_path

        usual = user_config_path("casemate") / "config.toml"
        return arguments, usual if os.access(usual, os.R_OK) else None
    if not os.access(chosen, os.R_OK):
        raise Misused(f"The config file {chosen} is not there or cannot be read.")
    return arguments, Path(chosen)


def _fail(sentence: str, code: int) -> int:
    sys.stderr.write(f"casemate: {' '.join(sentence.split())}\n")
    return code
