"""At which addresses the server is looked for: in turn, the one that worked last in every second attempt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from casemate.internal_service.core.account.context import Context, milliseconds
from casemate.internal_service.core.account.rows import Profile, ServerAddress
from casemate.internal_service.core.ground.refusals import UPDATES, refuse
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant
from casemate.protocol.client.views import Reason, ServerAddressView
from casemate.protocol.server_addresses import SERVER_ADDRESSES, believable, is_on_this_computer

_TELLING: Final = UPDATES | {"server_identity_changed"}
"""Whoever answers where our server should be says more than one that is not there, at another address."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Our server was not found there."""

    since: float
    why: Reason
    rests_until: float
    """Monotonic."""


class ServerAddresses(Memory):
    """Who the server is, its pinned key says, and not the address at which it answers."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.undo)
        self._context = context
        self._turn = 0
        self._missed: UndoDict[str, Missed] = UndoDict(context.undo)
        """Since this program started, or since they were last reached."""

    def begin(self) -> None:
        """With the one that worked last."""
        self._turn = 0

    def next(self, now: Instant) -> ServerAddress:
        """Attempts are as many as with one address: a list of strangers' addresses makes us knock no more often.

        Every second one goes to where the server was last: mostly it is only away for a moment.
        """
        profile = self._context.profile
        every = profile.addresses
        ready = [each for each in every if not self.rests(each.address, now)] or list(every)
        usual = [each for each in ready if each.address == profile.reached_at]
        others = [each for each in ready if each.address != profile.reached_at]
        turn, self._turn = self._turn, self._turn + 1
        if not usual or not others:
            return ready[turn % len(ready)]
        return usual[0] if turn % 2 == 0 else others[turn // 2 % len(others)]

    def must_lead_elsewhere(self, address: ServerAddress) -> bool:
        """Its name is the server's word, so it must not lead to this computer; unless the server was found there."""
        return not (address.by_person or is_on_this_computer(self._context.profile.reached_at))

    def reached(self, address: str) -> None:
        self._missed.pop(address)
        self._turn = 0

    def missed(self, address: str, why: Reason, now: Instant, rest_seconds: float = 0.0) -> None:
        before = self._missed.get(address)
        since = now.wall if before is None else before.since
        rests_until = max(now.monotonic + rest_seconds, 0.0 if before is None else before.rests_until)
        self._missed[address] = Missed(since, why, rests_until)

    def has_missed_all(self) -> bool:
        return all(each.address in self._missed for each in self._context.profile.addresses)

    def wait_seconds(self, now: Instant) -> float:
        """Until there is an address that does not rest."""
        rests = [self._missed.get(each.address) for each in self._context.profile.addresses]
        return max(0.0, min(0.0 if rest is None else rest.rests_until - now.monotonic for rest in rests))

    def why_away(self, otherwise: Reason) -> Reason:
        """Another server where ours should be is worth an alarm, and so is one that this program cannot talk with;
        where only its own word led us, it is not."""
        profile = self._context.profile
        for each in profile.addresses:
            missed = self._missed.get(each.address)
            if missed is not None and missed.why.code in _TELLING and is_expected(profile, each):
                return missed.why
        return otherwise

    def add(self, address: str) -> None:
        """The person's word. Raises Refused."""
        profile = self._context.profile
        others = [each for each in profile.more_addresses if each.address != address]
        mine = [each for each in others if each.by_person]
        if address == profile.server_address:
            return
        if len(mine) + 2 > SERVER_ADDRESSES:
            raise refuse("too_long", what="server_addresses", limit=str(SERVER_ADDRESSES))
        told = [each for each in others if not each.by_person]
        self._keep((*mine, ServerAddress(address, by_person=True), *told))

    def remove(self, address: str) -> None:
        """Nothing when it is not there, or the only one. The next one takes the first one's place."""
        profile = self._context.profile
        left = [each for each in profile.addresses if each.address != address]
        if left and len(left) < len(profile.addresses):
            self._missed.pop(address)
            used = "" if profile.server_in_use in (address, left[0].address) else profile.server_in_use
            changed = replace(profile, server_address=left[0].address, server_in_use=used)
            self._context.store.put_profile(replace(changed, more_addresses=tuple(left[1:])))

    def views(self, *, online: bool) -> list[ServerAddressView]:
        profile = self._context.profile
        return [self._view(each, online=online and each.address == profile.reached_at) for each in profile.addresses]

    def _view(self, address: ServerAddress, *, online: bool) -> ServerAddressView:
        missed = self._missed.get(address.address)
        return ServerAddressView(
            address=address.address,
            by_person=address.by_person,
            in_use=online,
            away_since=None if missed is None else milliseconds(missed.since),
            reason=None if missed is None else missed.why,
        )

    def _keep(self, more: Sequence[ServerAddress]) -> None:
        kept = tuple(more)[: SERVER_ADDRESSES - 1]
        self._context.store.put_profile(replace(self._context.profile, more_addresses=kept))

    def rests(self, address: str, now: Instant) -> bool:
        missed = self._missed.get(address)
        return missed is not None and missed.rests_until > now.monotonic


def told_addresses(first: str, others: Sequence[str]) -> tuple[ServerAddress, ...]:
    """What somebody else says of where the server is besides: a hint, like the server's own word."""
    believed = believable(others, on_this_computer=is_on_this_computer(first))
    return tuple(ServerAddress(each, by_person=False) for each in dict.fromkeys(believed) if each != first)


def with_told(profile: Profile, found_at: str, told: Sequence[str]) -> Profile:
    """The server was found there and told its addresses: they replace those it told before, not what a person wrote."""
    mine = [each for each in profile.more_addresses if each.by_person]
    known = {profile.server_address, *(each.address for each in mine)}
    believed = believable(told, on_this_computer=is_on_this_computer(found_at))
    added = [ServerAddress(each, by_person=False) for each in dict.fromkeys((found_at, *believed)) if each not in known]
    return replace(
        profile,
        server_in_use="" if found_at == profile.server_address else found_at,
        more_addresses=(*mine, *added)[: SERVER_ADDRESSES - 1],
    )


def is_expected(profile: Profile, address: ServerAddress) -> bool:
    """Our server is there, as far as the person knows."""
    return address.by_person or address.address == profile.reached_at
