"""Where a server says that it can be reached."""

import pytest

from casemate.runtime.errors import CannotStart
from casemate.runtime.listen import ListenAddress
from casemate.runtime.own_addresses import own_addresses
from casemate.server.adapters.addresses import ServerPlace, stated_addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_server_for_this_computer_alone_is_nowhere_else(host: str) -> None:
    assert ServerPlace(ListenAddress(host, 7000)).addresses() == ()


def test_what_was_stated_comes_first() -> None:
    place = ServerPlace(ListenAddress("192.168.1.5", 7000), ("chat.example.org:12349", "192.168.1.5:7000"))
    assert place.addresses() == ("chat.example.org:12349", "192.168.1.5:7000")


def test_listening_everywhere_is_being_at_every_address_of_this_computer() -> None:
    v4 = [f"{ip}:7000" for ip in own_addresses() if ip.version == 4]
    assert list(ServerPlace(ListenAddress("0.0.0.0", 7000)).addresses()) == v4[:8]  # noqa: S104


def test_behind_a_proxy_only_what_was_stated_leads_here() -> None:
    place = ServerPlace(ListenAddress("192.168.1.5", 7000), ("wss://chat.example.org",), behind_proxy=True)
    assert place.addresses() == ("wss://chat.example.org",)


def test_a_mistake_is_one_sentence() -> None:
    with pytest.raises(CannotStart, match=r"'http://chat' is not HOST:PORT.*--address"):
        stated_addresses(["http://chat"])
    with pytest.raises(CannotStart, match="at most 8 addresses, not 9"):
        stated_addresses(f"h{number}.example.org" for number in range(9))
