"""`scripts/own-network`: a command in a network of its own, or in the shared one when there is no other way."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.own_network import WHY_NOT, in_own_network, service_environment

WRAPPER = str(Path(__file__).parents[2] / "scripts" / "own-network")
SHOW_INTERFACES = "import socket; print([name for _, name in socket.if_nameindex()])"
FORBIDDING_NAMESPACES = (
    *("unshare", "--user", "--map-root-user", "sh", "-c"),
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -all "$@"',
    "sh",
)
"""Runs a command as on a system that lets nobody make a namespace."""


def run(*command: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Through the wrapper, as if this test were in the shared network."""
    environment = {name: value for name, value in os.environ.items() if name != "CASEMATE_TEST_NETWORK"}
    return subprocess.run([*before, WRAPPER, *command], capture_output=True, text=True, timeout=30, env=environment)


@pytest.fixture
def _namespaces() -> None:
    if run("sh", "-c", "echo $CASEMATE_TEST_NETWORK").stdout != "own\n":
        pytest.skip("this system allows no network namespaces")


@pytest.mark.usefixtures("_namespaces")
def test_there_is_nothing_but_loopback() -> None:
    assert run(sys.executable, "-c", SHOW_INTERFACES).stdout == "['lo']\n"


@pytest.mark.usefixtures("_namespaces")
@pytest.mark.parametrize(("address", "family"), [("127.0.0.1", "AF_INET"), ("::1", "AF_INET6")])
def test_services_can_listen_on_loopback(address: str, family: str) -> None:
    listen = f"import socket; socket.create_server(({address!r}, 0), family=socket.{family})"
    assert run(sys.executable, "-c", listen).stderr == ""


@pytest.mark.usefixtures("_namespaces")
def test_neighbours_on_loopback_hear_multicast() -> None:
    program = """
import socket
group, loopback = socket.inet_aton("224.0.0.251"), socket.inet_aton("127.0.0.1")
hearing, speaking = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
hearing.bind(("", 5353))
hearing.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group + loopback)
hearing.settimeout(10)
speaking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, loopback)
speaking.sendto(b"hello", ("224.0.0.251", 5353))
print(hearing.recv(100))
"""
    assert run(sys.executable, "-c", program).stdout == "b'hello'\n"


def test_the_exit_code_is_the_commands() -> None:
    assert run("sh", "-c", "exit 7").returncode == 7


def test_a_signal_ends_it_as_it_ends_the_command() -> None:
    assert run("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


def test_a_command_that_is_not_there_is_named() -> None:
    ended = run("no-such-command")
    assert ended.returncode == 127
    assert "no-such-command: No such file or directory" in ended.stderr


def test_without_namespaces_the_command_runs_in_the_shared_network_and_that_is_said() -> None:
    if not shutil.which("setpriv") or run("true", before=FORBIDDING_NAMESPACES).returncode:
        pytest.skip("this system cannot forbid namespaces for a test")
    ended = run("sh", "-c", "echo $CASEMATE_TEST_NETWORK; exit 3", before=FORBIDDING_NAMESPACES)
    assert (ended.returncode, ended.stdout) == (3, "shared\n")
    assert "allows no network namespaces" in ended.stderr


@pytest.mark.own_network
def test_what_is_marked_so_runs_in_a_network_of_its_own_only() -> None:
    assert in_own_network(), WHY_NOT


def test_services_speak_to_no_neighbour_in_a_shared_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEMATE_TEST_NETWORK", "shared")
    assert service_environment() == {
        "DBUS_SESSION_BUS_ADDRESS": "",
        "CASEMATE_SERVER_RELAY_LISTEN": "off",
        "CASEMATE_INTERNAL_SERVICE_PEER_PATHS": "false",
    }
