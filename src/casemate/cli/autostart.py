"""`casemate autostart on|off|status`: what the switch of the UI does, for a terminal."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from casemate.cli.open import directory_of_up, folder_of_service
from casemate.cli.options import default_data_dir
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.sentences import sentence
from casemate.runtime.autostart import CannotAutostart, Found, look, turn_off, turn_on
from casemate.runtime.autostart.started import last_started
from casemate.runtime.errors import CannotStart
from casemate.runtime.own_command import own_program


def on(*, data_dir: Path | None = None) -> None:
    """Start with this computer what runs on this directory, or ran there last, with the same options.

    Parameters
    ----------
    data_dir
        The data directory of `casemate up`, or of an internal service.
    """
    command = _command(data_dir)
    try:
        before = look()
        found = turn_on(command)
    except CannotAutostart as error:
        _fail(error)
    _say(f"Casemate starts {_when(found)}, without opening the browser:\n\n    {shlex.join(found.command)}\n")
    if before.command and before.command != found.command:
        _say(f"Instead of what started so far:\n\n    {shlex.join(before.command)}\n")
    _say(f"That is written in {found.file}. What runs now goes on as it is.")
    if _proxy_is_the_terminals(command):
        _say("The proxy that is set in this terminal's environment is not known then: use --proxy when you start it.")
    if found.can_start_before_login and not found.before_login:
        _say("To have it start before you log in: loginctl enable-linger")


def off() -> None:
    """No longer start with this computer. What runs now goes on."""
    try:
        turn_off()
    except CannotAutostart as error:
        _fail(error)
    _say("Casemate does not start with this computer.")


def status(*, data_dir: Path | None = None) -> None:
    """Say what starts with this computer.

    Parameters
    ----------
    data_dir
        The data directory of `casemate up`, or of an internal service.
    """
    command = _command(data_dir)
    try:
        found = look()
    except CannotAutostart as error:
        _say(f"Casemate does not start with this computer. {_sentence(error)}")
        return
    if found.file is None:
        _say("Casemate does not start with this computer. To have it do so: casemate autostart on")
        return
    _say(f"Casemate is set to start {_when(found)}, by {found.file}:\n\n    {shlex.join(found.command)}\n")
    if not found.is_there:
        _say("That program is no longer there, so nothing starts. To set it right: casemate autostart on")
    elif not found.is_for(command):
        _say(f"That is not the one in {data_dir or default_data_dir()}.")
    elif list(found.command) != command:
        _say(
            f"Here it was last started otherwise; `casemate autostart on` takes this over:\n\n    {shlex.join(command)}"
        )


def _command(data_dir: Path | None) -> list[str]:
    """What ran last on this directory; `casemate up` where nothing did."""
    directory = data_dir or default_data_dir()
    arguments = last_started(folder_of_service(directory))
    return [*own_program(), *(arguments or ["up", "--data-dir", str(directory_of_up(directory)), "--no-browser"])]


def _proxy_is_the_terminals(command: Sequence[str]) -> bool:
    """A login has another environment."""
    variables = {name for name in os.environ if name.lower() in ("https_proxy", "all_proxy")}
    return bool(variables) and "--proxy" not in command


def _when(found: Found) -> str:
    return "with this computer" if found.before_login else "when you log in to this computer"


def _sentence(error: CannotAutostart) -> str:
    return sentence(reason(error.code, **error.params))


def _fail(error: CannotAutostart) -> NoReturn:
    raise CannotStart(_sentence(error)) from error


def _say(sentences: str) -> None:
    sys.stdout.write(f"{sentences}\n")
