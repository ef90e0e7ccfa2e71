"""What the observer's answers say about the network in between."""

import pytest

from casemate.internal_service.adapters.peer_transport.observing import Door, Seen, nat_of
from casemate.protocol.peer import Nat

FIRST, SECOND = Door("192.0.2.1", 1, is_ipv6=False), Door("192.0.2.1", 2, is_ipv6=False)
FIRST_V6, SECOND_V6 = Door("2001:db8::1", 1, is_ipv6=True), Door("2001:db8::1", 2, is_ipv6=True)


@pytest.mark.parametrize(
    ("seen", "nat"),
    [
        ({}, "unknown"),
        ({FIRST: "198.51.100.1:7"}, "unknown"),
        ({FIRST: "198.51.100.1:7", SECOND: "198.51.100.1:7"}, "steady"),
        ({FIRST: "198.51.100.1:7", SECOND: "198.51.100.1:8"}, "changing"),
        ({FIRST: "198.51.100.1:7", SECOND: "198.51.100.2:7"}, "changing"),
        ({FIRST: "10.0.0.2:5", SECOND: "10.0.0.2:5"}, "none"),
        ({FIRST: "10.0.0.2:5"}, "none"),
        ({FIRST_V6: "[2001:db8::2]:5", SECOND_V6: "[2001:db8::2]:5"}, "none"),
        ({FIRST_V6: "[2001:db8::3]:5", SECOND_V6: "[2001:db8::3]:6"}, "changing"),
        # IPv4 decides where it works: its NAT is the one in the way.
        (
            {
                FIRST: "198.51.100.1:7",
                SECOND: "198.51.100.1:8",
                FIRST_V6: "[2001:db8::2]:5",
                SECOND_V6: "[2001:db8::2]:5",
            },
            "changing",
        ),
    ],
)
def test_two_doors_tell_what_kind_of_nat_there_is(seen: Seen, nat: Nat) -> None:
    assert nat_of(seen, ("10.0.0.2:5", "[2001:db8::2]:5")) == nat


def test_a_door_is_written_as_its_family_wants() -> None:
    assert (str(FIRST), str(FIRST_V6)) == ("192.0.2.1:1", "[2001:db8::1]:1")
