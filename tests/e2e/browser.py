"""A person at a browser tab: what they click and what they can see, by the words on the screen."""

import os
import shutil
from typing import Final

CHROMIUM_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def chromium_path() -> str | None:
    """The system's Chromium, or the one that CASEMATE_CHROMIUM names."""
    for name in (os.environ.get("CASEMATE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    return None
