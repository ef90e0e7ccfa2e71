"""What `casemate up` passes on to the services that it starts."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from casemate.cli.app import main
from casemate.cli.children import Child
from casemate.runtime.errors import CannotStart


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The arguments of the server, which then does not start."""
    arguments: list[str] = []

    async def start(name: str, options: Sequence[str]) -> None:
        arguments.extend((name, *options))
        raise CannotStart("It was only looked at.")

    monkeypatch.setattr(Child, "start", start)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return arguments


def up(*options: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["up", "--no-browser", *options])
    assert ended.value.code == 1


@pytest.mark.parametrize("where", ["127.0.0.1:7", "[::]:0", "off"])
def test_the_server_hears_where_its_relay_listens(started: list[str], where: str) -> None:
    up("--server-listen", "127.0.0.1:5", "--relay-listen", where)
    assert started[0] == "server"
    assert started[started.index("--listen") + 1] == "127.0.0.1:5"
    assert started[started.index("--relay-listen") + 1] == where


def test_the_server_hears_where_people_reach_it(started: list[str]) -> None:
    up("--address", "chat.example.org:443", "--address", "wss://chat.example.org")
    stated = [after for word, after in pairwise(started) if word == "--address"]
    assert stated == ["chat.example.org:443", "wss://chat.example.org"]


def test_a_server_decides_by_itself_what_it_was_not_told(started: list[str]) -> None:
    up()
    assert "--relay-listen" not in started


def test_both_services_load_side_by_side(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    launched: list[str] = []

    class Looked(Child):
        def __init__(self, name: str) -> None:
            self.name = name

        async def ready(self) -> str:
            assert (self.name, launched) == ("server", ["server", "internal-service"])
            raise CannotStart("It was only looked at.")

        async def stop(self) -> int:
            launched.remove(self.name)
            return 0

    async def start(name: str, _options: Sequence[str]) -> Child:
        launched.append(name)
        return Looked(name)

    monkeypatch.setattr(Child, "start", start)
    up("--data-dir", str(tmp_path))
    assert launched == [], "and both end when one does not start"
