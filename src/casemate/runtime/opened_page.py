"""A page opened in this computer's browser, without its address among the arguments of a program."""

import os
import sys
import webbrowser
from html import escape
from pathlib import Path
from typing import Final

from casemate.runtime.secrets_file import keep_secret

REDIRECT_FILE: Final = "open.html"
_REDIRECT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}">
<title>Casemate</title>
<p><a href="{url}">Open Casemate</a></p>
</html>
"""


def open_page(url: str, folder: Path) -> None:
    """Open the URL if this computer has a screen; without one a text browser would take the terminal over.

    Everybody on a computer can list the arguments of everybody's programs, and this URL is a key. So the browser is
    given a file in this folder that its owner alone can read, and that sends it on. Raises OSError.
    """
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    file = folder.resolve() / REDIRECT_FILE
    keep_secret(file, _REDIRECT.format(url=escape(url)).encode("utf-8"))
    webbrowser.open(file.as_uri())
