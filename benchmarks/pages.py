"""How many pages a message writes: `python -m benchmarks.pages [--before 2000] [--messages 200]`.

Two internal services and a server run in one thread, without sockets, and one message is under way at a time: nobody
shares what a commit writes then. Pages are counted in the logs of the databases, and named by the table or index
that they belong to.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import print_heading
from casemate.protocol.client import extensions as ext
from casemate.protocol.ids import Cid
from casemate.runtime.sqlite import Database
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street
from tests.support.written_pages import WrittenPages

TEXT: Final = "x" * 72


class Pair:
    """Alice writes to Bob, whose messages a plain client takes, or nobody."""

    def __init__(self, folder: Path, *, plain: bool) -> None:
        folder.mkdir()
        street = Street(folder)
        self._alice = street.house("alice").view()
        house = street.house("bob")
        self._bob = house.client() if plain else house.view()
        self._plain = plain
        self._a, b = self._alice.register("alice"), self._bob.register("bob")
        self._alice.befriend(self._a, self._bob, b)
        self._talk = self._alice.conversation(self._a, b)
        service: Any = house.service.stores.service
        self.databases: dict[str, Database] = {
            "writer": database_of(self._alice, self._a),
            "reader": database_of(self._bob, b),
            "the reader's service.db": service.database,
        }

    def say(self) -> None:
        request = ext.SendChat(
            request_id=new_id(), cid=self._a, conversation=self._talk, message_id=new_id().replace("-", ""), text=TEXT
        )
        self._alice.expect(ext.MessageQueued, request)
        if self._plain:
            self._bob.takes_messages()


def database_of(client: Client, cid: Cid) -> Database:
    house: House = client.house
    host = next(host for host in house.service._hosts.peek() if host.cid == cid)
    store: Any = house.service.stores.touch(host.name)
    database: Database = store.database
    return database


def measure(pair: Pair, before: int, messages: int) -> None:
    for _ in range(before):
        pair.say()
    logs = {whose: WrittenPages(database) for whose, database in pair.databases.items()}
    commits: dict[tuple[str, int], list[list[int]]] = {}
    for _ in range(messages):
        pair.say()
        for whose, log in logs.items():
            for place, pages in enumerate(log.commits(), start=1):
                commits.setdefault((whose, place), []).append(pages)
    for (whose, place), written in sorted(commits.items()):
        names = logs[whose].by_name([page for pages in written for page in pages])
        each = ", ".join(f"{name} {count / len(written):.2f}" for name, count in names.most_common())
        print(f"* {whose}, commit {place} of {len(written)} messages: {names.total() / len(written):.2f} ({each})")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--before", type=int, default=2_000)
    parser.add_argument("--messages", type=int, default=200)
    arguments = parser.parse_args()
    print_heading("Pages that a message writes")
    with tempfile.TemporaryDirectory() as folder:
        for plain in (False, True):
            print(f"\nTaken by {'a plain client' if plain else 'nobody'}, with {arguments.before} before it:\n")
            measure(Pair(Path(folder) / str(plain), plain=plain), arguments.before, arguments.messages)


if __name__ == "__main__":
    main()
