"""Who calls from the computer of the server, whatever address it has."""

import pytest

from casemate.server.adapters.callers import is_same_computer


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "10.9.8.7"),
        ("::1", "::1"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
        ("10.9.8.7", "10.9.8.7"),
        ("::ffff:10.9.8.7", "::ffff:10.9.8.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("fe80::7%eth0", "fe80::7%eth0"),
    ],
)
def test_a_computer_calls_itself_from_loopback_or_from_the_address_that_it_calls(there: str, here: str) -> None:
    assert is_same_computer(there, here)


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("10.9.8.6", "10.9.8.7"),
        ("2001:db8::8", "2001:db8::7"),
        ("::", "2001:db8::7"),
        ("fe80::8%eth0", "fe80::7%eth0"),
        ("", ""),
        ("a-name", "a-name"),
    ],
)
def test_everybody_else_is_elsewhere(there: str, here: str) -> None:
    assert not is_same_computer(there, here)
