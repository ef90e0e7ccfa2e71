"""What `--help` prints: from the docstring of a command, and from its options."""

import shutil
import textwrap
from collections.abc import Sequence
from typing import Final

from casemate.cli.command import Command

WIDEST: Final = 100
_INDENT: Final = " " * 6


def help_of(command: Command) -> str:
    """Raises nothing: an option without a description is shown without one."""
    summary, descriptions = _read(command.function.__doc__ or "")
    parts = [f"Usage: casemate {command.name} [OPTIONS]", _wrapped(summary)]
    for option, kind in command.kinds.items():
        if not kind.is_hidden:
            typed = f"  --{option} {kind.placeholder}".rstrip() + (f", --no-{option}" if kind.can_be_off else "")
            notes = f"{descriptions.get(option, '')} [{command.variable(option)}{_shown(command.default(option))}]"
            parts.append(f"{typed}\n{_wrapped(notes, _INDENT)}")
    return "\n\n".join(parts) + "\n"


def overview(commands: Sequence[Command]) -> str:
    """Of `casemate` itself."""
    lines = [
        "Usage: casemate COMMAND [OPTIONS]",
        "A self-hosted workspace where people talk end-to-end encrypted.",
        *(f"  {command.name}\n{_wrapped(_read(command.function.__doc__ or '')[0], _INDENT)}" for command in commands),
        _wrapped(
            "`casemate COMMAND --help` names its options, `casemate --version` tells the version. Every option can "
            "also be set in the environment (CASEMATE_SERVER_LISTEN) or in a config file (--config FILE, "
            "CASEMATE_CONFIG; `listen` in the table [server])."
        ),
    ]
    return "\n\n".join(lines) + "\n"


def _read(docstring: str) -> tuple[str, dict[str, str]]:
    """The sentences before `Parameters`, and those below the name of each option."""
    before, _, parameters = docstring.partition("\n    Parameters\n")
    descriptions: dict[str, str] = {}
    option = ""
    for line in textwrap.dedent(parameters).splitlines():
        if line.startswith(" "):
            descriptions[option] = f"{descriptions[option]} {line.strip()}".strip()
        elif line.strip("-"):
            option = line.strip().replace("_", "-")
            descriptions[option] = ""
    return " ".join(before.split()), descriptions


def _shown(default: object) -> str:
    return "" if default is None or default == "" or isinstance(default, bool) else f"; {default}"


def _wrapped(text: str, indent: str = "") -> str:
    width = min(WIDEST, shutil.get_terminal_size().columns)
    return textwrap.fill(text.strip(), width, initial_indent=indent, subsequent_indent=indent)
