"""`casemate open`: a fresh signed-in URL of an internal service that runs on this computer."""

import http.client
import json
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from casemate.cli.options import INTERNAL_FOLDER, default_data_dir
from casemate.runtime.errors import CannotStart
from casemate.runtime.opened_page import open_page
from casemate.runtime.own_command import is_fetched_for_one_run, own_command

ANSWER_SECONDS = 10.0
MAX_ANSWER_BYTES = 64 * 1024

URL_FILE: Final = "url"


class NotRunning(CannotStart):
    """No internal service runs on this directory."""


def open_ui(*, data_dir: Path | None = None, browser: bool = True) -> None:
    """Print a fresh signed-in URL of a running internal service, and open it in the browser.

    Parameters
    ----------
    data_dir
        The data directory of the internal service, or of `casemate up`.
    browser
        Open it; with --no-browser only print it.
    """
    data_dir = data_dir or default_data_dir()
    url = launch_url(data_dir)
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    if browser:
        open_in_browser(url, data_dir)


def launch_url(data_dir: Path, invitation: str = "") -> str:
    """Ask the internal service of this directory for a URL that signs one browser in, once, and leads to this
    invitation. Raises `CannotStart`, and `NotRunning` of it."""
    folder = folder_of_service(data_dir)
    alone = folder.name != INTERNAL_FOLDER and (folder / URL_FILE).exists()
    start = start_command(data_dir, alone=alone)
    not_running = NotRunning(f"Casemate does not run on {folder}: start it with `{start}`.")
    try:
        base = (folder / URL_FILE).read_text("ascii").strip()
        token = (folder / "token").read_text("ascii").strip()
    except FileNotFoundError:
        raise not_running from None
    except (OSError, UnicodeDecodeError):
        raise CannotStart(f"The access token in {folder} cannot be read: is it yours?") from None
    address = urlsplit(base)
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=ANSWER_SECONDS)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain; charset=utf-8"}
        connection.request("POST", "/launch", body=invitation.encode("utf-8", "replace"), headers=headers)
        response = connection.getresponse()
        answer = response.read(MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException):
        raise not_running from None
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise CannotStart(f"Casemate at {base} refused to give a URL (status {response.status}).")
    try:
        url = json.loads(answer)["url"]
    except (ValueError, KeyError, TypeError):
        url = None
    # Whoever answers at this address: nothing but a page of that address is opened.
    if not isinstance(url, str) or not url.startswith(base):
        raise CannotStart(f"What answers at {base} is not Casemate.")
    return url


def open_in_browser(url: str, data_dir: Path) -> None:
    """Open the URL of the service of this directory, if this computer has a screen."""
    try:
        open_page(url, folder_of_service(data_dir))
    except OSError as error:
        sys.stderr.write(f"casemate: The browser is not opened ({error.strerror}): open the address by hand.\n")


def open_command(data_dir: Path) -> str:
    """What gives a fresh signed-in page of the service that runs on this directory."""
    return own_command("open", *_option(directory_of_up(data_dir), default_data_dir()))


def join_command(data_dir: Path) -> str:
    """What asks for the link of an invitation, and shows it in the service that runs on this directory."""
    return own_command("join", *_option(directory_of_up(data_dir), default_data_dir()))


def start_command(data_dir: Path, *, alone: bool = False) -> str:
    """What starts the service of this directory again: `up`, or the internal service `alone`."""
    if alone:
        return own_command("internal-service", *_option(data_dir.resolve(), default_data_dir() / INTERNAL_FOLDER))
    return own_command("up", *_option(directory_of_up(data_dir), default_data_dir()))


def how_to_start_again(data_dir: Path) -> str:
    """For whoever starts it in a terminal: what to type another day."""
    again = f"To start it again:\n\n    {start_command(data_dir)}\n"
    if is_fetched_for_one_run():
        again += "\nIt was fetched for this run only. To keep it: `uv tool install`, with what was given to uvx.\n"
    return again


def directory_of_up(data_dir: Path) -> Path:
    """The directory of `up` for that of its internal service."""
    data_dir = data_dir.resolve()
    return data_dir.parent if data_dir.name == INTERNAL_FOLDER else data_dir


def _option(data_dir: Path, default: Path) -> list[str]:
    return [] if data_dir == default.resolve() else ["--data-dir", str(data_dir)]


def folder_of_service(data_dir: Path) -> Path:
    """Of `up`'s directory the folder of its internal service."""
    return data_dir / INTERNAL_FOLDER if (data_dir / INTERNAL_FOLDER).is_dir() else data_dir
