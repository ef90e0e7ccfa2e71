"""What a start is written down as: the same again, without the terminal that it came from."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from casemate.cli.app import main
from casemate.cli.children import Child
from casemate.internal_service.main import InternalServiceOptions
from casemate.runtime.errors import CannotStart


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The arguments of each service that `up` launches; the internal service then does not start."""
    launched: list[list[str]] = []

    async def start(name: str, options: Sequence[str]) -> None:
        launched.append([name, *options])
        if name == "internal-service":
            raise CannotStart("It was only looked at.")

    async def stop(self: object) -> None:
        pass

    monkeypatch.setattr(Child, "start", start)
    for name in [name for name in os.environ if name.startswith("CASEMATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return launched


def up(launched: list[list[str]], *arguments: str) -> tuple[list[list[str]], list[str]]:
    """What is launched, without the word about how; and that word."""
    launched.clear()
    with pytest.raises(SystemExit):
        main(arguments)
    internal = launched[1]
    at = internal.index("--started-by")
    started_as = json.loads(internal[at + 1])
    return [launched[0], internal[:at] + internal[at + 2 :]], started_as


def test_what_is_as_it_is_by_default_is_left_out(launched: list[list[str]], tmp_path: Path) -> None:
    _, again = up(launched, "up")
    assert again == ["up", "--data-dir", str(tmp_path / "home" / "casemate"), "--no-browser"]


def test_the_same_again_without_the_terminal(
    launched: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Options of the command line, the environment and a named file, with relative paths."""
    Path("named.toml").write_text("[up]\nlog-level = 'error'\n")
    monkeypatch.setenv("CASEMATE_UP_SERVER_LISTEN", "127.0.0.1:5")
    options = ["--data-dir", "here", "--listen", "[::1]:6", "--relay-listen", "off", "--no-peer-paths"]
    first, again = up(launched, "--config", "named.toml", "up", *options, "--trust-other-users")
    monkeypatch.delenv("CASEMATE_UP_SERVER_LISTEN")
    monkeypatch.chdir("/")
    second, and_again = up(launched, *again)
    assert second == [[word.replace("here/", f"{tmp_path}/here/") for word in call] for call in first]
    assert and_again == again


def test_an_internal_service_says_it_of_itself(
    launched: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    heard: list[InternalServiceOptions] = []

    def run(options: InternalServiceOptions) -> int:
        heard.append(options)
        return 0

    monkeypatch.setattr("casemate.internal_service.main.run", run)
    options = ["--data-dir", "here", "--allow-host", "one", "--allow-host", "two", "--no-keyring"]
    with pytest.raises(SystemExit):
        main(["internal-service", *options, "--log-level", "error", "--log-style", "json"])
    assert heard[0].started_as == (
        *("internal-service", "--data-dir", str(tmp_path / "here")),
        *("--allow-host", "one", "--allow-host", "two", "--no-keyring", "--log-level", "error", "--log-style", "json"),
    )
    again = heard[0].started_as
    with pytest.raises(SystemExit):
        main(again)
    assert heard[1].started_as == again


def test_a_proxy_and_the_file_of_its_login_come_along(launched: list[list[str]], tmp_path: Path) -> None:
    services, again = up(launched, "up", "--proxy", "http://p:1", "--proxy-login-file", "login")
    assert services[1][-4:] == ["--proxy", "http://p:1", "--proxy-login-file", "login"]
    assert again[-4:] == ["--proxy", "http://p:1", "--proxy-login-file", str(tmp_path / "login")]
