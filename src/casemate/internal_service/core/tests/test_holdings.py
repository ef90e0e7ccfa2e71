"""What the server says it has, against what we know of it."""

from casemate.internal_service.core.account.delivery.holdings import covers, lost_by_server, missed_by
from casemate.internal_service.core.account.rows import Channel
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.link import Holdings

DEVICE, ACCOUNT = DeviceId(bytes(16)), AccountId(bytes(32))
TOLD_RUNS = 64


def holdings(deposited: int, taken: int, *held: tuple[int, int]) -> Holdings:
    return Holdings(DEVICE, deposited, taken, list(held))


def test_what_is_neither_held_nor_taken_was_lost_whether_it_was_ever_there_or_not() -> None:
    assert lost_by_server(range(1, 10), holdings(7, 2, (4, 5))) == [3, 6, 7, 8, 9]
    assert lost_by_server([1, 2], None) == [1, 2]


def test_nothing_is_known_of_what_lies_behind_as_many_runs_as_are_told() -> None:
    runs = [(number, number) for number in range(2, 2 * TOLD_RUNS + 1, 2)]
    last = runs[-1][1]
    assert lost_by_server([last - 1, last + 1], holdings(last + 1, 0, *runs)) == [last - 1]
    assert lost_by_server([last - 1, last + 1], holdings(last + 1, 0, *runs[1:])) == [last - 1, last + 1]


def test_a_gap_reaches_from_what_was_taken_to_what_is_held() -> None:
    channel = Channel(DEVICE, ACCOUNT, next_number=7)
    assert missed_by(channel, holdings(9, 2, (5, 5))) == [(3, 4)]
    assert missed_by(channel, holdings(9, 2)) == [(3, 6)], "no further than what we gave out"
    assert missed_by(channel, holdings(4, 2)) == [(3, 4)]
    assert missed_by(channel, holdings(9, 2, (3, 5))) == []
    assert missed_by(channel, None) == []


def test_numbers_cover_a_run_when_none_of_it_is_missing() -> None:
    assert covers([9, 3, 4, 5], 3, 5)
    assert not covers([3, 5, 6, 2], 3, 5)
