"""The desktop's notifications, on a bus of one's own: shown, replaced, withdrawn, clicked, and no harm without."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from casemate.internal_service.adapters import desktop
from casemate.internal_service.adapters.desktop import DesktopNotifications
from casemate.internal_service.core.ground.effects import AskDesktop, ShowOnDesktop, WithdrawFromDesktop
from casemate.internal_service.core.ground.events import DesktopSeen, NotificationDismissed
from casemate.node import Event
from casemate.protocol.client.notification_views import NotificationView
from casemate.protocol.ids import Cid
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue
from tests.support.private_bus import NotificationDaemon, private_bus

SECONDS = 30.0


def view(key: str = "one", title: str = "Bea", body: str = "Hello", *, ring: bool = True) -> NotificationView:
    return NotificationView(
        key=key, account=Cid(7), conversation="c" * 32, message="d" * 32, title=title, body=body, ring=ring, sound=ring
    )


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with private_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


class Shower:
    """The adapter, with what it said and opened."""

    def __init__(self, *, is_on: bool = True) -> None:
        self.events = EventQueue(SystemClock())
        self.opened: list[str] = []
        self.adapter = DesktopNotifications(self.events, self.opened.append, is_on=is_on)
        self.said: list[Event] = []

    def show(self, shown: NotificationView) -> None:
        self.adapter.perform(ShowOnDesktop(shown))

    async def state(self) -> str:
        """Everything that was asked before is done by then."""
        self.adapter.perform(AskDesktop(1))
        await eventually(lambda: any(isinstance(event, DesktopSeen) for event in self.hear()))
        [seen] = [event for event in self.said if isinstance(event, DesktopSeen)]
        self.said.remove(seen)
        return seen.state

    def hear(self) -> list[Event]:
        if len(self.events):
            self.said += self.events.take(up_to=100, until=None)
        return self.said


async def eventually(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def shower() -> AsyncIterator[Shower]:
    shower = Shower()
    yield shower
    await shower.adapter.close()


async def test_it_is_shown_replaced_and_withdrawn(bus: str, shower: Shower) -> None:
    with NotificationDaemon(bus) as daemon:
        shower.show(view())
        assert await shower.state() == "works"
        [(number, first)] = daemon.shown.items()
        assert (first.title, first.body, first.actions, first.silent) == ("Bea", "Hello", ["default", "Open"], False)
        shower.show(view(body="2 new messages", ring=False))
        shower.show(view("other", title="Jonas"))
        await shower.state()
        assert daemon.titles() == ["Bea", "Jonas"]
        assert (daemon.shown[number].body, daemon.shown[number].silent) == ("2 new messages", True)
        shower.adapter.perform(WithdrawFromDesktop("one"))
        shower.adapter.perform(WithdrawFromDesktop("never shown"))
        await shower.state()
        assert daemon.titles() == ["Jonas"]
        await shower.adapter.close()
        assert daemon.titles() == [], "nobody could open it any more"


@pytest.mark.parametrize(
    ("can", "body"),
    [(("body", "body-markup"), "&lt;b&gt;x&lt;/b&gt; &amp;amp;"), (("body",), "<b>x</b> &amp;")],
)
async def test_words_of_others_are_never_markup(bus: str, shower: Shower, can: tuple[str, ...], body: str) -> None:
    with NotificationDaemon(bus, can=can) as daemon:
        shower.show(view(title="<i>Bea</i>", body="<b>x</b> &amp;"))
        await shower.state()
        [shown] = daemon.shown.values()
        assert (shown.title, shown.body, shown.actions) == ("<i>Bea</i>", body, []), "a title is plain text anyhow"


async def test_a_click_opens_the_conversation_and_not_without_end(bus: str, shower: Shower) -> None:
    with NotificationDaemon(bus) as daemon:
        shower.show(view())
        await shower.state()
        [number] = daemon.shown
        for clicked in (number + 1, number, number, number):
            daemon.click(clicked)
        daemon.say("ActionInvoked", "us", (number, "another"))
        daemon.say("ActionInvoked", "s", ("no number",))
        daemon.put_away(number)
        await eventually(lambda: NotificationDismissed("one") in shower.hear())
        assert shower.opened == [f"/a/7/c/{'c' * 32}/{'d' * 32}"]


async def test_what_the_desktop_closed_by_itself_is_not_put_away_and_shown_anew(bus: str, shower: Shower) -> None:
    with NotificationDaemon(bus) as daemon:
        shower.show(view())
        await shower.state()
        [number] = daemon.shown
        del daemon.shown[number]
        daemon.say("NotificationClosed", "uu", (number, 1))
        await shower.state()
        shower.show(view(body="more"))
        await shower.state()
        assert [each.body for each in daemon.shown.values()] == ["more"]
        assert shower.hear() == []


@pytest.mark.parametrize("address", ["", "nonsense", "unix:path=/nowhere/bus", "tcp:host=a", "unix:abstract"])
async def test_without_a_bus_nothing_happens(address: str, monkeypatch: pytest.MonkeyPatch, shower: Shower) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    shower.show(view())
    assert await shower.state() == "missing"


async def test_a_computer_without_an_address_is_looked_at_where_systemd_has_its_bus(
    bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shower: Shower
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with NotificationDaemon(bus):
        assert await shower.state() == "works"


async def test_a_bus_without_a_daemon_shows_nothing_until_one_comes(
    bus: str, monkeypatch: pytest.MonkeyPatch, shower: Shower
) -> None:
    shower.show(view())
    assert await shower.state() == "missing"
    with NotificationDaemon(bus) as daemon:
        shower.show(view("two"))
        assert await shower.state() == "missing", "it is not asked again at once"
        shower.adapter._retry_at = 0.0
        shower.show(view("three", title="Three"))
        assert await shower.state() == "works"
        assert daemon.titles() == ["Three"]


async def test_a_daemon_that_hangs_costs_its_time_and_nothing_else(
    bus: str, monkeypatch: pytest.MonkeyPatch, shower: Shower
) -> None:
    monkeypatch.setattr(desktop, "CALL_SECONDS", 0.1)
    with NotificationDaemon(bus) as daemon:
        assert await shower.state() == "works"
        daemon.hangs = True
        shower.show(view())
        assert await shower.state() == "missing"


async def hang(shower: Shower, daemon: NotificationDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until something that it was told failed."""
    monkeypatch.setattr(desktop, "CALL_SECONDS", 0.1)
    daemon.hangs = True
    shower.show(view("other", title="Other"))
    assert await shower.state() == "missing"
    monkeypatch.setattr(desktop, "CALL_SECONDS", SECONDS)


async def test_what_is_withdrawn_while_the_daemon_hangs_goes_when_it_wakes_up(
    bus: str, monkeypatch: pytest.MonkeyPatch, shower: Shower
) -> None:
    with NotificationDaemon(bus) as daemon:
        shower.show(view(title="Secret"))
        assert await shower.state() == "works"
        await hang(shower, daemon, monkeypatch)
        shower.adapter.perform(WithdrawFromDesktop("one"))
        assert await shower.state() == "missing", "it is not asked again at once"
        daemon.hangs = False
        await eventually(lambda: "CloseNotification" in daemon.calls and daemon.titles() == [])
        assert await shower.state() == "works", "also what was shown too late is gone"


async def test_what_is_withdrawn_goes_without_anything_else_to_do(
    bus: str, monkeypatch: pytest.MonkeyPatch, shower: Shower
) -> None:
    monkeypatch.setattr(desktop, "RETRY_SECONDS", 0.1)
    with NotificationDaemon(bus) as daemon:
        shower.show(view(title="Secret"))
        shower.show(view("other", title="Other"))
        assert await shower.state() == "works"
        monkeypatch.setattr(desktop, "CALL_SECONDS", 0.1)
        daemon.hangs = True
        shower.adapter.perform(WithdrawFromDesktop("other"))
        assert await shower.state() == "missing"
        shower.adapter.perform(WithdrawFromDesktop("one"))
        daemon.hangs = False
        monkeypatch.setattr(desktop, "CALL_SECONDS", SECONDS)
        await eventually(lambda: daemon.titles() == [])


async def test_what_stood_before_the_connection_was_lost_is_still_withdrawn(bus: str, shower: Shower) -> None:
    with NotificationDaemon(bus) as daemon:
        shower.show(view(title="Secret"))
        await shower.state()
        connection = shower.adapter._bus
        assert connection is not None
        connection._connection.writer.close()
        await eventually(lambda: not connection.is_open)
        shower.adapter._retry_at = 0.0
        shower.adapter.perform(WithdrawFromDesktop("one"))
        assert await shower.state() == "works"
        assert daemon.titles() == []


@pytest.mark.parametrize("withdrawn", [False, True])
async def test_after_a_daemon_was_slow_the_end_takes_away_what_stands(
    bus: str, monkeypatch: pytest.MonkeyPatch, shower: Shower, *, withdrawn: bool
) -> None:
    with NotificationDaemon(bus) as daemon:
        shower.show(view(title="Secret"))
        await shower.state()
        await hang(shower, daemon, monkeypatch)
        if withdrawn:
            shower.adapter.perform(WithdrawFromDesktop("one"))
            await shower.state()
        monkeypatch.setattr(desktop, "CALL_SECONDS", 0.1)
        await shower.adapter.close()
        daemon.hangs = False
        await eventually(lambda: "CloseNotification" in daemon.calls)
        assert "Secret" not in daemon.titles()


async def test_another_daemon_is_not_told_of_the_numbers_of_the_last_one(bus: str, shower: Shower) -> None:
    with NotificationDaemon(bus):
        shower.show(view(title="Gone with its daemon"))
        await shower.state()
    await eventually(lambda: not shower.adapter._shown)
    with NotificationDaemon(bus) as daemon:
        shower.show(view("two", title="Two"))
        assert await shower.state() == "works"
        shower.adapter.perform(WithdrawFromDesktop("one"))
        await shower.state()
        assert daemon.titles() == ["Two"]
        assert "CloseNotification" not in daemon.calls


async def test_each_of_two_notifications_opens_its_page(bus: str, shower: Shower) -> None:
    with NotificationDaemon(bus) as daemon:
        shower.show(view())
        shower.show(view("two"))
        await shower.state()
        for number in list(daemon.shown):
            daemon.click(number)
        await eventually(lambda: len(shower.opened) == 2)


async def test_a_bus_that_never_answers_costs_its_time_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shower: Shower
) -> None:
    monkeypatch.setattr(desktop, "CALL_SECONDS", 0.1)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'mute'}")
    held: list[asyncio.StreamWriter] = []
    server = await asyncio.start_unix_server(lambda _, writer: held.append(writer), tmp_path / "mute")
    async with server:
        shower.show(view())
        assert await shower.state() == "missing"
        for writer in held:
            writer.close()


async def test_a_bus_that_talks_nonsense_is_no_bus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shower: Shower
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'odd'}")

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"OK 1234\r\n")
        await reader.read(1000)
        writer.write(bytes(range(256)) * 20)
        writer.close()

    server = await asyncio.start_unix_server(babble, tmp_path / "odd")
    async with server:
        shower.show(view())
        assert await shower.state() == "missing"


async def test_a_bus_that_went_is_found_again(bus: str, shower: Shower) -> None:
    with NotificationDaemon(bus) as daemon:
        shower.show(view())
        await shower.state()
        assert shower.adapter._bus is not None
        shower.adapter._bus._connection.writer.close()
        connection = shower.adapter._bus
        await eventually(lambda: not connection.is_open)
        shower.adapter._retry_at = 0.0
        shower.show(view("two", title="Two"))
        assert await shower.state() == "works"
        assert "Two" in daemon.titles()


async def test_started_without_it_says_so(bus: str) -> None:
    shower = Shower(is_on=False)
    with NotificationDaemon(bus) as daemon:
        shower.show(view())
        assert await shower.state() == "off"
        assert daemon.calls == []


async def test_no_word_of_it_is_in_a_log(
    bus: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], shower: Shower
) -> None:
    logging.getLogger("asyncio").setLevel(logging.DEBUG)
    monkeypatch.setattr(desktop, "CALL_SECONDS", 0.1)
    with NotificationDaemon(bus) as daemon:
        await shower.state()
        daemon.hangs = True
        shower.show(view(title="TITLE-CANARY", body="BODY-CANARY"))
        await shower.state()
    written = "".join(capfd.readouterr())
    assert "CANARY" not in written + repr(ShowOnDesktop(view(title="CANARY"))) + repr(view(title="CANARY"))
