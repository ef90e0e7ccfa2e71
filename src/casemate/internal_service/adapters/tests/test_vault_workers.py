"""Slow hashes are made by a few threads, which nobody else waits for."""

import threading
from queue import Queue

import pytest

from casemate.crypto import server_password
from casemate.crypto.keys import Ed25519Public
from casemate.crypto.testing import repeatable_entropy
from casemate.internal_service.adapters.vault_workers import WORKERS, VaultWorkers
from casemate.internal_service.core.ground.link_io import MakeServerPasswordKey, ServerPasswordKeyMade
from casemate.node import Event
from casemate.protocol.ids import AccountId

JOINING = 10
SECONDS = 20


def test_keys_of_server_passwords_are_made_a_few_at_a_time_while_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on, begun = threading.Event(), threading.Semaphore(0)
    at_work: list[int] = []
    most: list[int] = []

    def held_hash(*_: object, length: int, **__: object) -> bytes:
        at_work.append(1)
        most.append(len(at_work))
        begun.release()
        assert may_go_on.wait(SECONDS)
        at_work.pop()
        return bytes(length)

    monkeypatch.setattr(server_password, "argon2id", held_hash)
    told: Queue[Event] = Queue()
    workers = VaultWorkers(told.put, repeatable_entropy(b"workers"))
    try:
        for number in range(JOINING):
            workers.perform(MakeServerPasswordKey(AccountId(bytes(32)), number, (b"p" * 32,), Ed25519Public(bytes(32))))
        for _ in range(WORKERS):
            assert begun.acquire(timeout=SECONDS)
        assert told.empty(), "whoever asked goes on while these are at work"
        may_go_on.set()
        made = [told.get(timeout=SECONDS) for _ in range(JOINING)]
    finally:
        may_go_on.set()
        workers.close()
    assert sorted(one.generation for one in made if isinstance(one, ServerPasswordKeyMade)) == list(range(JOINING))
    assert max(most) <= WORKERS
