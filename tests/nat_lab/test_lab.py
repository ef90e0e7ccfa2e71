"""The laboratory itself: it is taken down whatever happens, and what can be done in it has the effect it names."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.nat_lab import namespaces
from tests.nat_lab.lab import FIRST_HOST, ROAMING_HOST, laboratory
from tests.nat_lab.leftovers import PREFIX, remove_leftovers
from tests.nat_lab.sites import SERVER_V4
from tests.nat_lab.sockets import SocketMaker

PATIENCE_SECONDS = 30.0
BUILD_AND_SLEEP = """
import subprocess, sys, time
from tests.nat_lab import namespaces
from tests.nat_lab.lab import laboratory
with laboratory("public", "public") as lab:
    sleeper = subprocess.Popen([*namespaces.inside(lab.namespace("host-a")), "sleep", "60"])
    print(lab.name, sleeper.pid, flush=True)
    time.sleep(60)
"""


def mine() -> list[str]:
    return [name for name in namespaces.names() if name.startswith(f"{PREFIX}{os.getpid()}-")]


def test_a_failure_leaves_nothing() -> None:
    with pytest.raises(ZeroDivisionError), laboratory("public", "public"):
        assert mine() != []
        raise ZeroDivisionError
    assert mine() == []


def test_what_a_killed_laboratory_leaves_is_removed_by_the_next_with_all_that_runs_in_it() -> None:
    owner = subprocess.Popen([sys.executable, "-c", BUILD_AND_SLEEP], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert owner.stdout is not None
    name, sleeper = owner.stdout.readline().split()
    remove_leftovers()
    assert f"{name}-host-a" in namespaces.names()  # its owner lives
    owner.kill()
    owner.wait()
    owner.stdout.close()
    remove_leftovers()
    assert [left for left in namespaces.names() if left.startswith(name)] == []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{sleeper}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{sleeper}").exists()


def test_who_roams_or_turns_a_vpn_on_is_seen_at_another_address() -> None:
    with laboratory("port cone", "port cone") as lab:
        outside, server = SocketMaker(lab.namespace("host-a")), SocketMaker(lab.namespace("server"))
        with server.udp(SERVER_V4) as listening:
            listening.settimeout(PATIENCE_SECONDS)

            def seen() -> str:
                with outside.udp() as speaking:
                    speaking.sendto(b"hello", listening.getsockname())
                    return str(listening.recvfrom(100)[1][0])

            at_home, elsewhere = lab.sites["a"].wan_v4, lab.sites["c"].wan_v4
            assert seen() == at_home
            lab.vpn_on("a")
            assert seen() == elsewhere
            lab.vpn_off("a")
            assert seen() == at_home
            lab.unplug("a")
            lab.plug("a", "c", ROAMING_HOST)
            assert seen() == elsewhere
        outside.close()
        server.close()


def test_packets_to_the_other_site_are_counted() -> None:
    with laboratory("public", "public") as lab:
        maker = SocketMaker(lab.namespace("host-a"))
        lab.count_packets("a", *lab.sites["b"].addresses_v4)
        with maker.udp() as speaking:
            speaking.sendto(b"hello", (SERVER_V4, 9))
            assert lab.packets_counted("a") == 0
            speaking.sendto(b"hello", (lab.sites["b"].lan_v4(FIRST_HOST), 9))
            assert lab.packets_counted("a") == 1
        maker.close()


def test_a_slow_uplink_takes_its_time() -> None:
    with laboratory("public", "public", delay_ms=30) as lab:
        near, server = SocketMaker(lab.namespace("host-a")), SocketMaker(lab.namespace("server"))
        with near.udp() as speaking, server.udp(SERVER_V4) as listening:
            listening.settimeout(PATIENCE_SECONDS)
            began = time.monotonic()
            speaking.sendto(b"hello", listening.getsockname())
            listening.recv(100)
            assert time.monotonic() - began >= 0.025
        near.close()
        server.close()
