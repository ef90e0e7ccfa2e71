"""Two people with connections of their own, and what each sees of the path between them."""

from pathlib import Path

import msgspec

from casemate.protocol.link import Deposit, PathOffer, Welcome
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person

OFFER = PathOffer("", 12350, b"", [])


class Neighbours:
    """Ann and Bob, registered and connected, in a deployment whose peer network is on."""

    def __init__(self, folder: Path) -> None:
        self.world = Deployment(folder)
        self.world.peers.is_on = True
        self.deposits = 0
        self.world.to_server = self._count
        self.world.to_device = self._offer
        self.ann, self.bob = self.world.person("ann"), self.world.person("bob")
        self.world.befriend(self.ann, self.bob)
        self.world.pass_time(2)

    def _count(self, person: Person, frame: ClientFrame) -> list[ClientFrame]:
        self.deposits += isinstance(frame, Deposit)
        return [frame]

    def _offer(self, person: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [msgspec.structs.replace(frame, paths=OFFER) if isinstance(frame, Welcome) else frame]

    def kinds(self) -> tuple[str | None, str | None]:
        return path_kind(self.world, self.ann, self.bob), path_kind(self.world, self.bob, self.ann)


def path_kind(world: Deployment, one: Person, other: Person) -> str | None:
    path = world.sees(one, other).path
    return None if path is None else f"{path.kind}, unsteady" if path.unsteady else path.kind


def reason_code(world: Deployment, one: Person, other: Person) -> str | None:
    path = world.sees(one, other).path
    return None if path is None or path.reason is None else path.reason.code
