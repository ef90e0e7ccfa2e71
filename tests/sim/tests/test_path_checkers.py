"""Every checker of connections between computers can fail: a bug is planted for each, and the worlds find it."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.delivery import direct
from casemate.internal_service.core.account.delivery.direct import Direct
from casemate.internal_service.core.account.paths import admission
from casemate.internal_service.core.account.paths.admission import Admission
from casemate.internal_service.core.account.paths.dialling import Dialling
from casemate.node import Instant
from casemate.protocol.ids import DeviceId
from casemate.protocol.peer import PathPing, PeerHello
from tests.sim.checkers import CheckFailed
from tests.sim.path_weather import PathWeather
from tests.sim.people import CANARY
from tests.sim.tests.test_checkers import FINE
from tests.sim.world import World

pytestmark = pytest.mark.slow

STILL = PathWeather(
    mean_seconds_between_faults=3.0,
    refusing=0.0,
    breaks=0,
    deaf=0,
    no_way=0,
    relay=0,
    moves=0,
    sleeps=0,
    outages=0,
    endpoints=0,
    repeats=0,
    strangers=0,
)
DEAF = replace(STILL, deaf=3)
BREAKING = replace(STILL, breaks=3)
LONELY = replace(STILL, outages=3, mean_seconds_between_faults=10.0)
RESTLESS = replace(STILL, no_way=2, relay=2, moves=2, sleeps=2, endpoints=1, repeats=1, refusing=0.2)
VISITED = replace(STILL, strangers=3)
WORLDS = 8


def finding(path_weather: PathWeather, act: Callable[[World], None] = World.live, worlds: int = WORLDS) -> str:
    """What the first world says in which a promise is broken."""
    for seed in range(worlds):
        with World(seed, weather=FINE, path_weather=path_weather) as world:
            try:
                act(world)
            except CheckFailed as failure:
                return str(failure)
    return "nothing"


@pytest.mark.parametrize("path_weather", [STILL, DEAF, BREAKING, LONELY, RESTLESS, VISITED])
def test_without_a_planted_bug_nothing_is_found(path_weather: PathWeather) -> None:
    assert finding(path_weather) == "nothing"


def test_plaintext_between_peers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def chatty(**hello: Any) -> PeerHello:
        return PeerHello(**{**hello, "features": [f"{CANARY} hello"]})

    monkeypatch.setattr(admission, "PeerHello", chatty)
    assert "plaintext in PeerHello" in finding(STILL)


def test_a_word_to_a_stranger_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who trusts the hello instead of the key talks to anybody."""

    def trusting(self: Admission, endpoint_key: Any) -> Any:
        peer = next(iter(self._context.store.peers()), None)
        return None if peer is None else (peer, self._context.devices_of(peer)[0])

    monkeypatch.setattr(Admission, "_owner", trusting)
    assert "says PeerHello to a stranger" in finding(VISITED)


def test_a_word_before_the_hello_of_the_other_side_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Admission.connected

    def hasty(self: Admission, event: Any, now: Any) -> Any:
        return [*honest(self, event, now), *self._paths.send_on(event.connection, PathPing(1))]

    monkeypatch.setattr(Admission, "connected", hasty)
    assert "who has not said hello" in finding(STILL)


def test_more_envelopes_than_a_device_takes_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "PEER_UNANSWERED", 10**6)
    assert "envelopes unanswered on a path" in finding(STILL, a_flood)


def test_a_flood_over_a_path_stays_within_bounds_and_arrives() -> None:
    with World(0, weather=FINE, path_weather=STILL) as world:
        a_flood(world)
        assert world.windows.most > 256


def a_flood(world: World) -> None:
    """700 messages at once, over a path that is there."""
    world.live()
    one, other = world.people[:2]
    for _ in range(700):
        one.write(other.cid)
    world.end()


def test_a_path_that_is_shown_long_after_its_death_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Admission, "_listen_for", lambda self, path, live, now: [])
    assert re.search(r"sees a (direct|relayed) path to \w+ [\d.]+ s after its end", finding(DEAF))


def test_a_message_that_waits_for_a_dead_path_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Direct, "overdue", lambda self, now: [])
    monkeypatch.setattr(Direct, "next_wakeup", lambda self: None)
    assert "although the link works" in finding(DEAF)


def test_a_message_that_a_path_would_carry_and_nobody_sends_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Direct.send

    def lazy(self: Direct, device: DeviceId, now: Any, *, even_sent: bool) -> Any:
        return [] if even_sent else honest(self, device, now, even_sent=even_sent)

    monkeypatch.setattr(Direct, "send", lazy)
    assert "although the path works" in finding(LONELY)


def test_whoever_never_dials_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dialling, "_dial_if_due", lambda self, peer, path, now: [])
    assert "has no path to" in finding(STILL)


def test_two_connections_where_one_would_do_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def keep_all(self: Admission, path: Any, connection: Any, now: Any) -> Any:
        connection.greeted = True
        path.connections = (*path.connections, connection)
        path.trust()
        return []

    monkeypatch.setattr(Admission, "_count", keep_all)
    assert "connections between" in finding(BREAKING, worlds=2 * WORLDS)


def test_envelopes_that_are_lost_with_their_connection_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    send = Direct.send

    def send_once(self: Direct, device: DeviceId, now: Instant, *, even_sent: bool) -> Outcome:
        flight, live = self._flights.get(device), self._paths.live(device)
        if flight is not None and live is not None:
            flight.connection = live.number
        return send(self, device, now, even_sent=even_sent)

    monkeypatch.setattr(Direct, "send", send_once)
    monkeypatch.setattr(Direct, "begin_again", lambda self, device, after=0: None)
    # Which of the two it is depends on whether anything else was written to that device afterwards.
    assert re.search(r"although the path works|is still queued", finding(replace(LONELY, breaks=9, deaf=9), worlds=40))
