"""Attempts beside each other: the first that succeeds counts, the others are given up."""

import asyncio
from typing import cast

import pytest

from casemate.internal_service.adapters.peer_transport import dialling
from casemate.internal_service.adapters.peer_transport.dialling import dial
from casemate.runtime.quic import DialFailed, QuicConnection


class Attempts:
    """The n-th attempt ends with the n-th ending; None never ends."""

    def __init__(self, *endings: str | Exception | None) -> None:
        self.endings = endings
        self.begun = 0
        self.given_up = 0

    async def __call__(self) -> QuicConnection:
        ending = self.endings[self.begun]
        self.begun += 1
        try:
            if ending is None:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if isinstance(ending, Exception):
            raise ending
        return cast("QuicConnection", ending)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialling, "FIRST_PAUSE_SECONDS", 0.001)


async def test_one_attempt_is_enough_when_it_is_answered() -> None:
    attempts = Attempts("first")
    assert str(await dial(attempts)) == "first"
    assert attempts.begun == 1


async def test_another_attempt_overtakes_one_that_got_lost() -> None:
    attempts = Attempts(None, None, "third")
    assert str(await dial(attempts)) == "third"
    await asyncio.sleep(0)
    assert attempts.given_up == 2


async def test_a_dial_fails_once_every_attempt_has() -> None:
    with pytest.raises(DialFailed):
        await dial(Attempts(DialFailed("no way there")))


async def test_an_attempt_that_fails_does_not_end_the_others() -> None:
    assert str(await dial(Attempts(None, DialFailed("no"), "third"))) == "third"


async def test_a_dial_that_is_taken_back_takes_its_attempts_along() -> None:
    attempts = Attempts(*[None] * 100)
    dialled = asyncio.create_task(dial(attempts))
    while attempts.begun < 3:
        await asyncio.sleep(0.001)
    dialled.cancel()
    await asyncio.wait([dialled])
    await asyncio.sleep(0)
    assert attempts.given_up == attempts.begun
