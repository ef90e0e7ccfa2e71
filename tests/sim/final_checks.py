"""What must be true once the storm is over and everybody has read everything."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from casemate.internal_service.core.account.account import Account
from casemate.protocol.ids import Cid
from tests.sim.checkers import CheckFailed, Deployment, pairs
from tests.sim.people import Accepted, Person


def exactly_once(deployment: Deployment) -> None:
    """Every accepted message is there once on both sides, and nothing is there that nobody wrote."""
    for one, other in pairs(deployment.people):
        promised = accepted(one, other)
        for side, peer in ((one, other), (other, one)):
            assert side.account is not None
            shown = Counter(message.id for message in side.timeline(side.account, peer.cid))
            if doubled := [message_id for message_id, count in shown.items() if count > 1]:
                raise CheckFailed(f"{side.name} sees {doubled} more than once")
            texts = _texts(side, peer)
            changed = {**one.changed, **other.changed}
            for message in promised:
                if lost_by_rollback((one, other), message):
                    continue
                message_id = message.message_id.hex()
                # What was taken back before it went anywhere is seen by its writer alone.
                if texts.get(message_id) not in (message.text, *changed.get(message_id, ())):
                    raise CheckFailed(f"{side.name} does not see {message_id}: {message.text[:40]}")
            said = one.written | other.written
            if invented := [
                message_id
                for message_id, text in texts.items()
                if text != said.get(message_id) and text not in changed.get(message_id, ())
            ]:
                raise CheckFailed(f"{side.name} sees {invented}, which nobody wrote")


def _texts(person: Person, peer: Person) -> dict[str, str | None]:
    """By message id; None: it was taken back."""
    assert person.account is not None
    shown = person.timeline(person.account, peer.cid)
    return {message.id: None if message.deleted else message.text for message in shown}


def same_order(deployment: Deployment) -> None:
    """Both sides read the conversation in the same order."""
    for one, other in pairs(deployment.people):
        assert one.account is not None
        assert other.account is not None
        left = [message.id for message in one.timeline(one.account, other.cid)]
        right = [message.id for message in other.timeline(other.account, one.cid)]
        common = set(left) & set(right)
        if [m for m in left if m in common] != [m for m in right if m in common]:
            raise CheckFailed(f"{one.name} and {other.name} read in different order")
        between = [_of_both(one, other, person, peer) for person, peer in ((one, other), (other, one))]
        if between[0] != between[1] and not (one.rolled_back or other.rolled_back or one.is_cloned or other.is_cloned):
            raise CheckFailed(f"{one.name} and {other.name} do not see the same messages")


def _of_both(one: Person, other: Person, person: Person, peer: Person) -> list[str]:
    """What this person sees of the conversation, without what other devices of the two accounts wrote. What was taken
    back before it went anywhere left its trace with its writer alone."""
    assert person.account is not None
    devices = {end.device.hex() for end in (one, other) if end.device is not None}
    messages = [message for message in person.timeline(person.account, peer.cid) if not message.deleted]
    return [message.id for message in messages if not devices or message.order.device in devices]


def same_changes(deployment: Deployment) -> None:
    """What became of a message is the same for both, unless an older copy of some data was put back."""
    for one, other in pairs(deployment.people):
        if one.rolled_back or other.rolled_back or one.is_cloned or other.is_cloned:
            continue
        left, right = _changes_seen(one, other, one, other), _changes_seen(one, other, other, one)
        if differ := [message_id for message_id in left.keys() & right.keys() if left[message_id] != right[message_id]]:
            raise CheckFailed(f"{one.name} and {other.name} do not see the same of {differ}")


def _changes_seen(one: Person, other: Person, person: Person, peer: Person) -> dict[str, object]:
    """By message id. One's own devices do not tell each other of reactions and pins yet."""
    assert person.account is not None
    of_both = set(_of_both(one, other, person, peer))
    alone = one.device is None and other.device is None
    pinned = _pinned(person.account, peer.cid)
    return {
        message.id: (
            message.deleted,
            message.text,
            message.edited_at,
            message.preview,
            message.reactions if alone else None,
            message.id in pinned if alone else None,
        )
        for message in person.timeline(person.account, peer.cid)
        if message.deleted or message.id in of_both
    }


def _pinned(account: Account, cid: Cid) -> set[str]:
    if account.peer_view(cid) is None:
        return set()
    shown = account.conversation_view(account.conversation_with(cid))
    return set() if shown is None else {pin.id for pin in shown.pins}


def same_profiles(deployment: Deployment) -> None:
    """Name, picture and status of everybody are what they share themselves, at all who are registered.

    One's own devices do not share what they set yet. Open: whose data was put back from an older copy may not notice
    that the server has a newer picture of theirs; and a name that was signed while a request waited is told to nobody
    later, so that of names only those are compared that were told.
    """
    for one, other in pairs(deployment.people):
        if one.device or other.device or one.is_cloned or other.is_cloned:
            continue
        for person, peer in ((one, other), (other, one)):
            assert person.account is not None
            assert peer.account is not None
            seen = person.account.peer_view(peer.cid)
            if seen is None or seen.relation != "registered":
                continue
            own = peer.account.sharing.own
            status = None if own.status is None else own.status.text
            row = person.account.peer_row(peer.cid)
            is_told = row is not None and row.names == peer.account.profile.names
            if is_told and seen.full_name != peer.account.full_name:
                raise CheckFailed(f"{person.name} reads another name of {peer.name} than they have")
            if (seen.status and seen.status.text) != status:
                raise CheckFailed(f"{person.name} reads another status of {peer.name} than they say")
            if not peer.rolled_back and person.account.picture_of(peer.cid) != peer.account.picture_of(peer.cid):
                raise CheckFailed(f"{person.name} sees another face of {peer.name} than they show")


def nothing_unread(deployment: Deployment) -> None:
    for person in deployment.people:
        assert person.account is not None
        if person.account.unread():
            raise CheckFailed(f"{person.name} has read everything, but {person.account.unread()} count as unread")


def accepted(one: Person, other: Person) -> list[Accepted]:
    cids = {one.cid, other.cid}
    return [m for person in (one, other) for m in person.accepted if {m.writer, m.reader} == cids]


def lost_by_rollback(ends: tuple[Person, Person], message: Accepted) -> bool:
    """An older copy of a database was put back at one end: what that end did since the copy may be gone there."""
    return any(message.at <= restored for person in ends for _, restored in person.rolled_back)


FINAL_CHECKS: Final[tuple[Callable[[Deployment], None], ...]] = (
    exactly_once,
    same_order,
    same_changes,
    same_profiles,
    nothing_unread,
)
