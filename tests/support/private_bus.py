"""A session bus of one's own, and a small daemon on it that shows notifications to a test."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jeepney import DBusAddress, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.low_level import HeaderFields, Message

NAME: Final = "org.freedesktop.Notifications"
PATH: Final = "/org/freedesktop/Notifications"
SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.05
_CONFIG: Final = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@contextmanager
def private_bus(folder: Path) -> Iterator[str]:
    """Its address. It starts no programs, and knows of none."""
    program = shutil.which("dbus-daemon")
    assert program is not None, "scripts/ensure-dbus installs what this test needs"
    path, config = folder / "bus", folder / "bus.conf"
    config.write_text(_CONFIG.format(socket=path))
    process = subprocess.Popen([program, "--nofork", f"--config-file={config}"])
    try:
        until(lambda: listens(path))
        yield f"unix:path={path}"
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class ShownNotification:
    title: str
    body: str
    actions: list[str]
    hints: dict[str, Any]
    silent: bool


class NotificationDaemon:
    """What stands, by number. `hangs`: it does nothing of what it is told before that is over."""

    def __init__(self, address: str, *, can: tuple[str, ...] = ("body", "body-markup", "actions")) -> None:
        self._can = list(can)
        self.hangs = False
        self.shown: dict[int, ShownNotification] = {}
        self.calls: list[str] = []
        self._numbers = 0
        self._connection: DBusConnection = open_dbus_connection(address)
        self._connection.send_and_get_reply(message_bus.RequestName(NAME))
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="notification daemon")
        self._thread.start()

    def __enter__(self) -> "NotificationDaemon":
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._connection.close()

    def titles(self) -> list[str]:
        return [each.title for each in self.shown.values()]

    def click(self, number: int) -> None:
        self._signal("ActionInvoked", "us", (number, "default"))

    def put_away(self, number: int) -> None:
        """As somebody does it."""
        del self.shown[number]
        self._signal("NotificationClosed", "uu", (number, 2))

    def say(self, member: str, signature: str, body: tuple[Any, ...]) -> None:
        """Whatever a broken daemon says."""
        self._signal(member, signature, body)

    def _serve(self) -> None:
        told: list[Message] = []
        while not self._ends.is_set():
            with contextlib.suppress(TimeoutError):
                message = self._connection.receive(timeout=_LOOK_SECONDS)
                if message.header.message_type is MessageType.method_call:
                    told.append(message)
            while told and not self.hangs:
                self._connection.send_message(self._answer(told.pop(0)))

    def _answer(self, message: Message) -> Message:
        member = message.header.fields[HeaderFields.member]
        self.calls.append(member)
        match member:
            case "GetCapabilities":
                return new_method_return(message, "as", (self._can,))
            case "Notify":
                _, replaces, _, title, body, actions, hints, _ = message.body
                number = replaces or self._next()
                values = {name: value for name, (_, value) in hints.items()}
                silent = bool(values.get("suppress-sound"))
                self.shown[number] = ShownNotification(title, body, list(actions), values, silent)
                return new_method_return(message, "u", (number,))
            case "CloseNotification":
                [number] = message.body
                if self.shown.pop(number, None) is None:
                    return new_error(message, "org.freedesktop.Notifications.Error.NoSuch")
                self._signal("NotificationClosed", "uu", (number, 3))
                return new_method_return(message)
        return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _signal(self, member: str, signature: str, body: tuple[Any, ...]) -> None:
        self._connection.send_message(new_signal(DBusAddress(PATH, interface=NAME), member, signature, body))


def listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
        client.connect(str(path))
        return True
    return False


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """What other threads and processes bring about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not come about"
        time.sleep(0.01)
