"""A service says when it is ready, stops when it is asked to, and comes back after a kill."""

import signal
import stat
import time

import psutil
import pytest

from tests.support.processes import STOP_SECONDS, ServiceProcess


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_service_says_when_it_is_ready_and_stops_with_exit_code_0(
    service: ServiceProcess, name: str, how: signal.Signals
) -> None:
    service.start()
    said = service.stdout.read_text().splitlines()
    assert said[0] == f"casemate {name} ready on {service.url}"
    assert [line.rsplit(" ", 16)[0] for line in said[1:]] == (["casemate server identity"] if name == "server" else [])
    process = psutil.Process(service.pid)
    assert process.children() == []
    process.send_signal(how)
    deadline = time.monotonic() + STOP_SECONDS
    while process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "it did not stop"
        time.sleep(0.01)
    assert service.terminate() == 0
    assert "Traceback" not in service.all_logs()


def test_a_killed_service_starts_again_on_the_same_port_and_data(service: ServiceProcess) -> None:
    service.start()
    for _ in range(3):
        service.kill()
        before = service.url
        service.start()
        assert service.url == before
    assert service.terminate() == 0


def test_a_service_that_is_asked_to_stop_while_it_starts_goes(service: ServiceProcess) -> None:
    for wait_seconds in (0.0, 0.1, 0.2, 0.3, 0.5):
        service.launch()
        time.sleep(wait_seconds)
        assert service.terminate() in (0, -signal.SIGTERM)
    service.start()
    assert service.terminate() == 0


def test_what_a_service_keeps_is_for_its_owner_alone(service: ServiceProcess) -> None:
    service.data_dir.mkdir(mode=0o755)
    service.start()
    files = [path for path in service.data_dir.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
