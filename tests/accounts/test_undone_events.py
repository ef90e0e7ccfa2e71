"""The k-th event raises, whichever it is: it leaves nothing behind in memory, and what it told is told again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.node import Event, Instant
from tests.accounts.deployment import AccountCore, Deployment, Person
from tests.accounts.healed import not_healed_between
from tests.accounts.neighbours import Neighbours

ROUNDS = 3
HEALED_SECONDS = 150.0


class Injected(Exception):
    """A fault of our own."""


@dataclass
class Fault:
    """Raises in the k-th event that any of the people's services handle."""

    at: int
    when: str
    events: int = 0
    struck: Event | None = None
    left_behind: str | None = None

    def counts(self) -> bool:
        self.events += 1
        return self.events - 1 == self.at


class FaultyCore(AccountCore):
    def __init__(self, account: Account, fault: Fault) -> None:
        super().__init__(account)
        self.injected = fault
        self._before: Any = None

    def handle(self, event: Event, now: Instant) -> Outcome:  # type: ignore[override]
        fault = self.injected
        if not fault.counts():
            return super().handle(event, now)
        fault.struck = event
        self.account.undo.keep()
        if fault.when == "at its beginning":
            raise Injected
        self._before = picture(self.account)
        super().handle(event, now)
        raise Injected

    def failed(self, event: Event, error: Exception, now: Instant) -> Outcome:  # type: ignore[override]
        if self._before is not None:
            self.injected.left_behind = difference(self._before, picture(self.account))
            self._before = None
        outcome = super().failed(event, error, now)
        if isinstance(self.fault, Injected):
            self.fault = None
        return outcome


CORE = "casemate.internal_service.core"
NOT_MEMORY = {"store", "undo", "_undo", "_lists", "_beacons", "_with", "_steps"}


def picture(thing: Any, seen: dict[int, int] | None = None) -> Any:
    """Everything that an account remembers, as plain values."""
    seen = {} if seen is None else seen
    if isinstance(thing, dict):
        return {repr(key): picture(value, seen) for key, value in sorted(thing.items(), key=lambda item: repr(item[0]))}
    if isinstance(thing, list | tuple):
        return [picture(value, seen) for value in thing]
    if callable(thing) or not type(thing).__module__.startswith(CORE):
        return type(thing).__name__ if hasattr(thing, "transaction") or callable(thing) else repr(thing)
    if id(thing) in seen:
        return f"object {seen[id(thing)]}"
    seen[id(thing)] = len(seen)
    if not hasattr(thing, "__dict__"):
        return repr(thing)
    return {name: picture(value, seen) for name, value in sorted(vars(thing).items()) if name not in NOT_MEMORY}


def difference(before: Any, after: Any, place: str = "account") -> str | None:
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted(before.keys() | after.keys())
        found = (difference(before.get(name), after.get(name), f"{place}.{name}") for name in names)
        return next((one for one in found if one is not None), None)
    return None if before == after else f"{place}: {before!r} became {after!r}"


def people_of(folder: Path, fault: Fault, *, with_paths: bool) -> tuple[Deployment, Person, Person]:
    if with_paths:
        neighbours = Neighbours(folder)
        world, one, other = neighbours.world, neighbours.ann, neighbours.bob
    else:
        world = Deployment(folder)
        one, other = world.person("ann"), world.person("bob")
        world.befriend(one, other)
    for person in (one, other):
        person.core = FaultyCore(person.account, fault)
    return world, one, other


def insist(world: Deployment, person: Person, fault: Fault, run: Callable[[Account, Instant], Outcome]) -> None:
    """Somebody whose wish met a fault hears of it, and wishes once more."""
    struck = fault.struck
    world.do(person, run)
    if fault.struck is not struck and type(fault.struck).__name__ == "Operation":
        world.do(person, run)


def a_day(world: Deployment, one: Person, other: Person, fault: Fault) -> None:
    """Messages both ways, typing, links and connections that end, a settings change, signing out and in again."""
    for number in range(ROUNDS):
        for writer, reader in ((one, other), (other, one)):
            message_id = world.entropy(16)
            text = f"{writer.name} {number}"
            insist(world, writer, fault, lambda account, now, r=reader, m=message_id, t=text: account.send_chat(  # type: ignore[misc]
                account.conversation_with(r.cid), m, t, now
            ))  # fmt: skip
        world.pass_time(1)
        if number == 0:
            world.cut(one)
            world.pass_time(3)
            insist(
                world,
                other,
                fault,
                lambda account, now: account.set_typing(account.conversation_with(one.cid), True, now),
            )
        if number == 1:
            world.peers.cut()
            world.peers.route(direct=False, rtt_ms=20.0)
            insist(world, other, fault, lambda account, now: account.stop(now))
            world.pass_time(1)
            insist(world, other, fault, lambda account, now: account.start(now))
            world.pass_time(2)
    world.pass_time(5)


def not_healed(world: Deployment, one: Person, other: Person, *, with_paths: bool) -> Iterator[str]:
    yield from not_healed_between(world, one, other, messages=ROUNDS)
    for person, peer in ((one, other), (other, one)):
        path = world.sees(person, peer).path
        if with_paths and (path is None or path.kind == "mailbox"):
            yield f"{person.name} has no path"
        if person.core.account.wants_batch_end():
            yield f"{person.name} has something put off"


@pytest.mark.parametrize("with_paths", [False, True], ids=["by mailbox", "with paths"])
@pytest.mark.parametrize("when", ["at its beginning", "at its end"])
def test_whichever_event_raises_everything_heals(tmp_path: Path, when: str, *, with_paths: bool) -> None:
    wounds: list[str] = []
    place = 0
    while True:
        folder = tmp_path / str(place)
        folder.mkdir()
        fault = Fault(place, when)
        world, one, other = people_of(folder, fault, with_paths=with_paths)
        a_day(world, one, other, fault)
        if fault.struck is None:
            break
        world.pass_time(HEALED_SECONDS)
        found = list(not_healed(world, one, other, with_paths=with_paths))
        if fault.left_behind is not None:
            found.append(f"left behind: {fault.left_behind}")
        wounds += [f"event {place} ({type(fault.struck).__name__}): {what}" for what in found]
        for person in (one, other):
            person.store.close()
        place += 1
    assert place > 50
    assert not wounds, "\n".join(wound[:300] for wound in wounds)
