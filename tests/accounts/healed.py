"""What must be so again between two people, whatever was undone meanwhile."""

from collections.abc import Iterator

from tests.accounts.deployment import Deployment, Person


def not_healed_between(world: Deployment, one: Person, other: Person, *, messages: int) -> Iterator[str]:
    """Each has written `messages` to the other."""
    for person, peer in ((one, other), (other, one)):
        if person.account.link_view().state != "online":
            yield f"{person.name}'s link is {person.account.link_view().state}"
        if not world.sees(person, peer).online:
            yield f"{person.name} sees {peer.name} offline"
        if statuses := [status for status in world.statuses(person, peer) if status != "delivered"]:
            yield f"{person.name}'s messages are {statuses}"
        if len(world.statuses(person, peer)) != messages:
            yield f"{person.name} has {len(world.statuses(person, peer))} messages"
    if sorted(map(str, world.texts(one, other))) != sorted(map(str, world.texts(other, one))):
        yield "they do not read the same"
