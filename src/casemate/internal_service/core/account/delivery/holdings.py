"""What the server's record of a direction says about what we took for sent or delivered."""

from collections.abc import Iterable

from casemate.internal_service.core.account.rows import Channel
from casemate.protocol.link import Holdings


def missed_by(channel: Channel, holdings: Holdings | None) -> list[tuple[int, int]]:
    """What we know to be delivered but their device does not count as taken: it was restored from an older copy.

    Its receipts would say so, but not in a session that we know if our own data was restored, too.
    """
    if holdings is None:
        return []
    first = holdings.taken_up_to + 1
    last = min(holdings.deposited_up_to, channel.next_number - 1)
    last = min([last, *(start - 1 for start, _ in holdings.held)])
    return [(first, last)] if first <= last else []


def lost_by_server(numbers: Iterable[int], holdings: Holdings | None) -> list[int]:
    """Numbers we took for sent that the server neither holds nor has handed over."""
    if holdings is None:
        return list(numbers)
    known_up_to = holdings.held[-1][1] if len(holdings.held) >= 64 else holdings.deposited_up_to
    return [
        number
        for number in numbers
        if number > holdings.taken_up_to
        and (number <= known_up_to or number > holdings.deposited_up_to)
        and not any(first <= number <= last for first, last in holdings.held)
    ]


def covers(numbers: Iterable[int], first: int, last: int) -> bool:
    """Whether all of first…last is among these."""
    return len({number for number in numbers if first <= number <= last}) == last - first + 1
