"""Everything that answers on the internal service's port."""

import asyncio
import contextlib
import uuid
from http import HTTPStatus
from typing import Final, Literal

import structlog
from aiohttp import WSCloseCode, hdrs, web

from casemate.crypto.errors import BadInvitation
from casemate.crypto.invite import read_invitation, write_invitation
from casemate.internal_service.adapters.ui_socket import UiSocket, new_socket
from casemate.internal_service.adapters.web_surface.credentials import COOKIE_SECONDS, Credentials
from casemate.internal_service.adapters.web_surface.files import UiFiles
from casemate.internal_service.adapters.web_surface.gate import STATUS, Gate, Problem
from casemate.internal_service.adapters.web_surface.headers import NEVER_KEPT, safe_headers
from casemate.internal_service.adapters.web_surface.neighbours import OtherUsers
from casemate.internal_service.adapters.web_surface.pages import (
    AGAIN_JAVASCRIPT,
    AGAIN_SCRIPT,
    TypedCommands,
    again_from_here,
    again_with_fragment,
    page,
    sentence,
)
from casemate.internal_service.adapters.web_surface.seats import Holder, Seats
from casemate.internal_service.core.ground.effects import AskBrowsers, CloseSocket, SendResponse
from casemate.internal_service.core.ground.events import BrowsersTold
from casemate.protocol.client.types import Uuid
from casemate.protocol.client.views import BrowserView
from casemate.protocol.ids import SocketId
from casemate.runtime.event_queue import EventQueue

_TOLD_TO_STRANGERS: Final[frozenset[Problem]] = frozenset({"host", "origin", "other_user"})
_SIGN_IN: Final[frozenset[Problem]] = frozenset({"credential", "not_signed_in"})
_SLASHES: Final = "/\\"
_JOIN: Final = "/join"
_SIGNED_OUT: Final = "signed-out"
"""As query and as fragment of the page that says so in place of an invitation."""
_JOIN_SIGNED_OUT: Final = f"{_JOIN}?{_SIGNED_OUT}#{_SIGNED_OUT}"
_READING: Final = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})

log = structlog.get_logger("casemate.web")


class WebSurface:
    """`base_url` is where browsers reach it, with a slash at its end."""

    def __init__(
        self,
        gate: Gate,
        neighbours: OtherUsers,
        credentials: Credentials,
        files: UiFiles,
        events: EventQueue,
        *,
        base_url: str,
        cookie_name: str,
        commands: TypedCommands,
    ) -> None:
        self._gate = gate
        self._neighbours = neighbours
        self._credentials = credentials
        self._browsers = credentials.browsers
        self._files = files
        self._events = events
        self._base_url = base_url
        self._cookie_name = cookie_name
        self._commands = commands
        self._sockets: dict[SocketId, UiSocket] = {}
        self._browser_of_socket: dict[SocketId, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sockets_opened = 0
        self._seats = Seats()
        self._empty = asyncio.Event()

    def application(self) -> web.Application:
        application = web.Application(client_max_size=64 * 1024)
        application.router.add_route("*", "/{path:.*}", self.answer)
        return application

    async def answer(self, request: web.Request) -> web.StreamResponse:
        problem = self._gate.address_problem(request) or await self._neighbours.problem(request)
        if problem is not None:
            return self._refusal(request, problem)
        if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self._serve_socket(request)
        if request.method == hdrs.METH_POST and request.path == "/launch":
            return await self._new_launch(request)
        if request.method == hdrs.METH_POST and request.path == "/invitation":
            return await self._waiting_invitation(request)
        if request.method not in _READING:
            return self._finished(request, web.Response(status=HTTPStatus.METHOD_NOT_ALLOWED, text="Only GET.\n"))
        if "launch" in request.query:
            return await self._launched(request)
        if request.path == AGAIN_SCRIPT:
            script = web.Response(text=AGAIN_JAVASCRIPT, content_type="text/javascript", charset="utf-8")
            return self._finished(request, script)
        problem = self._gate.page_problem(request)
        if problem == "not_signed_in" and _is_sent_from_elsewhere(request) and _wants_page(request):
            return self._asks_again(request)
        if problem is not None:
            return self._refusal(request, await self._gate.slow_down(problem))
        return await self._file(request)

    def perform(self, effect: SendResponse | CloseSocket | AskBrowsers) -> None:
        if isinstance(effect, AskBrowsers):
            task = asyncio.create_task(self._tell_browsers(effect))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        socket = self._sockets.get(effect.socket)
        if socket is None:
            return
        if isinstance(effect, SendResponse):
            socket.send(effect)
        else:
            socket.close(effect.code)

    def launch_url(self, path: str) -> str:
        """Signs one browser in, once, and leads to this place of ours."""
        return f"{self._base_url}{path.lstrip(_SLASHES)}?launch={self._credentials.new_launch()}"

    async def all_gone(self, seconds: float) -> None:
        """Until every client has gone; those that do not go are cut off with the process."""
        for socket in self._sockets.values():
            socket.close(WSCloseCode.GOING_AWAY)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._sockets:
                    self._empty.clear()
                    await self._empty.wait()

    async def _serve_socket(self, request: web.Request) -> web.StreamResponse:
        problem = self._gate.socket_problem(request)
        if problem is not None:
            return self._refusal(request, await self._gate.slow_down(problem))
        holder: Holder = "program" if self._gate.is_program(request) else "browser"
        if not self._seats.make_room(holder):
            return self._refusal(request, "full")
        self._sockets_opened += 1
        number = SocketId(self._sockets_opened)
        response = new_socket()
        socket = UiSocket(number, Uuid(str(uuid.uuid4())), response, self._events, self._seats.spoke)
        self._seats.take(holder, number, socket)
        browser = self._gate.browser_of(request)
        if browser is not None:
            self._browser_of_socket[number] = browser
        try:
            await response.prepare(request)
            self._sockets[number] = socket
            await socket.serve()
        finally:
            self._sockets.pop(number, None)
            self._seats.leave(number)
            self._browser_of_socket.pop(number, None)
            self._empty.set()
        return response

    async def _new_launch(self, request: web.Request) -> web.Response:
        """For programs of this computer's user: a URL that signs one browser in, and leads to the invitation in the
        body, if there is one: that is no part of the URL, which others may see."""
        problem = self._gate.command_problem(request)
        if problem is not None:
            return self._refusal(request, await self._gate.slow_down(problem))
        try:
            invitation = await _invitation_in(request)
        except (BadInvitation, ValueError):
            return self._finished(request, web.Response(status=HTTPStatus.BAD_REQUEST, text="No invitation.\n"))
        url = f"{self._base_url}?launch={self._credentials.new_launch(invitation)}"
        return self._finished(request, web.json_response({"url": url}))

    async def _launched(self, request: web.Request) -> web.Response:
        """The one GET that changes something: the launch token becomes a cookie and leaves the address bar."""
        looking_ahead = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
        if request.method != hdrs.METH_GET or looking_ahead:
            return self._finished(request, web.Response(status=HTTPStatus.NO_CONTENT))
        if _is_sent_from_elsewhere(request):
            return self._asks_again(request)
        # Opened a second time where it was opened first: that browser is signed in, so it goes on.
        browser = self._gate.browser_of(request)
        invitation = self._credentials.use_launch(request.query.get("launch", ""))
        if browser is None:
            if invitation is None:
                return self._refusal(request, await self._gate.slow_down("launch_used"))
            browser = self._browsers.sign_in(request.headers.get(hdrs.USER_AGENT, ""))
            await self._browsers.save()
        # One slash: two would name another site.
        clean = "/" + request.rel_url.raw_path.lstrip(_SLASHES)
        if invitation:
            # A browser writes each address that it is sent to into files of its own, also what stands behind a #.
            self._credentials.waiting.keep(browser, invitation)
            clean = _JOIN
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: clean})
        self._set_cookie(response, browser)
        return self._finished(request, response)

    def _asks_again(self, request: web.Request) -> web.Response:
        """A browser that another page or a file sends here keeps back the cookies that it has, and would keep back the
        one that it gets now from the page after it. From a page of ours it asks as ours."""
        if request.path == _JOIN:
            text = again_with_fragment(_JOIN_SIGNED_OUT)
        else:
            text = again_from_here(f"/{request.rel_url.raw_path_qs.lstrip(_SLASHES)}")
        return self._finished(request, _html(text, HTTPStatus.OK))

    async def _waiting_invitation(self, request: web.Request) -> web.Response:
        """For our own page in the browser that was launched with one, once. A POST, for it changes something."""
        problem = self._gate.own_page_problem(request)
        browser = self._gate.browser_of(request)
        if problem is not None or browser is None:
            return self._refusal(request, await self._gate.slow_down(problem or "not_signed_in"))
        invitation = self._credentials.waiting.take(browser)
        if not invitation:
            return self._finished(request, web.Response(status=HTTPStatus.NO_CONTENT))
        return self._finished(request, web.Response(text=invitation))

    async def _file(self, request: web.Request) -> web.Response:
        response = await self._files.response(request.path, request.headers.get(hdrs.ACCEPT_ENCODING, ""))
        if response is None:
            missing = "not_found" if await self._files.response("/", "") else "not_built"
            status = HTTPStatus.NOT_FOUND if missing == "not_found" else HTTPStatus.SERVICE_UNAVAILABLE
            return self._finished(request, _html(page(missing, self._commands), status))
        browser = self._gate.browser_of(request)
        if response.content_type == "text/html" and browser is not None:
            self._set_cookie(response, browser)  # used cookies stay good
            if self._browsers.used(browser):
                await self._browsers.save()
        return self._finished(request, response, keep=True)

    def _refusal(self, request: web.Request, problem: Problem) -> web.Response:
        log.info("refused", problem=problem, method=request.method)
        wants_page = _wants_page(request)
        brings_invitation = wants_page and request.path == _JOIN and problem in _SIGN_IN
        if brings_invitation and _SIGNED_OUT not in request.query:
            # What stands behind the # is not sent to us. A redirect whose address has another one takes its place, in
            # the address bar and in the tab's history, without a script.
            clean = web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: _JOIN_SIGNED_OUT})
            return self._finished(request, clean)
        status = STATUS[problem]
        words: Problem | Literal["invited"] = "invited" if brings_invitation else problem
        text = page(words, self._commands_for(request, problem)) if wants_page else f"{sentence(problem)}\n"
        response = _html(text, status) if wants_page else web.Response(status=status, text=text)
        if problem in _SIGN_IN:
            response.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
        return self._finished(request, response)

    def _commands_for(self, request: web.Request, problem: Problem) -> TypedCommands:
        """With their paths, which tells who we are, only for our own user's programs. A page of another name that was
        rebound to this computer can read what it is answered."""
        is_told = problem not in _TOLD_TO_STRANGERS and self._neighbours.is_ours(request)
        return self._commands if is_told else TypedCommands()

    def _finished(self, request: web.Request, response: web.Response, *, keep: bool = False) -> web.Response:
        if not keep:
            response.headers.update(NEVER_KEPT)
        host = request.headers.get(hdrs.HOST, "").lower()
        response.headers.update(safe_headers(host if self._gate.address_problem(request) is None else ""))
        return response

    async def _tell_browsers(self, asked: AskBrowsers) -> None:
        """What was signed out holds at once; it is saved before anybody is answered."""
        if asked.sign_out is not None and self._browsers.sign_out(asked.sign_out):
            for number in [number for number, browser in self._browser_of_socket.items() if browser == asked.sign_out]:
                self._sockets[number].close(WSCloseCode.POLICY_VIOLATION)
            if not await self._browsers.save():
                self._events.post(BrowsersTold(asked.token, None))
                return
        here = self._browser_of_socket.get(asked.socket)
        told = [
            BrowserView(
                id=browser.id,
                name=browser.name,
                signed_in_at=int(browser.signed_in_at * 1_000),
                last_used_at=int(browser.last_used_at * 1_000),
                this_one=browser.id == here,
            )
            for browser in self._browsers.all()
        ]
        self._events.post(BrowsersTold(asked.token, told))

    def _set_cookie(self, response: web.Response, browser: str) -> None:
        response.set_cookie(
            self._cookie_name,
            self._credentials.new_cookie(browser),
            max_age=COOKIE_SECONDS if self._neighbours.can_tell else None,
            path="/",
            httponly=True,
            samesite="Strict",
        )


def _wants_page(request: web.Request) -> bool:
    return "text/html" in request.headers.get(hdrs.ACCEPT, "")


def _is_sent_from_elsewhere(request: web.Request) -> bool:
    return request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")


def _html(text: str, status: HTTPStatus) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")


async def _invitation_in(request: web.Request) -> str:
    """What a browser keeps to itself of the link in the body; empty without one. Raises BadInvitation or ValueError."""
    text = await request.text()
    return write_invitation(read_invitation(text)) if text else ""
