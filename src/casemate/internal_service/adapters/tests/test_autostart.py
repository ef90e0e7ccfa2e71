"""What the UI hears of starting with the computer: what the disk says when it asks."""

import asyncio
from pathlib import Path

import pytest

from casemate.internal_service.adapters.autostart import Autostart
from casemate.internal_service.core.ground.effects import AskAutostart
from casemate.internal_service.core.ground.events import AutostartSeen
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue


@pytest.fixture(autouse=True)
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop, and no systemd of one's own; the file from which it starts."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart" / "casemate.desktop"


def asked(command: list[str], *turns: bool | None) -> list[AutostartSeen]:
    """Every question at once; the answers in the order in which they came."""

    async def ask() -> list[AutostartSeen]:
        events = EventQueue(SystemClock())
        autostart = Autostart(events, command)
        for token, turn in enumerate(turns):
            autostart.perform(AskAutostart(token, turn))
        await autostart.close()
        return [event for event in events.take(len(turns), None) if isinstance(event, AutostartSeen)]

    return asyncio.run(ask())


def program(folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / "casemate").write_text("#!/bin/sh\n")
    (folder / "casemate").chmod(0o700)
    return [str(folder / "casemate"), "up", "--data-dir", str(folder)]


def test_on_and_off_are_what_the_disk_says(tmp_path: Path, entry: Path) -> None:
    command = program(tmp_path / "a")
    assert [seen.state for seen in asked(command, None, True, True, None)] == ["off", "on", "on", "on"]
    entry.unlink()
    assert [seen.state for seen in asked(command, None, True, False, None)] == ["off", "on", "off", "off"]
    assert not entry.exists()


def test_what_starts_in_its_place_is_said(tmp_path: Path) -> None:
    one, other = program(tmp_path / "a"), program(tmp_path / "b")
    asked(one, True)
    [seen] = asked(other, None)
    assert (seen.state, seen.reason and seen.reason.code) == ("off", "autostart_other")
    assert seen.reason is not None
    assert str(tmp_path / "a") in seen.reason.params["command"]
    (tmp_path / "a" / "casemate").unlink()
    for command in (one, other):
        [seen] = asked(command, None)
        assert (seen.state, seen.reason and seen.reason.code) == ("off", "autostart_gone")
    assert [seen.state for seen in asked(other, True)] == ["on"]


def test_a_file_of_somebody_else_is_named_and_left_alone(tmp_path: Path, entry: Path) -> None:
    entry.parent.mkdir(parents=True)
    entry.write_text("[Desktop Entry]\n")
    looked, on, off = asked(program(tmp_path / "a"), None, True, False)
    assert (looked.state, looked.refused) == ("unavailable", None)
    assert looked.reason is not None
    assert looked.reason.params == {"file": str(entry)}
    for refused in (on.refused, off.refused):
        assert refused is not None
        assert refused.code == "autostart_not_ours"
    assert entry.read_text() == "[Desktop Entry]\n"


def test_without_anything_that_starts_programs_it_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("XDG_CURRENT_DESKTOP", raising=False)
    looked, on = asked(program(tmp_path / "a"), None, True)
    assert (looked.state, looked.reason and looked.reason.code) == ("unavailable", "autostart_nothing")
    assert on.refused is not None
