"""Every door of the observer has a key of its own, which both sides compute alike."""

from casemate.crypto.observer_doors import observer_door

KEY = bytes(range(32))


def test_no_two_doors_have_the_same_key() -> None:
    doors = [
        observer_door(key, port, is_ipv6=is_ipv6)
        for key in (KEY, bytes(32))
        for port in (1, 256, 12350, 12351)
        for is_ipv6 in (False, True)
    ]
    assert len({door.secret for door in doors}) == len(doors)


def test_a_door_is_the_same_for_server_and_caller() -> None:
    expected = "fc87085e"
    assert observer_door(KEY, 12350, is_ipv6=False).secret.hex()[:8] == expected
