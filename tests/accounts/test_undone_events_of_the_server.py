"""The k-th event of the server raises, whichever it is: memory agrees with the disk, and everything heals."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Effect, Event, Instant
from casemate.protocol.ids import AccountId
from casemate.server.core.core import ServerCore
from casemate.server.core.links import DeviceLink
from tests.accounts import deployment
from tests.accounts.deployment import Deployment, Person
from tests.accounts.healed import not_healed_between

HEALED_SECONDS = 150.0
TRIES = 4
COUNTED_ANYWAY = {"_left", "rates", "due"}
"""Against abuse, what was undone counts as well; when to look next is no harm."""
READ_AGAIN = {"_counted", "_since"}
NOT_MEMORY = {"_store", "_rows", "_settings", "_entropy", "_undo", "_credits", "_rewound"}


class Injected(Exception):
    """A fault of our own."""


@dataclasses.dataclass
class Fault:
    """Raises in the k-th event that the server handles."""

    at: int
    when: str
    events: int = 0
    struck: Event | None = None
    left_behind: list[str] = dataclasses.field(default_factory=list)


class FaultyServer(ServerCore):
    injected: Fault
    _before: Any = None

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        fault = self.injected
        fault.events += 1
        if fault.events - 1 != fault.at:
            return super().handle(event, now)
        fault.struck = event
        self._links.settle()
        if fault.when == "at its beginning":
            raise Injected
        self._before = picture(self)
        super().handle(event, now)
        raise Injected

    def failed(self, event: Event, error: Exception, now: Instant) -> list[Effect]:
        if self._before is not None:
            before, self._before = self._before, None
            self.injected.left_behind += differences(before, picture(self))
        return super().failed(event, error, now)


def picture(thing: Any, seen: set[int] | None = None) -> Any:
    """Everything that the server remembers, as plain values."""
    seen = set() if seen is None else seen
    if isinstance(thing, DeviceLink):
        seen.add(id(thing))  # what was pushed on it may be forgotten, which is only said again
        return {"device": thing.device_id.hex(), "start": thing.start_id.hex(), "credit": thing.pushes.credit}
    if isinstance(thing, dict):
        return {repr(key): picture(value, seen) for key, value in sorted(thing.items(), key=lambda item: repr(item[0]))}
    if isinstance(thing, list | tuple):
        return [picture(value, seen) for value in thing]
    if callable(thing) or not type(thing).__module__.startswith(("casemate.server.core", __name__)):
        return type(thing).__name__ if callable(thing) else repr(thing)
    if id(thing) in seen:
        return "again"
    seen.add(id(thing))
    names = vars(thing) if hasattr(thing, "__dict__") else [field.name for field in dataclasses.fields(thing)]
    passed_over = NOT_MEMORY | COUNTED_ANYWAY | READ_AGAIN | {"_before", "injected"}
    return {name: picture(getattr(thing, name), seen) for name in sorted(names) if name not in passed_over}


def differences(before: Any, after: Any, place: str = "server") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), f"{place}.{name}")
    elif before != after:
        yield f"{place}: {before!r} became {after!r}"


def insist(world: Deployment, person: Person, fault: Fault, run: Callable[[Account, Instant], Outcome]) -> None:
    """Somebody whose wish met a fault, or no server after one, hears of it and wishes again."""
    for _ in range(TRIES):
        struck = fault.struck
        try:
            world.do(person, run)
        except Refused as refused:
            world.settle()
            if refused.reason.code != "server_away":
                return  # it was done, or is under way
        else:
            if fault.struck is struck:
                return
        world.pass_time(10)


def a_day(world: Deployment, one: Person, other: Person, third: Person, fault: Fault) -> None:
    """They agree to talk, write both ways, one is cut, blocks, one hides; the server starts anew, without somebody."""
    insist(world, one, fault, lambda account, now: account.ask_registration(other.cid, now))
    insist(world, other, fault, lambda account, now: account.answer_registration(one.cid, True, now))
    insist(world, one, fault, lambda account, now: account.connect(other.cid, b"", "Enabled", now))
    insist(world, other, fault, lambda account, now: account.answer_connect(one.cid, True, b"", "Enabled", now))
    insist(world, third, fault, lambda account, now: account.ask_registration(one.cid, now))
    insist(world, one, fault, lambda account, now: account.answer_registration(third.cid, True, now))
    world.say(one, other, "one")
    world.say(other, one, "two")
    world.cut(one)
    world.pass_time(3)
    world.say(one, other, "three")
    insist(world, one, fault, lambda account, now: account.block(other.cid, True, 1, now))
    insist(world, one, fault, lambda account, now: account.block(other.cid, False, 2, now))
    insist(world, other, fault, lambda account, now: account.set_settings(appear_offline=True, token=3, now=now))
    insist(world, other, fault, lambda account, now: account.set_settings(appear_offline=False, token=4, now=now))
    insist(world, other, fault, lambda account, now: account.list_directory("", "", 10, 5, now))
    world.people.remove(third)  # this computer dies with the server
    third.connection = None
    world.restart_server()
    world.pass_time(70)
    world.say(other, one, "four")


def not_healed(world: Deployment, one: Person, other: Person, third: Person) -> Iterator[str]:
    yield from not_healed_between(world, one, other, messages=2)
    if world.sees(one, third).online:
        yield "one sees somebody online who is gone"
    yield from not_agreed(world)


def not_agreed(world: Deployment) -> Iterator[str]:
    """What the server remembers, against what it has on its disk."""
    accounts, links = world._server_store.accounts, world._server_core._links
    for account_id, shown in world._server_database.rows("SELECT account_id, shown_online FROM accounts"):
        account = accounts.account(AccountId(account_id))
        assert account is not None
        if bool(shown) != (links.is_online(AccountId(account_id)) and not account.appear_offline):
            yield f"{account.username} is shown online: {bool(shown)}"
    for connection in links.connections():
        link = links.state(connection)
        if isinstance(link, DeviceLink) and accounts.device(link.device_id) is None:
            yield "a link of a device that is not on file"


@pytest.mark.parametrize("when", ["at its beginning", "at its end"])
def test_whichever_event_of_the_server_raises_everything_heals(
    tmp_path: Path, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wounds: list[str] = []
    place = 0
    while True:
        folder = tmp_path / str(place)
        folder.mkdir()
        fault = Fault(place, when)
        monkeypatch.setattr(FaultyServer, "injected", fault, raising=False)
        monkeypatch.setattr(deployment, "ServerCore", FaultyServer)
        world = Deployment(folder)
        one, other, third = (world.person(name, enroll=False) for name in ("ann", "bob", "carl"))
        for person in (one, other, third):
            world.do(person, lambda account, now: account.start(now))
        world.pass_time(10)
        for person in (one, other, third):  # whoever's first link met the fault was told so, and tries again
            if person.account.link_view().state != "online":
                world.do(person, lambda account, now: account.start(now))
        world.pass_time(70)
        a_day(world, one, other, third, fault)
        world.pass_time(HEALED_SECONDS)
        found = [*not_healed(world, one, other, third), *(f"left behind: {what}" for what in fault.left_behind)]
        for person in (one, other, third):
            person.store.close()
        world._server_database.close()
        if fault.struck is None:
            break
        frame = getattr(fault.struck, "frame", None)
        what = f"event {place} ({type(fault.struck).__name__} {type(frame).__name__})"
        wounds += [f"{what}: {wound}" for wound in found]
        place += 1
    assert place > 50
    assert found == [], "without any fault"
    assert not wounds, "\n".join(wound[:300] for wound in wounds)
