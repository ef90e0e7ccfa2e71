"""Two computers joined by a cable, each with an internal service; the browser stands beside both and sees their UIs."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.support.deployment import Deployment, InternalServiceProcess
from tests.support.processes import ServiceProcess
from tests.support.two_hosts import Host, two_hosts

SERVER_PORT: Final = 12349
RELAY_PORT: Final = 12350
CHUNK_BYTES: Final = 65_536


@contextmanager
def deployment_on_two_computers(directory: Path) -> Iterator[Deployment]:
    """The server runs on the first one. Services: `one` and `two`."""
    with two_hosts() as hosts, ExitStack() as ends:
        deployment = Deployment(directory)
        first = hosts[0]
        deployment.server = ServiceProcess(
            ["server"], directory / "server", directory / "logs" / "server",
            host=first.v4, port=SERVER_PORT, within=first.inside,
            environment={"CASEMATE_SERVER_RELAY_LISTEN": f"{first.v4}:{RELAY_PORT}"},
        )  # fmt: skip
        for name, host in zip(("one", "two"), hosts, strict=True):
            deployment.services[name] = InternalServiceProcess(
                ["internal-service"], directory / name, directory / "logs" / name,
                port=ends.enter_context(door_to(host)), within=host.inside,
            )  # fmt: skip
        ends.callback(deployment.kill_everything)
        yield deployment


@contextmanager
def door_to(host: Host) -> Iterator[int]:
    """A port of this computer's loopback that leads to the same port of that one's: UIs are served there alone."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        threading.Thread(target=_keep_door, args=(door, host, port), daemon=True).start()
        try:
            yield port
        finally:
            door.shutdown(socket.SHUT_RDWR)


def _keep_door(door: socket.socket, host: Host, port: int) -> None:
    with suppress(OSError):  # the door is closed
        while True:
            near, _ = door.accept()
            threading.Thread(target=_lead_through, args=(near, host, port), daemon=True).start()


def _lead_through(near: socket.socket, host: Host, port: int) -> None:
    with near, suppress(OSError), host.new_socket(socket.AF_INET, socket.SOCK_STREAM, 0) as far:
        far.connect(("127.0.0.1", port))
        back = threading.Thread(target=_carry, args=(far, near), daemon=True)
        back.start()
        _carry(near, far)
        back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK_BYTES):
            target.sendall(chunk)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
