"""`casemate open`: asks with the token, opens nothing that is not the internal service's."""

import json
import stat
import sys
import threading
import webbrowser
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from casemate.cli import open as cli_open
from casemate.cli.open import launch_url, open_ui
from casemate.runtime.errors import CannotStart
from casemate.runtime.opened_page import REDIRECT_FILE
from casemate.runtime.own_command import own_command


class Answers(HTTPServer):
    """An internal service as far as `POST /launch` goes."""

    status = 200
    body: bytes | None = None
    asked: str | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: Answers

    def do_POST(self) -> None:
        self.server.asked = f"{self.path} {self.headers['Authorization']} {self.headers['Origin']}"
        self.send_response(self.server.status)
        self.end_headers()
        body = self.server.body
        self.wfile.write(json.dumps({"url": f"{self.server.base}?launch=ONCE"}).encode() if body is None else body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Answers]:
    with Answers(("127.0.0.1", 0), Handler) as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        folder = tmp_path / "internal-service"
        folder.mkdir()
        (folder / "url").write_text(service.base)
        (folder / "token").write_text("TOKEN\n")
        yield service
        service.shutdown()
        thread.join()


@pytest.mark.parametrize("folder", ["", "internal-service"], ids=["of up", "of the service"])
def test_a_running_service_is_asked_for_a_url_with_its_token(running: Answers, tmp_path: Path, folder: str) -> None:
    assert launch_url(tmp_path / folder) == f"{running.base}?launch=ONCE"
    assert running.asked == "/launch Bearer TOKEN None"


def test_the_url_is_printed_and_opened(
    running: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(cli_open, "open_in_browser", lambda url, _: opened.append(url))
    open_ui(data_dir=tmp_path, browser=False)
    assert opened == []
    open_ui(data_dir=tmp_path)
    assert opened == [f"{running.base}?launch=ONCE"]
    assert capsys.readouterr().out == f"{running.base}?launch=ONCE\n" * 2


def test_a_stopped_service_is_named(running: Answers, tmp_path: Path) -> None:
    running.server_close()
    with pytest.raises(CannotStart, match="Casemate does not run on"):
        launch_url(tmp_path)


def test_a_directory_that_never_had_a_service_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="Casemate does not run on"):
        launch_url(tmp_path)


def test_a_refused_token_is_named(running: Answers, tmp_path: Path) -> None:
    running.status = 401
    with pytest.raises(CannotStart, match="status 401"):
        launch_url(tmp_path)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b'{"url": 1}', b'{"url": "https://elsewhere/?launch=ONCE"}', b'{"url": "file:///x"}']
)
def test_another_program_on_that_port_cannot_make_us_open_anything(
    running: Answers, tmp_path: Path, body: bytes
) -> None:
    running.body = body
    with pytest.raises(CannotStart, match="is not Casemate"):
        launch_url(tmp_path)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the browser is started with, on a computer that has a screen."""
    arguments: list[str] = []
    monkeypatch.setattr(webbrowser, "open", arguments.append)
    monkeypatch.setenv("DISPLAY", ":0")
    return arguments


def test_the_browser_is_started_with_a_file_of_its_owner_and_not_with_the_key(
    opened: list[str], tmp_path: Path
) -> None:
    (tmp_path / "internal-service").mkdir()
    cli_open.open_in_browser("http://127.0.0.1/?launch=ONCE", tmp_path)
    [address] = opened
    file = tmp_path / "internal-service" / REDIRECT_FILE
    assert address == file.as_uri()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "0; url=http://127.0.0.1/?launch=ONCE" in file.read_text()


def test_without_a_screen_no_browser_takes_the_terminal(
    opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    cli_open.open_in_browser("http://127.0.0.1/", tmp_path)
    assert opened == []


def test_what_is_to_be_typed_names_the_directory_unless_it_is_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_command()
    usual = tmp_path / "usual"
    monkeypatch.setattr(cli_open, "default_data_dir", lambda: usual)
    assert cli_open.open_command(usual) == cli_open.open_command(usual / "internal-service") == f"{own} open"
    elsewhere = tmp_path / "with a blank"
    assert cli_open.open_command(elsewhere) == f"{own} open --data-dir '{elsewhere}'"
    assert cli_open.join_command(elsewhere / "internal-service") == f"{own} join --data-dir '{elsewhere}'"
    assert cli_open.join_command(usual) == f"{own} join"
    assert cli_open.start_command(elsewhere / "internal-service") == f"{own} up --data-dir '{elsewhere}'"
    assert cli_open.start_command(elsewhere, alone=True) == f"{own} internal-service --data-dir '{elsewhere}'"
    assert cli_open.start_command(usual / "internal-service", alone=True) == f"{own} internal-service"


def test_whoever_closes_the_terminal_was_told_what_to_type_another_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_open, "is_fetched_for_one_run", lambda: False)
    told = cli_open.how_to_start_again(tmp_path)
    assert told == f"To start it again:\n\n    {cli_open.start_command(tmp_path)}\n"
    monkeypatch.setattr(cli_open, "is_fetched_for_one_run", lambda: True)
    assert cli_open.how_to_start_again(tmp_path).startswith(told)
    assert "uv tool install" in cli_open.how_to_start_again(tmp_path)
