"""Options from the command line, the environment and the config file, and mistakes as one sentence."""

import io
import os
import sys
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from casemate.cli.app import main
from casemate.cli.open import join_command, open_command, start_command
from casemate.crypto.keys import fingerprint
from casemate.node import StorageBroken
from casemate.runtime.errors import CannotStart
from casemate.server.adapters.identity_file import load_or_make_identity


class Service:
    """Stands in for both services: remembers how it was started."""

    def __init__(self) -> None:
        self.options: Any = None
        self.error: BaseException | None = None

    def run(self, options: Any) -> int:
        self.options = options
        if self.error is not None:
            raise self.error
        return 0


class Options(SimpleNamespace):
    """Stands in for the services' options: takes any."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Service:
    service = Service()
    for name, options in (("server", "ServerOptions"), ("internal_service", "InternalServiceOptions")):
        module = ModuleType(name)
        module.run = service.run  # type: ignore[attr-defined]
        setattr(module, options, Options)
        monkeypatch.setitem(sys.modules, f"casemate.{name}.main", module)
    for folder in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(folder, str(tmp_path))
    for variable in [name for name in os.environ if name.startswith("CASEMATE_")]:
        monkeypatch.delenv(variable)
    return service


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_a_server_listens_on_loopback_and_keeps_its_data_where_the_platform_says(
    service: Service, tmp_path: Path
) -> None:
    assert run("server") == 0
    assert service.options.listen == "127.0.0.1:12349"
    assert service.options.data_dir == tmp_path / "casemate" / "server"
    assert service.options.server_passwords == ()


def test_options_of_a_server_reach_it(service: Service, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\nnot this\n")
    options = f"--data-dir d --listen [::1]:0 --password-file {tmp_path}/password --mailbox-days 2 --behind-proxy"
    more = "--registration-request-days 0.5 --connections-per-address 7 --new-accounts-at-once 9"
    relay = "--relay-listen [::1]:5 --relay-url https://relay.example/ --relay-megabytes-per-second 1.5"
    places = "--address chat.example.org:443 --address wss://chat.example.org"
    assert run("server", *options.split(), *more.split(), *relay.split(), *places.split()) == 0
    assert vars(service.options) == {
        "data_dir": Path("d"),
        "listen": "[::1]:0",
        "registration": None,
        "open_to_this_computer": False,
        "server_passwords": ("open sesame",),
        "registration_request_days": 0.5,
        "mailbox_days": 2,
        "behind_proxy": True,
        "connections_per_address": 7,
        "new_accounts_at_once": 9,
        "install_line": "",
        "relay_listen": "[::1]:5",
        "relay_url": "https://relay.example/",
        "relay_megabytes_per_second": 1.5,
        "addresses": ("chat.example.org:443", "wss://chat.example.org"),
    }


def test_who_may_join_and_a_password_from_standard_input_reach_the_server(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("open sesame\nnot this\n"))
    assert run("server", "--registration", "password", "--password-file", "-") == 0
    assert (service.options.registration, service.options.server_passwords) == ("password", ("open sesame",))


def test_a_server_runs_without_a_relay_when_told_so(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("server", "--relay-listen", "off") == 0
    assert service.options.relay_listen == "off"
    monkeypatch.setenv("CASEMATE_SERVER_RELAY_LISTEN", "off")
    run("server")
    assert service.options.relay_listen == "off"


def test_the_identity_of_a_server_is_printed_as_screens_show_it(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "office"
    assert run("server", "fingerprint", "--data-dir", str(folder)) == 1
    assert "No server has been started" in capsys.readouterr().err
    folder.mkdir()
    _, key = load_or_make_identity(folder, os.urandom, is_new=True)
    shown = fingerprint(key) + "\n"
    assert run("server", "fingerprint", "--data-dir", str(folder)) == 0
    assert capsys.readouterr().out == shown
    monkeypatch.setenv("CASEMATE_SERVER_DATA_DIR", str(folder))
    monkeypatch.setenv("CASEMATE_SERVER_LISTEN", "127.0.0.1:2")
    assert run("server", "fingerprint") == 0
    assert capsys.readouterr().out == shown
    monkeypatch.delenv("CASEMATE_SERVER_DATA_DIR")
    config = tmp_path / "config.toml"
    config.write_text(f'[server]\nlisten = "127.0.0.1:1"\ndata_dir = "{folder}"\n')
    assert run("--config", str(config), "server", "fingerprint") == 0
    assert capsys.readouterr().out == shown
    assert run("--config", str(config), "server") == 0
    assert (service.options.listen, service.options.data_dir) == ("127.0.0.1:2", folder)


def test_an_internal_service_hears_of_the_server_beside_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("b:2 abcd\n"))
    assert run("internal-service", "--own-server-from-stdin") == 0
    assert (service.options.default_server, service.options.own_server_key) == ("b:2", b"\xab\xcd")


def test_an_internal_service_does_not_start_when_the_server_beside_it_did_not(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(""))
    assert run("internal-service", "--own-server-from-stdin") == 1
    assert "did not start" in capsys.readouterr().err
    assert service.options is None


OFF = ("--no-keyring", "--no-peer-paths", "--no-lan-discovery", "--no-notifications")


def test_options_of_an_internal_service_reach_it(service: Service) -> None:
    options = "--listen [::1]:0 --data-dir d --default-server a:1 --allow-origin http://x --allow-host x"
    install = ("--install-line", "uvx casemate join")
    assert run("internal-service", *options.split(), "--trust-other-users", *install, *OFF) == 0
    options_again = service.options.started_as
    assert run(*options_again) == 0
    assert service.options.started_as == options_again, "it starts the same again with the computer"
    assert vars(service.options) == {
        "listen": "[::1]:0",
        "data_dir": Path("d").absolute(),
        "started_as": options_again,
        "default_server": "a:1",
        "own_server_key": None,
        "up": None,
        "allowed_origins": ("http://x",),
        "allowed_hosts": ("x",),
        "install_line": "uvx casemate join",
        "open_command": open_command(Path("d")),
        "join_command": join_command(Path("d")),
        "start_command": start_command(Path("d"), alone=True),
        "proxy": None,
        "proxy_login": None,
        "trust_other_users": True,
        "use_keyring": False,
        "peer_paths": False,
        "lan_discovery": False,
        "desktop_notifications": False,
    }


def test_the_command_line_wins_over_the_environment_and_that_over_the_config_file(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[server]\nlisten = "127.0.0.1:1"\n[internal-service]\nlisten = "127.0.0.1:9"\nkeyring = false\n')
    run("--config", str(config), "server")
    assert service.options.listen == "127.0.0.1:1"
    monkeypatch.setenv("CASEMATE_CONFIG", str(config))
    run("internal-service")
    assert (service.options.listen, service.options.use_keyring) == ("127.0.0.1:9", False)
    monkeypatch.setenv("CASEMATE_SERVER_LISTEN", "127.0.0.1:2")
    run("server")
    assert service.options.listen == "127.0.0.1:2"
    run("server", "--listen", "127.0.0.1:3")
    assert service.options.listen == "127.0.0.1:3"
    monkeypatch.setenv("CASEMATE_INTERNAL_SERVICE_LISTEN", "127.0.0.1:4")
    run("internal-service")
    assert service.options.listen == "127.0.0.1:4", "its variables are ones that a shell can set"


def test_the_config_file_of_the_platform_is_read_without_being_named(service: Service, tmp_path: Path) -> None:
    (tmp_path / "casemate").mkdir()
    (tmp_path / "casemate" / "config.toml").write_text('[server]\nlisten = "127.0.0.1:7"\n')
    run("server")
    assert service.options.listen == "127.0.0.1:7"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["server", "--listen", "nonsense"], "is not HOST:PORT"),
        (["server", "--relay-listen", "on"], "is not HOST:PORT"),
        (["server", "--unknown"], "Unknown option"),
        (["nothing"], "Unknown command"),
        (["server", "--log-level", "loud"], "log-level"),
        (["server", "--mailbox-days", "0"], "mailbox-days"),
        (["--config", "/no/such/file.toml", "server"], "/no/such/file.toml"),
    ],
)
def test_a_misused_command_is_one_sentence_and_exit_code_2(
    service: Service, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("casemate: ")
    assert sentence in said.err
    assert service.options is None


def test_an_unknown_option_in_the_config_file_is_not_passed_over(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text('[server]\nlissten = "127.0.0.1:1"\n')
    assert run("--config", str(tmp_path / "config.toml"), "server") == 2
    assert "lissten" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [None, "", "\nsecond line", b"\xff\xfe"], ids=["missing", "empty", "blank", "binary"]
)
def test_a_password_file_without_a_password_stops_the_start(
    service: Service, tmp_path: Path, content: str | bytes | None
) -> None:
    if content is not None:
        (tmp_path / "password").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run("server", "--password-file", str(tmp_path / "password")) == 1
    assert service.options is None


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(CannotStart("The port is taken."), "The port is taken."), (StorageBroken("disk full"), "disk full")],
)
def test_a_service_that_fails_is_one_sentence_and_exit_code_1(
    service: Service, capsys: pytest.CaptureFixture[str], error: Exception, sentence: str
) -> None:
    service.error = error
    assert run("server") == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_ctrl_c_during_the_start_shows_no_traceback(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.error = KeyboardInterrupt()
    assert run("server") == 130
    assert capsys.readouterr().err == ""
