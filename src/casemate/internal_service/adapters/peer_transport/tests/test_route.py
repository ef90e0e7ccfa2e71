"""Which of a connection's paths its data takes."""

import pytest

from casemate.internal_service.adapters.peer_transport.route import travelled
from casemate.runtime.quic import Path

RELAY = Path("http://relay:12350/", direct=False, chosen=False, rtt_ms=2.0)
CHOSEN_RELAY = Path("http://relay:12350/", direct=False, chosen=True, rtt_ms=2.0)
DIRECT = Path("10.77.0.2:4000", direct=True, chosen=False, rtt_ms=1.0)
CHOSEN_DIRECT = Path("10.77.0.2:4000", direct=True, chosen=True, rtt_ms=1.0)
OTHER_DIRECT = Path("[fd77::2]:4000", direct=True, chosen=False, rtt_ms=1.0)


@pytest.mark.parametrize(
    ("paths", "taken"),
    [
        ((), ()),
        ((RELAY, CHOSEN_DIRECT), (CHOSEN_DIRECT,)),
        ((CHOSEN_RELAY, DIRECT), (CHOSEN_RELAY,)),
        ((RELAY, DIRECT), ()),
        ((RELAY,), (RELAY,)),
    ],
)
def test_data_takes_the_path_that_is_chosen(paths: tuple[Path, ...], taken: tuple[Path, ...]) -> None:
    assert tuple(travelled(paths)) == taken


def test_a_peer_that_was_started_again_is_reached_directly_though_an_older_connection_holds_the_choice() -> None:
    assert tuple(travelled((DIRECT,))) == (DIRECT,)
    assert tuple(travelled((DIRECT, OTHER_DIRECT))) == (DIRECT,)
