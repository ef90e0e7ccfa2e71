"""`casemate up`: two services, one URL, and nothing left behind however it ends."""

import os
import re
import signal
import stat
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.up import CASEMATE, SECONDS, Up


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts `casemate up`; whatever a failed test leaves is killed."""
    started: list[Up] = []

    def start(folder: str = "data", **options: Any) -> Up:
        started.append(Up(tmp_path / folder, **options))
        return started[-1]

    yield start
    for up in started:
        up.kill_everything()


@pytest.fixture
def up(start: Callable[..., Up]) -> Up:
    return start()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_both_services_cleanly(up: Up, how: signal.Signals) -> None:
    up.url()
    assert len(up.services) == 2
    assert "Ctrl-C stops everything, as closing this terminal does." in up.out
    up.process.send_signal(how)
    assert up.end() == 0
    assert "Traceback" not in up.err


def test_under_nohup_it_outlives_its_terminal_and_says_what_stops_it(start: Callable[..., Up]) -> None:
    up = start(program=("nohup", CASEMATE, "up"))
    up.url()
    assert f"`kill {up.process.pid}` stops everything; closing this terminal does not. To start it again" in up.out
    up.process.send_signal(signal.SIGHUP)
    up.process.send_signal(signal.SIGTERM)
    assert up.end() == 0


def test_ctrl_c_in_make_run_stops_everything(start: Callable[..., Up]) -> None:
    up = start(through_make=True)
    up.url()
    assert len(up.services) == 3
    os.killpg(up.process.pid, signal.SIGINT)  # as a terminal does it
    up.end()
    assert "Traceback" not in up.err


@pytest.mark.parametrize("name", ["aiohttp.py", "secrets.py", "casemate/__init__.py"])
def test_no_file_of_the_folder_that_it_is_started_in_is_run(
    start: Callable[..., Up], tmp_path: Path, name: str
) -> None:
    """Such as one that came with a download."""
    downloads = tmp_path / "downloads"
    (downloads / name).parent.mkdir(parents=True)
    (downloads / name).write_text("raise SystemExit('it was run')\n")
    up = start(typed_in=downloads)
    up.url()
    assert "it was run" not in up.err


def test_the_printed_url_signs_a_browser_in(up: Up) -> None:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(up.url(), timeout=SECONDS) as page:
        assert page.status == 200
        assert "launch" not in page.url
        assert b'<div id="root">' in page.read()


def test_open_gives_another_signed_in_url(up: Up) -> None:
    first = up.url()
    ended = subprocess.run(
        [CASEMATE, "open", "--no-browser", "--data-dir", str(up.directory)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    second = ended.stdout.strip()
    assert second != first
    assert second.partition("?")[0] == first.partition("?")[0]


def test_no_argument_of_any_program_holds_the_key(up: Up, tmp_path: Path) -> None:
    """Everybody on a computer can list them. The browser is a program that tells how it was started."""
    told = tmp_path / "told"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\ntr "\\0" "\\n" < /proc/$$/cmdline > {told}.part && mv {told}.part {told}\n')
    browser.chmod(0o700)
    up.url()
    ended = subprocess.run(
        [CASEMATE, "open", "--data-dir", str(up.directory)],
        env={**os.environ, "BROWSER": f"{browser} %s", "DISPLAY": ":0"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    key = ended.stdout.strip().partition("launch=")[2]
    arguments = told.read_text()
    assert key
    assert key not in arguments
    file = Path(urllib.request.url2pathname(arguments.split()[-1].removeprefix("file://")))
    assert key in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token = (up.directory / "internal-service" / "token").read_text()
    for service in up.services:
        assert token not in " ".join([*service.cmdline(), *service.environ().values()])


def test_what_it_says_to_type_works_as_typed(up: Up) -> None:
    """From another directory, in a terminal whose path knows nothing of us."""
    first = up.url()
    command = re.search(r"^    (\S.* open .*)$", up.out, re.MULTILINE)
    assert command, up.out
    for typed in (command[1], f"{command[1]} --no-browser"):
        ended = subprocess.run(
            ["/bin/sh", "-c", typed],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "HOME": str(up.directory)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.startswith(first.partition("?")[0])


def test_open_without_a_running_service_says_so(up: Up) -> None:
    up.url()
    up.process.terminate()
    up.end()
    ended = subprocess.run(
        [CASEMATE, "open", "--no-browser", "--data-dir", str(up.directory)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Casemate does not run on" in ended.stderr


@pytest.mark.parametrize("name", ["server", "internal-service"])
def test_a_service_that_ends_by_itself_is_started_again_where_it_was_and_that_is_said(up: Up, name: str) -> None:
    url = up.url()
    before = {service.pid for service in up.services}
    for number in (1, 2):
        up.service(name).kill()
        up.until_said(f"The {name} runs again.", number)
        up.find_services()
    assert f"The {name} ended by itself" in up.err
    [other] = [service for service in up.services if name not in service.cmdline()]
    assert other.pid in before, "the other one went on"
    ended = subprocess.run(
        [CASEMATE, "open", "--no-browser", "--data-dir", str(up.directory)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.stdout.strip().partition("?")[0] == url.partition("?")[0]
    up.process.terminate()
    assert up.end() == 0


def test_a_killed_up_leaves_nothing_running(up: Up) -> None:
    up.url()
    up.process.kill()
    assert up.end(then_seconds=SECONDS) == -signal.SIGKILL


def test_a_signal_during_the_start_leaves_nothing_running(start: Callable[..., Up]) -> None:
    for number, wait_seconds in enumerate((0.15, 0.3, 0.6, 0.9)):
        up = start(str(number))
        time.sleep(wait_seconds)
        up.services = psutil.Process(up.process.pid).children(recursive=True)
        up.process.terminate()
        assert up.end(then_seconds=SECONDS) in (0, -signal.SIGTERM), up.err
        assert "Traceback" not in up.err


def test_when_a_service_cannot_start_nothing_stays(up: Up, start: Callable[..., Up]) -> None:
    up.url()
    second = start()
    assert second.end() == 1
    assert "in use by another process" in second.err
    assert "The server did not start" in second.err
    assert "ready" not in second.out
