"""`casemate join`: come by an invitation, with a service that runs here or is started for it."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Final

from casemate.cli.keeping import SupervisedService, how_it_stops, say, until_stopped
from casemate.cli.open import NotRunning, how_to_start_again, launch_url, open_command, open_in_browser
from casemate.cli.options import DEFAULT_INTERNAL_LISTEN, INTERNAL_FOLDER, Address, LogLevel, LogStyle, default_data_dir
from casemate.crypto.errors import BadInvitation
from casemate.crypto.invite import holds_invitation, read_invitation
from casemate.runtime.errors import CannotStart

_MOST_CHARACTERS: Final = 64 * 1024
_PASTE_SECONDS: Final = 0.3
_WHAT_IS_WRONG: Final = {
    "none": "There is no invitation in that text: copy the whole link, from http to its end.",
    "incomplete": "That invitation was not copied whole: copy the whole link, from http to its end.",
    "newer": "That invitation was made by a newer Casemate: update this one.",
}


def join(
    *,
    data_dir: Path | None = None,
    listen: Address = DEFAULT_INTERNAL_LISTEN,
    browser: bool = True,
    log_level: LogLevel = "warning",
    log_style: LogStyle = "console",
) -> int:
    """Join a workspace by an invitation: paste the link, or the whole message, when it is asked for.

    It is read from the terminal or from standard input, never from the command line, which others can read.

    Parameters
    ----------
    data_dir
        Where `casemate up` keeps its data.
    listen
        HOST:PORT of the internal service that is started where none runs, for browsers on this computer.
    browser
        Open the UI; with --no-browser only its URL is printed.
    log_level
        How much the service tells on stderr.
    log_style
        Sentences for people (console) or lines for programs (json); auto looks whether stderr is a terminal.
    """
    directory = data_dir or default_data_dir()
    invitation = _ask_for_it()
    try:
        url = launch_url(directory, invitation)
    except NotRunning:
        options = ["--data-dir", str(directory / INTERNAL_FOLDER), "--log-level", log_level, "--log-style", log_style]
        service = SupervisedService("internal-service", listen, options, say)
        return asyncio.run(until_stopped(_serve(directory, service, invitation, browser), service))
    _show(url, directory, browser)
    return 0


def _ask_for_it() -> str:
    """What was pasted, with an invitation in it. Raises CannotStart."""
    text = _from_terminal() if sys.stdin.isatty() else sys.stdin.read(_MOST_CHARACTERS)
    try:
        read_invitation(text)
    except BadInvitation as error:
        raise CannotStart(_WHAT_IS_WRONG[str(error)]) from error
    return text


def _from_terminal() -> str:
    """Lines until there is an invitation in them, or an empty one.

    Whatever else was pasted is thrown away: left in the terminal, the shell would run it as soon as we end, and who
    writes an invitation would have this computer do what they like.
    """
    import termios

    sys.stdout.write("Paste the invitation, then press Enter (twice to give up): ")
    sys.stdout.flush()
    text = ""
    try:
        while len(text) < _MOST_CHARACTERS and not holds_invitation(text):
            line = sys.stdin.readline(_MOST_CHARACTERS)
            text += line
            if not line.strip():
                break
    finally:
        time.sleep(_PASTE_SECONDS)  # a terminal hands a long paste on piece by piece
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    return text


async def _serve(data_dir: Path, service: SupervisedService, invitation: str, browser: bool) -> None:
    await service.start()
    url = await asyncio.to_thread(launch_url, data_dir, invitation)
    await asyncio.to_thread(_show, url, data_dir, browser)
    sys.stdout.write(f"{how_it_stops('it')} {how_to_start_again(data_dir)}")
    sys.stdout.flush()
    await service.keep()


def _show(url: str, data_dir: Path, browser: bool) -> None:
    sys.stdout.write(
        f"Go on in your browser:\n\n    {url}\n\n"
        f"It works once and for five minutes. A page without the invitation, at any time:\n\n"
        f"    {open_command(data_dir)}\n\n"
    )
    sys.stdout.flush()
    if browser:
        open_in_browser(url, data_dir)
