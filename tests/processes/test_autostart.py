"""`casemate autostart` against the systemd that starts user units."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.runtime.autostart import user_unit
from tests.support.processes import CASEMATE
from tests.support.user_manager import NoUserManager, UserManager, user_manager_in

pytestmark = pytest.mark.processes

ODD_FOLDER = 'data %h $HOME "of" it\'s \\ ${X}'
SECONDS = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def manager(home: Path) -> Iterator[UserManager]:
    try:
        with user_manager_in(home) as manager:
            yield manager
    except NoUserManager as why:
        pytest.skip(f"no systemd of one's own can be had here: {why}")


def until_there(file: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not file.exists():
        assert time.monotonic() < deadline, file
        time.sleep(0.02)


def test_what_ran_on_a_directory_is_what_starts_with_the_computer(manager: UserManager, home: Path) -> None:
    data_dir = home / ODD_FOLDER
    (data_dir / "internal-service").mkdir(parents=True, mode=0o700)
    ran = ["up", "--data-dir", str(data_dir), "--no-browser", "--listen", "127.0.0.1:0"]
    ran += ["--server-listen", "127.0.0.1:0", "--relay-listen", "off", "--no-peer-paths"]
    (data_dir / "internal-service" / "started-as.json").write_text(json.dumps(ran))
    here = ["--data-dir", str(data_dir)]

    said = manager.run([*CASEMATE, "autostart", "on", *here])
    unit = home / ".config" / "systemd" / "user" / "casemate.service"
    assert "when you log in" in said
    assert str(unit) in said
    assert "--no-peer-paths" in manager.run([*CASEMATE, "autostart", "status", *here])
    assert manager.run(["systemctl", "--user", "is-enabled", "casemate.service"]) == "enabled\n"

    manager.run(["systemctl", "--user", "start", "casemate.service"])
    try:
        until_there(data_dir / "internal-service" / "url")
        assert "?launch=" in manager.run([*CASEMATE, "open", "--no-browser", *here])
        assert json.loads((data_dir / "internal-service" / "started-as.json").read_text()) == ran
        manager.run([*CASEMATE, "autostart", "off"])
        assert not unit.exists()
        assert manager.run(["systemctl", "--user", "is-active", "casemate.service"]) == "active\n", "what runs goes on"
    finally:
        manager.run(["systemctl", "--user", "stop", "casemate.service"])
    assert list((home / ".config" / "systemd" / "user").rglob("*.service")) == []
    assert "does not start" in manager.run([*CASEMATE, "autostart", "status", *here])


def test_a_unit_hands_every_word_over_as_it_is(manager: UserManager, home: Path) -> None:
    program = home / "odd %h $HOME path" / "casemate"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\0" "$0" "$@" > "{home}/words.part"\nmv "{home}/words.part" "{home}/words"\n'
    )
    program.chmod(0o700)
    words = [ODD_FOLDER, "100%", "$$", "`id`", "a;b", ";", "#", "", "ünï", "--x=y"]
    unit = home / ".config" / "systemd" / "user" / "casemate.service"
    unit.parent.mkdir(parents=True)
    unit.write_text(user_unit.text([str(program), *words]))
    manager.run(["systemctl", "--user", "daemon-reload"])
    manager.run(["systemctl", "--user", "start", "casemate.service"])
    until_there(home / "words")
    assert (home / "words").read_bytes().split(b"\0")[:-1] == [os.fsencode(word) for word in [str(program), *words]]


def test_who_turned_the_unit_off_by_hand_is_believed(manager: UserManager) -> None:
    manager.run([*CASEMATE, "autostart", "on"])
    manager.run(["systemctl", "--user", "disable", "casemate.service"])
    assert "does not start" in manager.run([*CASEMATE, "autostart", "status"])
    manager.run([*CASEMATE, "autostart", "on"])
    assert "is set to start" in manager.run([*CASEMATE, "autostart", "status"])
