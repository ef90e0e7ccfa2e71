"""Neighbours are told of when there is news; strangers cannot make us tell without end."""

from casemate.internal_service.adapters.lan.announcement import Announcement
from casemate.internal_service.adapters.lan.neighbours import (
    KEPT_SECONDS,
    MAX_NEIGHBOURS,
    NEW_AT_ONCE,
    NEW_PER_SECOND,
    TELL_SECONDS,
    Neighbour,
    Neighbours,
)
from casemate.protocol.limits import PEER_ADDRESSES


def somebody(number: int = 1) -> Announcement:
    return Announcement(f"{number:016x}", 4000, (number.to_bytes(8, "big"),))


def labels(neighbours: tuple[Neighbour, ...]) -> list[str]:
    return [neighbour.announcement.label for neighbour in neighbours]


def test_who_is_heard_is_news_once() -> None:
    neighbours = Neighbours()
    neighbours.heard(somebody(), ("10.0.0.1:4000",), 0.0)
    assert labels(neighbours.take_news(0.0)) == [somebody().label]
    neighbours.heard(somebody(), ("10.0.0.1:4000",), 100.0)
    assert neighbours.take_news(100.0) == ()


def test_another_address_is_news_and_joins_those_that_are_known() -> None:
    neighbours = Neighbours()
    neighbours.heard(somebody(), ("10.0.0.1:4000",), 0.0)
    neighbours.take_news(0.0)
    neighbours.heard(somebody(), ("[fd00::1]:4000",), 100.0)
    (told,) = neighbours.take_news(100.0)
    assert told.addresses == ("[fd00::1]:4000", "10.0.0.1:4000")


def test_news_that_come_too_soon_are_told_later() -> None:
    neighbours = Neighbours()
    neighbours.heard(somebody(), ("10.0.0.1:4000",), 0.0)
    neighbours.take_news(0.0)
    for last in range(2, 9):
        neighbours.heard(somebody(), (f"10.0.0.{last}:4000",), 1.0)
        assert neighbours.take_news(1.0) == ()
    (told,) = neighbours.take_news(TELL_SECONDS)
    assert len(told.addresses) == 8


def test_the_latest_addresses_are_kept() -> None:
    neighbours = Neighbours()
    for last in range(1, 40):
        neighbours.heard(somebody(), (f"10.0.0.{last}:4000",), 0.0)
    (told,) = neighbours.all
    assert len(told.addresses) == PEER_ADDRESSES
    assert told.addresses[0] == "10.0.0.39:4000"


def test_who_says_goodbye_is_forgotten_and_so_is_who_says_nothing() -> None:
    neighbours = Neighbours()
    for number in (1, 2, 3):
        neighbours.heard(somebody(number), ("10.0.0.1:4000",), float(number))
    neighbours.gone(somebody(3).label)
    neighbours.gone("never heard")
    assert labels(neighbours.all) == [somebody(1).label, somebody(2).label]
    neighbours.heard(somebody(2), ("10.0.0.1:4000",), KEPT_SECONDS + 1.5)
    assert labels(neighbours.all) == [somebody(2).label]


def test_a_crowd_is_heard_slowly() -> None:
    neighbours = Neighbours()
    for number in range(10_000):
        neighbours.heard(somebody(number), ("10.0.0.1:4000",), 0.0)
    assert len(neighbours.take_news(0.0)) == NEW_AT_ONCE
    for number in range(20_000, 30_000):
        neighbours.heard(somebody(number), ("10.0.0.1:4000",), 2.0)
    assert len(neighbours.take_news(2.0)) == 2 * NEW_PER_SECOND


def test_the_one_heard_longest_ago_makes_room() -> None:
    neighbours = Neighbours()
    neighbours.heard(somebody(0), ("10.0.0.1:4000",), 0.0)
    neighbours.take_news(0.0)
    for number in range(1, MAX_NEIGHBOURS + 2):
        neighbours.heard(somebody(number), ("10.0.0.1:4000",), float(number))
        neighbours.heard(somebody(0), ("10.0.0.1:4000",), float(number))
    known = labels(neighbours.all)
    assert len(known) == MAX_NEIGHBOURS
    assert somebody(0).label in known
    assert somebody(1).label not in known
    assert somebody(0).label not in labels(neighbours.take_news(1000.0))
