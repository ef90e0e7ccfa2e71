"""The rules of the door: which Host, which Origin, which credential (docs/protocol/client-api.md)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from casemate.internal_service.adapters.web_surface.credentials import Credentials

Problem = Literal["host", "other_user", "origin", "not_signed_in", "launch_used", "credential", "busy", "full"]

STATUS: Final[dict[Problem, HTTPStatus]] = {
    "host": HTTPStatus.MISDIRECTED_REQUEST,
    "other_user": HTTPStatus.FORBIDDEN,
    "origin": HTTPStatus.FORBIDDEN,
    "not_signed_in": HTTPStatus.UNAUTHORIZED,
    "launch_used": HTTPStatus.UNAUTHORIZED,
    "credential": HTTPStatus.UNAUTHORIZED,
    "busy": HTTPStatus.TOO_MANY_REQUESTS,
    "full": HTTPStatus.SERVICE_UNAVAILABLE,
}

_FIRST_PENALTY_SECONDS: Final = 0.1
_LONGEST_PENALTY_SECONDS: Final = 5.0
_FORGIVEN_PER_SECOND: Final = 0.2
_GUESSES_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Doors:
    """The addresses under which browsers reach us, and the other pages that may talk to us."""

    hosts: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, listen_host: str, port: int, allowed_hosts: Iterable[str], allowed_origins: Iterable[str]) -> "Doors":
        """`allowed_hosts` may carry a port; without one ours is meant."""
        names = ["127.0.0.1", "localhost", "[::1]", f"[{listen_host}]" if ":" in listen_host else listen_host]
        hosts = {f"{name}:{port}".lower() for name in names}
        for allowed in allowed_hosts:
            has_port = allowed.rpartition("]")[2].count(":") == 1
            hosts.add(allowed.lower() if has_port else f"{allowed}:{port}".lower())
        own = {f"{scheme}://{host}" for host in hosts for scheme in ("http", "https")}
        return cls(frozenset(hosts), frozenset(own | {_origin(text) for text in allowed_origins}))


class Gate:
    def __init__(self, doors: Doors, credentials: Credentials, cookie_name: str) -> None:
        self._doors = doors
        self._credentials = credentials
        self._cookie_name = cookie_name
        self._guesses = Guesses()

    def address_problem(self, request: web.Request) -> Problem | None:
        """Against DNS rebinding: a page that made our address its own still sends its own Host."""
        return None if request.headers.get(hdrs.HOST, "").lower() in self._doors.hosts else "host"

    def socket_problem(self, request: web.Request) -> Problem | None:
        """For WebSockets. The cookie never counts without an Origin: only browsers send it, and they send both."""
        if not self._origin_allowed(request):
            return "origin"
        if self._has_token(request, in_query=True):
            return None
        if hdrs.ORIGIN in request.headers and self.browser_of(request) is not None:
            return None
        return "credential" if self._tried_something(request) else "not_signed_in"

    def is_program(self, request: web.Request) -> bool:
        """Whether a socket that is let in came with the token."""
        return self._has_token(request, in_query=True)

    def page_problem(self, request: web.Request) -> Problem | None:
        """For the UI's pages and files, which change nothing: browsers send no Origin when they navigate."""
        if not self._origin_allowed(request):
            return "origin"
        if self.browser_of(request) is not None or self._has_token(request, in_query=False):
            return None
        return "credential" if self._tried_something(request) else "not_signed_in"

    def own_page_problem(self, request: web.Request) -> Problem | None:
        """For what is given to our own page alone, whatever other origins are let in: its browser has to say so."""
        host = request.headers.get(hdrs.HOST, "").lower()
        if [origin.lower() for origin in request.headers.getall(hdrs.ORIGIN, [])] not in (
            [f"http://{host}"],
            [f"https://{host}"],
        ):
            return "origin"
        if self.browser_of(request) is not None:
            return None
        return "credential" if self._tried_something(request) else "not_signed_in"

    def command_problem(self, request: web.Request) -> Problem | None:
        """For requests that change something: programs with the token only."""
        if not self._origin_allowed(request):
            return "origin"
        return None if self._has_token(request, in_query=False) else "credential"

    async def slow_down(self, problem: Problem) -> Problem:
        """Keep a guess waiting. Whoever has a credential never comes here."""
        if problem not in ("credential", "launch_used"):
            return problem
        return problem if await self._guesses.wait() else "busy"

    def _origin_allowed(self, request: web.Request) -> bool:
        origins = request.headers.getall(hdrs.ORIGIN, [])
        return not origins or (len(origins) == 1 and origins[0].lower() in self._doors.origins)

    def browser_of(self, request: web.Request) -> str | None:
        """The signed-in browser that sends this."""
        cookie = request.cookies.get(self._cookie_name)
        return None if cookie is None else self._credentials.browser_of(cookie)

    def _has_token(self, request: web.Request, *, in_query: bool) -> bool:
        scheme, _, bearer = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme.lower() == "bearer" and self._credentials.is_token(bearer.strip()):
            return True
        return in_query and self._credentials.is_token(request.query.get("token", ""))

    def _tried_something(self, request: web.Request) -> bool:
        return hdrs.AUTHORIZATION in request.headers or "token" in request.query or self._cookie_name in request.cookies


class Guesses:
    """Wrong credentials make the next wrong ones wait longer; time heals."""

    def __init__(self) -> None:
        self._count = 0.0
        self._counted_at = 0.0
        self._waiting = 0

    async def wait(self) -> bool:
        """False, at once, when too many wait already."""
        if self._waiting >= _GUESSES_AT_ONCE:
            return False
        now = asyncio.get_running_loop().time()
        self._count = max(0.0, self._count - (now - self._counted_at) * _FORGIVEN_PER_SECOND) + 1.0
        self._counted_at = now
        self._waiting += 1
        try:
            await asyncio.sleep(min(_LONGEST_PENALTY_SECONDS, _FIRST_PENALTY_SECONDS * 1.3**self._count))
        finally:
            self._waiting -= 1
        return True


def _origin(text: str) -> str:
    """An origin as browsers write it: no path, lower case. Raises ValueError."""
    parts = urlsplit(text.strip())
    if not parts.scheme or not parts.netloc:
        raise ValueError(f"{text!r} is not an origin, such as http://localhost:5173")
    return f"{parts.scheme}://{parts.netloc}".lower()
