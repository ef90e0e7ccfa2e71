"""Deployments that the older program left in the middle of something go on in today's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.older import program, saved
from tests.older.maker import KEY
from tests.older.run_on import Outcome, at_rest, run_on, what_stays
from tests.older.saved import Saved

NAMES = saved.names()
RESTORED = ("restored", "restored_and_answered")
BEGUN_ANEW = (*RESTORED, "lost", "lost_and_told", "late")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcome]:
    """What became of one, in the order in which its people are named."""
    known: dict[str, Outcome] = {}

    def outcome(name: str) -> Outcome:
        if name not in known:
            one = saved.load(name)
            known[name] = run_on(one, tmp_path_factory.mktemp(name), one.people)
        return known[name]

    return outcome


def ids(shown: saved.Shown, one: str, other: str) -> list[str]:
    return [line["id"] for line in shown[one][other]["lines"] if not line["kind"].startswith("note_")]


def notes(shown: saved.Shown) -> list[str]:
    talks = [conversation for person in shown.values() for conversation in person.values()]
    return [line["kind"] for talk in talks for line in talk["lines"] if line["kind"].startswith("note_")]


def pairs(one: Saved) -> list[tuple[str, str]]:
    """Who talks to whom, of those who come back."""
    return [(name, other) for name, talks in one.before.items() for other in talks if other in one.people]


def test_all_of_them_are_here() -> None:
    assert len(NAMES) == 17


@pytest.mark.parametrize("name", NAMES)
def test_each_database_shows_what_it_showed(name: str, tmp_path: Path) -> None:
    one = saved.load(name)
    assert at_rest(one, tmp_path) == {"before": one.before, "under_way": one.under_way, "sessions": one.sessions}


@pytest.mark.parametrize("name", NAMES)
def test_they_come_to_what_the_older_program_came_to(name: str, ran: Callable[[str], Outcome]) -> None:
    assert what_stays(ran(name).shown) == saved.load(name).after


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_after_that_is_told_to_its_writer(name: str, ran: Callable[[str], Outcome]) -> None:
    """Also of what had been delivered before."""
    assert ran(name).when_read == {"read"}


@pytest.mark.parametrize("name", NAMES)
def test_whoever_comes_back_first_makes_no_difference(name: str, tmp_path: Path) -> None:
    one = saved.load(name)
    assert what_stays(run_on(one, tmp_path, one.people[::-1]).shown) == one.after


@pytest.mark.parametrize("name", NAMES)
def test_every_message_is_on_both_sides_once(name: str, ran: Callable[[str], Outcome]) -> None:
    one, shown = saved.load(name), ran(name).shown
    for person, other in pairs(one):
        here, there = ids(shown, person, other), ids(shown, other, person)
        assert len(here) == len(set(here))
        assert set(ids(one.before, person, other)) <= set(here)
        assert set(one.under_way.get(f"{person} to {other}", ())) <= set(there)
        if name not in RESTORED:
            assert here == there


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_under_way(name: str, ran: Callable[[str], Outcome]) -> None:
    assert set(ran(name).left.values()) == {0}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in BEGUN_ANEW])
def test_nothing_is_begun_anew(name: str, ran: Callable[[str], Outcome]) -> None:
    one, outcome = saved.load(name), ran(name)
    assert {pair: outcome.sessions[pair] for pair in one.sessions} == one.sessions
    assert sorted(notes(outcome.shown)) == sorted(notes(one.before))


def test_what_came_early_was_kept(tmp_path: Path) -> None:
    """Or the moment would not be what it is called."""
    one = saved.load("early")
    saved.unpack(one, tmp_path)
    store = program.open_store(tmp_path / "bob.db", KEY)
    [alice] = store.peers()
    assert store.early_held(program.device_of(store, alice.cid))[0] == 3
    store.close()


def test_drafts_and_what_a_client_is_owed_are_intact(tmp_path: Path) -> None:
    saved.unpack(saved.load("reading"), tmp_path)
    store = program.open_store(tmp_path / "alice.db", KEY)
    [draft] = store.drafts()
    assert (draft.text, draft.revision) == ("begun and not sent", 3)
    assert store.browser_key() is not None
    assert [(queued.sequence, queued.message) for queued in store.plain_after(0, 9)] == [
        (number + 1, b"owed %d" % number) for number in range(3)
    ]
    store.close()
