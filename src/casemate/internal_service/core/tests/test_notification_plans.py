"""Whatever comes in whatever order: what stands is what is wanted, and nothing rings without end."""

import itertools
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from casemate.internal_service.core.notifying.plans import (
    BUNDLED_ABOVE,
    About,
    Plan,
    Rung,
    Standing,
    Wanted,
    is_bundled,
    is_quiet,
    plan,
)
from casemate.protocol.client.notification_views import NotificationSettings
from casemate.protocol.ids import Cid, SocketId
from casemate.protocol.limits import MINUTES_OF_DAY

ABOUT: dict[str, About] = {"a": "messages", "b": "messages", "asks": "asks"}


@dataclass
class Desktop:
    """What stands, applied as `Notifier` does, and what rang when."""

    standing: dict[str, Standing] = field(default_factory=dict)
    rung: dict[str, Rung] = field(default_factory=dict)
    rings: dict[str, list[float]] = field(default_factory=dict)

    def apply(self, changes: Plan, at: SocketId | None, now: float) -> None:
        for gone in changes.take:
            assert self.standing.pop(gone.key).at == gone.at, "whoever put it there takes it away"
        for each in changes.put:
            before = self.rung.get(each.key)
            assert not each.ring or before is None or each.wanted.newest > before.newest, "only what is new rings"
            self.standing[each.key] = Standing(each.wanted, at)
            if each.ring:
                self.rung[each.key] = Rung(each.wanted.newest, now)
                self.rings.setdefault(each.key, []).append(now)


def wanted(key: str, newest: int, body: str = "") -> Wanted:
    return Wanted(ABOUT[key], Cid(1), None, "title", body, newest)


steps = st.lists(
    st.tuples(
        st.floats(0.1, 400.0),
        st.sampled_from([None, SocketId(1), SocketId(2)]),
        st.dictionaries(st.sampled_from(sorted(ABOUT)), st.tuples(st.booleans(), st.sampled_from(["x", "y"]))),
    ),
    max_size=40,
)


@given(steps)
def test_what_stands_is_what_is_wanted_and_nothing_rings_without_end(
    taken: list[tuple[float, SocketId | None, dict[str, tuple[bool, str]]]],
) -> None:
    desktop, newest, now = Desktop(), dict.fromkeys(ABOUT, 0), 0.0
    for seconds, at, wants in taken:
        now += seconds
        for key, (is_new, _) in wants.items():
            newest[key] += is_new
        want = {key: wanted(key, newest[key], body) for key, (_, body) in wants.items()}
        changes = plan(want, desktop.standing, desktop.rung, at, now)
        desktop.apply(changes, at, now)
        assert desktop.standing.keys() <= want.keys()
        for key, each in want.items():
            if each.is_of_strangers and changes.due is not None:
                continue
            assert desktop.standing[key].wanted == each
        again = plan(want, desktop.standing, desktop.rung, at, now)
        assert (again.put, again.take) == ((), ()), "a second look changes nothing"
    for key, times in desktop.rings.items():
        gap = wanted(key, 0).gap
        assert all(later - earlier >= gap for earlier, later in itertools.pairwise(times))


def test_what_strangers_do_is_not_even_seen_before_its_time() -> None:
    first = wanted("asks", 1)
    rung = {"asks": Rung(1, 100.0)}
    changes = plan({"asks": wanted("asks", 2)}, {"asks": Standing(first, None)}, rung, None, 200.0)
    assert (changes.put, changes.take, changes.due) == ((), (), 100.0 + first.gap)


@given(st.lists(st.integers(0, 3 * BUNDLED_ABOVE)))
def test_a_bundle_does_not_come_and_go_with_each_message(counts: list[int]) -> None:
    bundled, changes = False, 0
    for count in counts:
        before, bundled = bundled, is_bundled(count, bundled)
        changes += before != bundled
        assert bundled or count <= BUNDLED_ABOVE
        assert not bundled or count > 1
    crossed = sum(1 for count in counts if count > BUNDLED_ABOVE) + sum(1 for count in counts if count <= 1)
    assert changes <= crossed


@given(st.integers(0, MINUTES_OF_DAY - 1), st.integers(0, MINUTES_OF_DAY - 1), st.integers(0, MINUTES_OF_DAY - 1))
def test_hours_go_over_midnight_and_their_end_is_not_one_of_them(first: int, end: int, minute: int) -> None:
    settings = NotificationSettings(quiet="hours", quiet_from=first, quiet_to=end)
    walked = set()
    now = first
    while now != end:
        walked.add(now)
        now = (now + 1) % MINUTES_OF_DAY
    assert is_quiet(settings, minute) == (minute in walked)


def test_never_and_always() -> None:
    for minute in (0, 720, MINUTES_OF_DAY - 1):
        assert not is_quiet(NotificationSettings(), minute)
        assert is_quiet(NotificationSettings(quiet="always"), minute)
