"""The browsers that a cookie was given to: when, which, last used when. One that is not on this list is signed out."""

import asyncio
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import structlog
from msgspec.structs import replace

from casemate.runtime.secrets_file import write_secret

FILE_NAME: Final = "browsers.json"
BROWSERS_KEPT: Final = 64
"""Then the one that was not used for longest goes."""
UNUSED_SECONDS: Final = 30 * 86_400
NOTED_SECONDS: Final = 3_600.0
"""Use is written down once in that time: a page that is loaded does not wait for the disk."""
_FILE_BYTES: Final = 64 * 1024
_ID_BYTES: Final = 16

_PROGRAMS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS|Chromium", "Chrome"),
    ("Safari", "Safari"),
)
"""In this order: each also says the names of those after it."""
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux|X11", "Linux"),
)

log = structlog.get_logger("casemate.web")


class Browser(msgspec.Struct, frozen=True):
    """Times are Unix seconds."""

    id: str
    """Part of its cookie; without the signature beside it, it opens nothing."""
    name: str
    signed_in_at: float
    last_used_at: float


class Browsers:
    """Kept in a file of the data directory. Changes hold at once, and over a restart once they are saved."""

    def __init__(self, data_dir: Path, wall_clock: Callable[[], float]) -> None:
        self._path = data_dir / FILE_NAME
        self._wall_clock = wall_clock
        self._browsers = {browser.id: browser for browser in self._read()}
        self._saving = asyncio.Lock()

    def all(self) -> list[Browser]:
        """The last to be used comes first."""
        return sorted(self._browsers.values(), key=lambda browser: (-browser.last_used_at, browser.id))

    def is_signed_in(self, browser_id: str) -> bool:
        browser = self._browsers.get(browser_id)
        return browser is not None and self._wall_clock() < browser.last_used_at + UNUSED_SECONDS

    def sign_in(self, user_agent: str) -> str:
        """A new browser's id."""
        now = self._wall_clock()
        browser = Browser(secrets.token_urlsafe(_ID_BYTES), browser_name(user_agent), now, now)
        self._browsers[browser.id] = browser
        for unused in self.all()[BROWSERS_KEPT:]:
            del self._browsers[unused.id]
        return browser.id

    def used(self, browser_id: str) -> bool:
        """Whether that is worth saving."""
        browser, now = self._browsers[browser_id], self._wall_clock()
        if now < browser.last_used_at + NOTED_SECONDS:
            return False
        self._browsers[browser_id] = replace(browser, last_used_at=now)
        return True

    def sign_out(self, browser_id: str) -> bool:
        """False when it was not signed in."""
        return self._browsers.pop(browser_id, None) is not None

    async def save(self) -> bool:
        """False where the disk does not take it: then it is as it was after a restart."""
        async with self._saving:
            try:
                await asyncio.to_thread(write_secret, self._path, msgspec.json.encode(self.all()))
            except OSError as error:
                log.error("the list of browsers cannot be saved", file=str(self._path), error=type(error).__name__)
                return False
        return True

    def _read(self) -> list[Browser]:
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(_FILE_BYTES), type=list[Browser])[:BROWSERS_KEPT]
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError) as error:
            # They sign in again, with a fresh link.
            log.error("the list of browsers cannot be read", file=str(self._path), error=type(error).__name__)
            return []


def browser_name(user_agent: str) -> str:
    """Words of ours for what it says it is, such as "Firefox on Linux"."""
    program = _first(_PROGRAMS, user_agent, "A browser")
    system = _first(_SYSTEMS, user_agent, "")
    return f"{program} on {system}" if system else program


def _first(names: tuple[tuple[str, str], ...], text: str, otherwise: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, text)), otherwise)
