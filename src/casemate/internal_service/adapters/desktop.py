"""The notifications of this computer: org.freedesktop.Notifications on the session bus, through jeepney.

A bus that is missing, silent or broken costs its time limit and nothing else: what was to be shown is not shown, and
the settings say that this computer has no notifications. It is asked again when there is something to show, but not
more often than every `RETRY_SECONDS`.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, Final

import structlog

from casemate.internal_service.core.ground.effects import AskDesktop, ShowOnDesktop, WithdrawFromDesktop
from casemate.internal_service.core.ground.events import DesktopSeen, NotificationDismissed
from casemate.protocol.client.notification_views import DesktopState, NotificationView
from casemate.runtime.event_queue import EventQueue

CALL_SECONDS: Final = 3.0
"""For each thing that the bus or its daemon is asked. A daemon that has to be started first takes a second."""
RETRY_SECONDS: Final = 30.0
PAGE_SECONDS: Final = 1.0
"""Between two pages that clicks open: what says that somebody clicked is another program."""
MOST_WAITING: Final = 200
_SIGNALS_WAITING: Final = 100
_NAME: Final = "org.freedesktop.Notifications"
_PATH: Final = "/org/freedesktop/Notifications"
_SHOW: Final = "susssasa{sv}i"
_OPEN: Final = "default"
_PUT_AWAY: Final = 2
"""Why a notification is closed: somebody did it."""
_DAEMON_DECIDES: Final = -1

log = structlog.get_logger("casemate.desktop")


class NoDesktop(Exception):
    """There is nobody to show anything, or they do not answer."""


class DesktopNotifications:
    """`open_page` opens a browser at a path of ours. Effects come on the event loop."""

    def __init__(self, events: EventQueue, open_page: Callable[[str], None], *, is_on: bool) -> None:
        self._events = events
        self._open_page = open_page
        self._is_on = is_on
        self._waiting: dict[str, NotificationView | None] = {}
        """What is to be shown, or (None) withdrawn, by key: the last word counts."""
        self._askers: list[int] = []
        self._something = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._bus: _Bus | None = None
        self._shown: dict[str, tuple[int, NotificationView]] = {}
        self._state: DesktopState = "unknown" if is_on else "off"
        self._retry_at = 0.0
        self._page_at = 0.0

    def perform(self, effect: ShowOnDesktop | WithdrawFromDesktop | AskDesktop) -> None:
        if not self._is_on:
            if isinstance(effect, AskDesktop):
                self._events.post(DesktopSeen(effect.token, self._state))
            return
        match effect:
            case AskDesktop(token):
                self._askers.append(token)
            case WithdrawFromDesktop(key):
                self._waiting[key] = None
            case ShowOnDesktop(view):
                self._waiting.pop(view.key, None)
                self._waiting[view.key] = view
                if len(self._waiting) > MOST_WAITING:
                    del self._waiting[next(iter(self._waiting))]
        self._something.set()
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())

    async def close(self) -> None:
        """What stands there could not be opened any more."""
        if self._worker is None:
            return
        self._worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._worker
        if self._bus is not None:
            with contextlib.suppress(NoDesktop):
                async with asyncio.timeout(CALL_SECONDS):
                    for number, _ in list(self._shown.values()):
                        await self._bus.withdraw(number)
            self._bus.close()

    async def _work(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            try:
                await self._do_what_waits()
            except NoDesktop as error:
                self._lost(str(error))
            askers, self._askers = self._askers, []
            for token in askers:
                self._events.post(DesktopSeen(token, self._state))

    async def _do_what_waits(self) -> None:
        """Raises NoDesktop."""
        bus = await self._reach()
        while self._waiting:
            key = next(iter(self._waiting))
            view = self._waiting.pop(key)
            number = self._shown[key][0] if key in self._shown else 0
            if view is not None:
                self._shown[key] = await bus.show(view, number), view
            elif number:
                del self._shown[key]
                await bus.withdraw(number)

    async def _reach(self) -> "_Bus":
        """Raises NoDesktop."""
        now = asyncio.get_running_loop().time()
        if self._bus is not None and self._bus.is_open:
            return self._bus
        if now < self._retry_at:
            raise NoDesktop("not yet")
        self._retry_at = now + RETRY_SECONDS
        self._bus = await _Bus.open(self._closed, self._clicked)
        self._state = "works"
        return self._bus

    def _lost(self, why: str) -> None:
        if self._state != "missing":
            log.info("no desktop notifications", why=why)
        self._state = "missing"
        self._waiting.clear()
        self._shown.clear()
        if self._bus is not None:
            self._bus.close()
            self._bus = None

    def _closed(self, number: int, why: int) -> None:
        for key in [key for key, (shown, _) in self._shown.items() if shown == number]:
            del self._shown[key]
            if why == _PUT_AWAY:
                self._events.post(NotificationDismissed(key))

    def _clicked(self, number: int, action: str) -> None:
        now = asyncio.get_running_loop().time()
        for shown, view in self._shown.values():
            if shown == number and action == _OPEN and now >= self._page_at:
                self._page_at = now + PAGE_SECONDS
                self._open_page(_place(view))


class _Bus:
    """One connection to the session bus, and the daemon behind it. Whatever is wrong with them is NoDesktop."""

    def __init__(self, connection: Any, router: Any, can: frozenset[str], listener: "asyncio.Task[None]") -> None:
        self._connection = connection
        self._router = router
        self._can = can
        self._listener = listener

    @classmethod
    async def open(cls, closed: Callable[[int, int], None], clicked: Callable[[int, str], None]) -> "_Bus":
        """Raises NoDesktop."""
        from jeepney.io.asyncio import DBusRouter  # most services never show anything here

        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(CALL_SECONDS):
                reader, writer = await asyncio.open_unix_connection(_address())
                connection = await _authenticated(reader, writer)
                router = DBusRouter(connection)
                router._rcv_task.add_done_callback(_is_over)
                listener = asyncio.create_task(_listen(router, closed, clicked))
                bus = cls(connection, router, frozenset(), listener)
        except Exception as error:
            if writer is not None:
                writer.close()
            raise NoDesktop(type(error).__name__) from error
        try:
            await bus._call("Hello", on_bus=True)
            await bus._call("AddMatch", "s", (f"type='signal',interface='{_NAME}'",), on_bus=True)
            (can,) = await bus._call("GetCapabilities")
            bus._can = frozenset(can)
        except BaseException:
            bus.close()
            raise
        return bus

    @property
    def is_open(self) -> bool:
        return not self._listener.done() and not self._router._rcv_task.done()

    async def show(self, view: NotificationView, replaces: int) -> int:
        """Its number. Raises NoDesktop."""
        hints = {
            "category": ("s", "im.received"),
            "urgency": ("y", 1 if view.ring else 0),
            **({"sound-name": ("s", "message-new-instant")} if view.sound else {"suppress-sound": ("b", True)}),
        }
        body = escape(view.body, quote=False) if "body-markup" in self._can else view.body
        actions = [_OPEN, "Open"] if "actions" in self._can else []
        content = ("Casemate", replaces, "", view.title, body, actions, hints, _DAEMON_DECIDES)
        (number,) = await self._call("Notify", _SHOW, content)
        return int(number)

    async def withdraw(self, number: int) -> None:
        await self._call("CloseNotification", "u", (number,))

    def close(self) -> None:
        self._listener.cancel()
        self._router._rcv_task.cancel()
        self._connection.writer.close()

    async def _call(
        self, method: str, signature: str = "", content: tuple[Any, ...] = (), *, on_bus: bool = False
    ) -> Any:
        """Raises NoDesktop."""
        from jeepney import DBusAddress, message_bus, new_method_call
        from jeepney.wrappers import unwrap_msg

        daemon = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
        message = new_method_call(message_bus if on_bus else daemon, method, signature or None, content)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return unwrap_msg(await self._router.send_and_get_reply(message))
        except Exception as error:
            raise NoDesktop(type(error).__name__) from error


def _place(view: NotificationView) -> str:
    """Where it leads, as a path of ours."""
    conversation = "" if view.conversation is None else f"/c/{view.conversation}"
    message = "" if view.conversation is None or view.message is None else f"/{view.message}"
    return f"/a/{view.account}{conversation}{message}"


def _is_over(task: "asyncio.Task[None]") -> None:
    """A bus that goes is noticed with the next call."""
    if not task.cancelled():
        task.exception()


def _address() -> str:
    """Raises whatever an address that is none brings about."""
    from jeepney.bus import get_bus

    told = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    if told is not None:
        return str(get_bus(told))
    # What starts with the computer has no address in its environment, and there is one all the same.
    return str(Path(os.environ["XDG_RUNTIME_DIR"]) / "bus")


async def _authenticated(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
    from jeepney.auth import BEGIN, Authenticator
    from jeepney.io.asyncio import DBusConnection

    authenticator = Authenticator()
    for said in authenticator:
        writer.write(said)
        await writer.drain()
        heard = await reader.read(1024)
        if not heard:
            raise EOFError
        authenticator.feed(heard)
    writer.write(BEGIN)
    await writer.drain()
    return DBusConnection(reader, writer)


async def _listen(router: Any, closed: Callable[[int, int], None], clicked: Callable[[int, str], None]) -> None:
    from jeepney import MatchRule
    from jeepney.low_level import HeaderFields

    rule = MatchRule(type="signal", interface=_NAME)
    with router.filter(rule, bufsize=_SIGNALS_WAITING) as signals:
        while True:
            message = await signals.get()
            match message.header.fields.get(HeaderFields.member), message.body:
                case "NotificationClosed", (int(number), int(why)):
                    closed(number, why)
                case "ActionInvoked", (int(number), str(action)):
                    clicked(number, action)
