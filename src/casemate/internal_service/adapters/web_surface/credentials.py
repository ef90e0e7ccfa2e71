"""Who may talk to this service: programs with the token, browsers with a cookie, one browser per launch token."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from casemate.internal_service.adapters.web_surface.browsers import UNUSED_SECONDS, Browsers
from casemate.internal_service.adapters.web_surface.waiting import WaitingInvitations
from casemate.runtime.errors import CannotStart, unusable
from casemate.runtime.secrets_file import keep_secret

TOKEN_FILE: Final = "token"  # noqa: S105  (a file name)
LAUNCH_SECONDS: Final = 300.0
LAUNCHES_KEPT: Final = 32
COOKIE_SECONDS: Final = UNUSED_SECONDS
_TOKEN_BYTES: Final = 32
_COOKIE_LABEL: Final = b"casemate/cookie/1"


def load_or_make_token(data_dir: Path) -> str:
    """The token for programs, in a file that only its owner may read. Raises CannotStart."""
    path = data_dir / TOKEN_FILE
    try:
        token = path.read_text("ascii").strip() if path.exists() else ""
        if len(token) < _TOKEN_BYTES:
            token = secrets.token_urlsafe(_TOKEN_BYTES)
        # Whoever loosened its mode finds it tight after a start.
        keep_secret(path, token.encode("ascii"))
    except OSError as error:
        raise unusable(path, error) from error
    except UnicodeDecodeError as error:
        raise CannotStart(f"The token file {path} cannot be used: {error}.") from error
    return token


@dataclass(frozen=True, slots=True)
class _Launch:
    until: float
    invitation: str = field(repr=False)


class Credentials:
    """Comparisons take the same time wherever the two differ. Deleting the token file ends every cookie, too."""

    def __init__(self, token: str, wall_clock: Callable[[], float], browsers: Browsers) -> None:
        self.browsers = browsers
        self._token = token.encode()
        self._cookie_key = hmac.digest(self._token, _COOKIE_LABEL, "sha256")
        self._wall_clock = wall_clock
        self._launches: dict[bytes, _Launch] = {}
        self.waiting = WaitingInvitations(wall_clock)

    def is_token(self, candidate: str) -> bool:
        return hmac.compare_digest(_digest(candidate.encode("utf-8", "replace")), _digest(self._token))

    def new_launch(self, invitation: str = "") -> str:
        """A token for one browser, good for a few minutes and once; that browser is given this invitation."""
        self._forget_old_launches()
        while len(self._launches) >= LAUNCHES_KEPT:
            self._launches.pop(next(iter(self._launches)))
        launch = secrets.token_urlsafe(_TOKEN_BYTES)
        self._launches[_digest(launch.encode())] = _Launch(self._wall_clock() + LAUNCH_SECONDS, invitation)
        return launch

    def use_launch(self, candidate: str) -> str | None:
        """The invitation of a launch token that is not too old, once, empty without one; None else. Looked up by its
        digest, so time tells nothing."""
        self._forget_old_launches()
        launch = self._launches.pop(_digest(candidate.encode("utf-8", "replace")), None)
        return None if launch is None else launch.invitation

    def new_cookie(self, browser: str) -> str:
        """For a browser that is signed in."""
        signed = f"{int(self._wall_clock()) + COOKIE_SECONDS}.{browser}"
        return f"{signed}.{self._signature(signed)}"

    def browser_of(self, candidate: str) -> str | None:
        """The signed-in browser whose cookie this is."""
        signed, _, signature = candidate.rpartition(".")
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), self._signature(signed).encode()):
            return None
        expires, _, browser = signed.partition(".")
        in_time = expires.isdigit() and self._wall_clock() < int(expires)
        return browser if in_time and self.browsers.is_signed_in(browser) else None

    def _signature(self, signed: str) -> str:
        return hmac.new(self._cookie_key, signed.encode("utf-8", "replace"), "sha256").hexdigest()

    def _forget_old_launches(self) -> None:
        now = self._wall_clock()
        self._launches = {digest: launch for digest, launch in self._launches.items() if now < launch.until}


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
