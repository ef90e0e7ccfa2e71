"""After its time nobody has a word of what disappears, whatever dies meanwhile; a clock alone takes none before."""

import random

import pytest

from casemate.internal_service.adapters.account_store import SqliteAccountStore
from casemate.internal_service.core.account.conversations.living import LOOK_SECONDS
from casemate.protocol.ids import MessageId
from tests.sim.checkers import pairs, relation_of
from tests.sim.people import Person
from tests.sim.weather import Weather
from tests.sim.world import World

CALM = Weather(
    seconds=20.0,
    slowness=0.05,
    mean_seconds_between_faults=5.0,
    cuts=2,
    partitions=0,
    kills=1,
    server_kills=1,
    power_cuts=0,
    clock_jumps=0,
    rollbacks=0,
    undone_events=1,
)
LIFE = 200
WORDS = "herons at dawn"


def rows_with_words(person: Person) -> int:
    """Of its database, in every table that holds what people wrote."""
    store = person.store
    assert isinstance(store, SqliteAccountStore)
    found = 0
    for table, column in (("messages", "body"), ("changes", "text"), ("folded", "text")):
        sql = f"SELECT count(*) FROM {table} WHERE instr(CAST({column} AS TEXT), ?)"
        found += int(store.database.value(sql, WORDS))
    return found


def say(one: Person, other: Person, number: int) -> None:
    message_id = MessageId(one.chance.randbytes(16))
    one.wish(
        "say something brief",
        lambda account, now: account.send_chat(
            account.conversation_with(other.cid), message_id, f"{WORDS} {number}", now
        ),
    )


@pytest.mark.parametrize("seed", range(6))
def test_nobody_has_a_word_after_its_time_and_a_clock_that_jumps_takes_none_before(seed: int) -> None:
    chance = random.Random(f"{seed}/disappearing")
    with World(seed, weather=CALM, whole_services=False) as world:
        world._are_friends = True
        world.live()
        talking = [
            (one, other)
            for one, other in pairs(world.people)
            if relation_of(one, other) == relation_of(other, one) == ("registered", "connected")
        ]
        assert talking
        ends = {person.name: person for pair in talking for person in pair}.values()

        def go_on(seconds: float) -> None:
            world.agenda.run_until(world.agenda.now + seconds)

        def set_life(one: Person, other: Person) -> None:
            one.wish(
                "make messages disappear",
                lambda account, now: account.disappearing.set(account.conversation_with(other.cid), LIFE, now),
            )

        for one, other in talking:
            set_life(one, other)
        go_on(10)
        for number in range(5):
            for one, other in talking:
                say(*((one, other) if chance.random() < 0.5 else (other, one)), number)
            go_on(chance.random())
            unlucky = chance.choice([world.server, *(person.machine for person in ends)])
            unlucky.die(by_power=chance.random() < 0.5)
            go_on(chance.random() * 3)
            unlucky.boot()
        go_on(15)
        held = {person.name: rows_with_words(person) for person in ends}
        assert all(held.values())
        jumping = chance.choice(list(ends))
        jump = chance.choice((-1e7, 1e7))
        jumping.machine.wall_shift += jump
        go_on(LOOK_SECONDS + 5)
        assert rows_with_words(jumping) == held[jumping.name], "its clock alone takes nothing"
        jumping.machine.wall_shift -= jump
        go_on(LOOK_SECONDS + 5)
        for _ in range(3):
            for one, other in talking:
                one.read_everything(other.cid)
                other.read_everything(one.cid)
            go_on(LIFE / 2)
        # Somebody was off for a while, so that running alone does not tell: the next link does.
        for person in ends:
            person.machine.die(by_power=False)
            person.machine.boot()
        go_on(2 * LIFE)
        assert {person.name: rows_with_words(person) for person in ends} == dict.fromkeys(held, 0)
