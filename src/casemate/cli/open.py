"""`casemate open`: a fresh signed-in URL of an internal service that runs on this computer."""

import http.client
import json
import os
import sys
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit

from casemate.cli.options import INTERNAL_FOLDER, default_data_dir
from casemate.runtime.errors import CannotStart

ANSWER_SECONDS = 10.0
MAX_ANSWER_BYTES = 64 * 1024


def open_ui(*, data_dir: Path | None = None, browser: bool = True) -> None:
    """Print a fresh signed-in URL of a running internal service, and open it in the browser.

    Parameters
    ----------
    data_dir
        The data directory of the internal service, or of `casemate up`.
    browser
        Open it; with --no-browser only print it.
    """
    url = launch_url(data_dir or default_data_dir())
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()
    if browser:
        open_in_browser(url)


def launch_url(data_dir: Path) -> str:
    """Ask the internal service of this directory for a URL that signs one browser in, once. Raises `CannotStart`."""
    folder = data_dir / INTERNAL_FOLDER if (data_dir / INTERNAL_FOLDER).is_dir() else data_dir
    not_running = CannotStart(f"No internal service runs on {folder}: start one with `casemate up`.")
    try:
        base = (folder / "url").read_text("ascii").strip()
        token = (folder / "token").read_text("ascii").strip()
    except FileNotFoundError:
        raise not_running from None
    except (OSError, UnicodeDecodeError):
        raise CannotStart(f"The access token in {folder} cannot be read: is it yours?") from None
    address = urlsplit(base)
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", "/launch", headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        answer = response.read(MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException):
        raise not_running from None
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise CannotStart(f"The internal service at {base} refused to give a URL (status {response.status}).")
    try:
        url = json.loads(answer)["url"]
    except (ValueError, KeyError, TypeError):
        url = None
    # Whoever answers at this address: nothing but a page of that address is opened.
    if not isinstance(url, str) or not url.startswith(base):
        raise CannotStart(f"What answers at {base} is not an internal service.")
    return url


def open_in_browser(url: str) -> None:
    """Open the URL if this computer has a screen; without one a text browser would take the terminal over."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    webbrowser.open(url)
