"""The notifications of this computer: org.freedesktop.Notifications on the session bus, through jeepney.

A bus that is missing, silent or broken costs its time limit and nothing else: what was to be shown is not shown, and
the settings say that this computer has no notifications. It is asked again when there is something to show, but not
more often than every `RETRY_SECONDS`. What stands there is the daemon's, not the connection's: what is to be withdrawn
is owed until the daemon took it, or is another one.
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
"""Between two pages that clicks on one notification open: what says that somebody clicked is another program."""
MOST_WAITING: Final = 200
_SIGNALS_WAITING: Final = 100
_MOST_UNANSWERED: Final = 20
_BUS: Final = "org.freedesktop.DBus"
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


class _AnsweredNo(NoDesktop):
    """They answered with an error."""


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
        self._closed_early: dict[int, int] | None = None
        """While one is being shown: which numbers were closed before we learned that they are ours, and why."""
        self._strays: list[int] = []
        """Shown after nobody waited for it any more: to be withdrawn."""
        self._daemon = ("", "")
        """Whose numbers those are: the bus, and the name on it."""
        self._state: DesktopState = "unknown" if is_on else "off"
        self._retry_at = 0.0
        self._page_at: dict[str, float] = {}

    def perform(self, effect: ShowOnDesktop | WithdrawFromDesktop | AskDesktop) -> None:
        if not self._is_on:
            if isinstance(effect, AskDesktop):
                self._events.post(DesktopSeen(effect.token, self._state))
            return
        match effect:
            case AskDesktop(token):
                self._askers.append(token)
            case WithdrawFromDesktop(key):
                if key in self._shown or key in self._waiting:
                    self._waiting[key] = None
            case ShowOnDesktop(view):
                self._waiting.pop(view.key, None)
                self._waiting[view.key] = view
                shows = [key for key, waiting in self._waiting.items() if waiting is not None]
                if len(shows) > MOST_WAITING:
                    del self._waiting[shows[0]]
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
        numbers = [*self._strays, *(number for number, _ in self._shown.values())]
        if numbers:
            # All at once: a daemon that is slow takes them when it wakes up.
            with contextlib.suppress(NoDesktop):
                bus = await self._connected()
                numbers = [*self._strays, *(number for number, _ in self._shown.values())]
                await asyncio.gather(*(bus.withdraw(number) for number in numbers), return_exceptions=True)
        if self._bus is not None:
            self._bus.close()

    async def _work(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY_SECONDS if self._waiting or self._strays else None):
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
        """Raises NoDesktop; what failed still waits then."""
        bus = await self._reach()
        while self._strays:
            await bus.withdraw(self._strays[0])
            del self._strays[:1]
        while self._waiting:
            key, view = next(iter(self._waiting.items()))
            number = self._shown[key][0] if key in self._shown else 0
            if view is not None:
                await self._show(bus, key, view, number)
            elif number:
                await bus.withdraw(number)
                self._shown.pop(key, None)
            if key in self._waiting and self._waiting[key] is view:
                del self._waiting[key]

    async def _show(self, bus: "_Bus", key: str, view: NotificationView, replaces: int) -> None:
        """Raises NoDesktop."""
        early: dict[int, int] = {}
        self._closed_early = early
        try:
            number = await bus.show(view, replaces, self._shown_late)
        except _AnsweredNo:
            self._waiting[key] = None  # what stands there is not true any more
            raise
        finally:
            self._closed_early = None
        self._shown[key] = number, view
        if number in early:
            self._closed(number, early[number])

    def _shown_late(self, number: int) -> None:
        if all(number != shown for shown, _ in self._shown.values()):
            self._strays.append(number)
        self._retry_at = 0.0
        self._something.set()

    async def _reach(self) -> "_Bus":
        """Raises NoDesktop."""
        if self._state == "works" and self._bus is not None and self._bus.is_open:
            return self._bus
        now = asyncio.get_running_loop().time()
        if now < self._retry_at:
            raise NoDesktop("not yet")
        self._retry_at = now + RETRY_SECONDS
        bus = await self._connected()
        await bus.look()
        self._state = "works"
        return bus

    async def _connected(self) -> "_Bus":
        """To a daemon that may be slow. Raises NoDesktop."""
        if self._bus is None or not self._bus.is_open:
            if self._bus is not None:
                self._bus.close()
            self._bus = None
            self._bus = await _Bus.open(self._closed, self._clicked, self._daemon_changed)
            daemon = await self._bus.daemon()
            if daemon != self._daemon:
                self._forget()
            self._daemon = daemon
        return self._bus

    def _daemon_changed(self, owner: str) -> None:
        """Another one knows nothing of what the last one showed, and may be able to do something else."""
        self._forget()
        self._daemon = self._daemon[0], owner
        self._state = "unknown"
        self._retry_at = 0.0

    def _forget(self) -> None:
        self._shown.clear()
        self._strays.clear()

    def _lost(self, why: str) -> None:
        """What is new is not shown later; what stands there is still to be changed or withdrawn."""
        if self._state == "works":
            self._retry_at = asyncio.get_running_loop().time() + RETRY_SECONDS
        if self._state != "missing":
            log.info("no desktop notifications", why=why)
        self._state = "missing"
        self._waiting = {key: view for key, view in self._waiting.items() if key in self._shown}

    def _closed(self, number: int, why: int) -> None:
        keys = [key for key, (shown, _) in self._shown.items() if shown == number]
        if not keys and self._closed_early is not None:
            self._closed_early[number] = why
        for key in keys:
            del self._shown[key]
            if why == _PUT_AWAY:
                self._events.post(NotificationDismissed(key))

    def _clicked(self, number: int, action: str) -> None:
        now = asyncio.get_running_loop().time()
        self._page_at = {key: at for key, at in self._page_at.items() if now < at}
        for key, (shown, view) in self._shown.items():
            if shown == number and action == _OPEN and key not in self._page_at:
                self._page_at[key] = now + PAGE_SECONDS
                self._open_page(_place(view))


class _Bus:
    """One connection to the session bus, and the daemon behind it. Whatever is wrong with them is NoDesktop."""

    def __init__(self, connection: Any, router: Any, listener: "asyncio.Task[None]") -> None:
        self._connection = connection
        self._router = router
        self._can: frozenset[str] = frozenset()
        self._listener = listener
        self._unanswered: list[asyncio.Task[Any]] = []

    @classmethod
    async def open(
        cls,
        closed: Callable[[int, int], None],
        clicked: Callable[[int, str], None],
        changed: Callable[[str], None],
    ) -> "_Bus":
        """Raises NoDesktop."""
        from jeepney.io.asyncio import DBusRouter  # most services never show anything here

        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(CALL_SECONDS):
                reader, writer = await asyncio.open_unix_connection(_address())
                connection = await _authenticated(reader, writer)
                router = DBusRouter(connection)
                router._rcv_task.add_done_callback(_is_over)
                listener = asyncio.create_task(_listen(router, closed, clicked, changed))
                bus = cls(connection, router, listener)
        except Exception as error:
            if writer is not None:
                writer.close()
            raise NoDesktop(type(error).__name__) from error
        try:
            await bus._call("Hello", on_bus=True)
            for rule in (f"interface='{_NAME}'", f"sender='{_BUS}',member='NameOwnerChanged',arg0='{_NAME}'"):
                await bus._call("AddMatch", "s", (f"type='signal',{rule}",), on_bus=True)
        except BaseException:
            bus.close()
            raise
        return bus

    @property
    def is_open(self) -> bool:
        return not self._listener.done() and not self._router._rcv_task.done()

    async def daemon(self) -> tuple[str, str]:
        """Which bus, and who shows notifications there; nobody may. Raises NoDesktop."""
        (bus,) = await self._call("GetId", on_bus=True)
        try:
            (owner,) = await self._call("GetNameOwner", "s", (_NAME,), on_bus=True)
        except _AnsweredNo:
            owner = ""
        return str(bus), str(owner)

    async def look(self) -> None:
        """What the daemon can do; one that is to be started on demand is. Raises NoDesktop."""
        (can,) = await self._call("GetCapabilities")
        self._can = frozenset(can)

    async def show(self, view: NotificationView, replaces: int, late: Callable[[int], None]) -> int:
        """Its number: `late`, if it comes after NoDesktop was raised. Raises NoDesktop."""
        hints = {
            "category": ("s", "im.received"),
            "urgency": ("y", 1 if view.ring else 0),
            **({"sound-name": ("s", "message-new-instant")} if view.sound else {"suppress-sound": ("b", True)}),
        }
        body = escape(view.body, quote=False) if "body-markup" in self._can else view.body
        actions = [_OPEN, "Open"] if "actions" in self._can else []
        content = ("Casemate", replaces, "", view.title, body, actions, hints, _DAEMON_DECIDES)
        (number,) = await self._call("Notify", _SHOW, content, late=lambda body: late(int(body[0])))
        return int(number)

    async def withdraw(self, number: int) -> None:
        """Raises NoDesktop. An error says that it does not stand there."""
        with contextlib.suppress(_AnsweredNo):
            await self._call("CloseNotification", "u", (number,))

    def close(self) -> None:
        for task in self._unanswered:
            task.cancel()
        self._listener.cancel()
        self._router._rcv_task.cancel()
        self._connection.writer.close()

    async def _call(
        self,
        method: str,
        signature: str = "",
        content: tuple[Any, ...] = (),
        *,
        on_bus: bool = False,
        late: Callable[[Any], None] | None = None,
    ) -> Any:
        """Raises NoDesktop."""
        from jeepney import DBusAddress, DBusErrorResponse, message_bus, new_method_call
        from jeepney.wrappers import unwrap_msg

        daemon = DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
        message = new_method_call(message_bus if on_bus else daemon, method, signature or None, content)
        answer = asyncio.create_task(self._router.send_and_get_reply(message))
        answer.add_done_callback(_is_over)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                return unwrap_msg(await (answer if late is None else asyncio.shield(answer)))
        except DBusErrorResponse as error:
            raise _AnsweredNo(type(error).__name__) from error
        except Exception as error:
            if late is not None and not answer.done():
                self._wait_on(answer, late)
            raise NoDesktop(type(error).__name__) from error

    def _wait_on(self, answer: "asyncio.Task[Any]", late: Callable[[Any], None]) -> None:
        from jeepney.wrappers import unwrap_msg

        def heard(task: "asyncio.Task[Any]") -> None:
            self._unanswered.remove(task)
            with contextlib.suppress(Exception, asyncio.CancelledError):
                late(unwrap_msg(task.result()))

        self._unanswered.append(answer)
        answer.add_done_callback(heard)
        if len(self._unanswered) > _MOST_UNANSWERED:
            self._unanswered[0].cancel()


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


async def _listen(
    router: Any,
    closed: Callable[[int, int], None],
    clicked: Callable[[int, str], None],
    changed: Callable[[str], None],
) -> None:
    from jeepney import MatchRule
    from jeepney.low_level import HeaderFields

    of_daemon = MatchRule(type="signal", interface=_NAME)
    of_bus = MatchRule(type="signal", sender=_BUS, interface=_BUS, member="NameOwnerChanged")
    signals: asyncio.Queue[Any] = asyncio.Queue(_SIGNALS_WAITING)
    with router.filter(of_daemon, queue=signals), router.filter(of_bus, queue=signals):
        while True:
            message = await signals.get()
            match message.header.fields.get(HeaderFields.member), message.body:
                case "NotificationClosed", (int(number), int(why)):
                    closed(number, why)
                case "ActionInvoked", (int(number), str(action)):
                    clicked(number, action)
                case "NameOwnerChanged", (str(name), str(), str(owner)) if name == _NAME:
                    changed(owner)
