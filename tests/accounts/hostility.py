"""What a hostile server does to the frames of others, and what its tests need to say so."""

from collections.abc import Callable
from typing import Any

import msgspec

from casemate.protocol.ids import DeviceId
from casemate.protocol.link import Deliver, Welcome
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person


def passed_on(person: Person, frame: Any) -> list[Any]:
    return [frame]


def counting(kind: type[ClientFrame]) -> tuple[list[ClientFrame], Callable[[Person, ClientFrame], list[ClientFrame]]]:
    """Frames of one kind on their way to the server, and what has to watch them go by."""
    seen: list[ClientFrame] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, kind):
            seen.append(frame)
        return [frame]

    return seen, watch


def altering(victim: Person) -> Callable[[Person, ServerFrame], list[ServerFrame]]:
    """A server that changes a byte of every envelope for somebody."""

    def alter(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deliver) and person is victim:
            broken = [(number, envelope[:-1] + bytes([envelope[-1] ^ 1])) for number, envelope in frame.items]
            return [msgspec.structs.replace(frame, items=broken)]
        return [frame]

    return alter


def device(person: Person) -> DeviceId:
    return person.account._context.device.device_id


def leave(world: Deployment, person: Person) -> None:
    world.do(person, lambda account, now: account.stop(now))
    world.cut(person)


def denying(victim: Person) -> Callable[[Person, ServerFrame], list[ServerFrame]]:
    """A server that says it knows of nothing that somebody ever sent or received."""

    def deny(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Welcome) and person is victim:
            return [msgspec.structs.replace(frame, sent=[], received=[], start_counter_seen=0)]
        return [frame]

    return deny
