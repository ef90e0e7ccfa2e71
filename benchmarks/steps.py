"""What a newcomer has to read: files, functions and changes of file on one way: `python -m benchmarks.steps`.

A server and two internal services run in one thread, without sockets; adapters of sockets are not counted. A change of
file is a function of ours that is entered from another file of ours, or returned to.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import casemate
from benchmarks.machine import print_heading
from casemate.protocol.client import extensions as ext
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import Street

SETTLED_SECONDS: Final = 1.0
"""What is measured then comes alone: nothing of the message before is still to be answered."""
SOURCE: Final = str(Path(casemate.__file__).parent)


@dataclass
class Passed:
    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)
    entries: int = 0
    changes: int = 0
    _stack: list[str] = field(default_factory=list)

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        file = frame.f_code.co_filename
        if not file.startswith(SOURCE):
            return
        if event == "call":
            self.files.add(file)
            self.functions.add((file, frame.f_code.co_qualname))
            self.entries += 1
            self.changes += bool(self._stack) and self._stack[-1] != file
            self._stack.append(file)
        elif event == "return" and self._stack:
            left = self._stack.pop()
            self.changes += bool(self._stack) and self._stack[-1] != left

    def __str__(self) -> str:
        return (
            f"{len(self.files)} files, {len(self.functions)} functions, entered {self.entries:,} times, "
            f"{self.changes:,} changes of file"
        )


@contextmanager
def counted(what: str) -> Iterator[None]:
    passed = Passed()
    sys.setprofile(passed)
    try:
        yield
    finally:
        sys.setprofile(None)
    print(f"* {what}: {passed}")


def measure(folder: Path) -> None:
    street = Street(folder)
    house, other = street.house(), street.house("other")
    alice, bob = house.view(), other.view()
    a, b = alice.register("alice"), bob.register("bob")
    for client, cid in ((alice, a), (bob, b)):
        client.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    with counted("two people register with each other and connect"):
        alice.befriend(a, bob, b)
    send(alice, a, b)
    street.pass_time(SETTLED_SECONDS)
    with counted("one message, from SendChat to delivered"):
        send(alice, a, b)
    with counted("the server goes and comes back"):
        street.server_goes()
        street.server_comes()
    with counted("the internal service is killed and starts again"):
        other.kill()
        other.start()


def send(view: Client, cid: Cid, peer_cid: Cid) -> None:
    message_id, talk = new_id().replace("-", ""), view.conversation(cid, peer_cid)
    view.expect(
        ext.MessageQueued,
        ext.SendChat(request_id=new_id(), cid=cid, conversation=talk, message_id=message_id, text="Hello"),
    )


def main() -> None:
    print_heading("What one thing passes in the code")
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder))


if __name__ == "__main__":
    main()
