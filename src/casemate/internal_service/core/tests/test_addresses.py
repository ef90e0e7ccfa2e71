"""Where a peer says that it may be reached, and what of that is dialled."""

import pytest

from casemate.internal_service.core.account.paths.path import dialable


@pytest.mark.parametrize(
    "address", ["192.0.2.7:1", "192.0.2.7:65535", "10.0.0.7:4000", "[2001:db8::7]:4000", "2001:db8::7:4000"]
)
def test_a_single_host_elsewhere_is_dialled(address: str) -> None:
    assert dialable([address]) == (address,)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "192.0.2.7",
        "192.0.2.7:",
        "192.0.2.7:0",
        "192.0.2.7:65536",
        "192.0.2.7:-1",
        "192.0.2.7:٤٠٠٠",
        "example.org:4000",
        "127.0.0.1:4000",
        "[::1]:4000",
        "0.0.0.0:4000",
        "[::]:4000",
        "224.0.0.1:4000",
        "[ff02::1]:4000",
        "240.0.0.1:4000",
    ],
)
def test_what_is_none_or_not_elsewhere_or_many_is_not(address: str) -> None:
    assert dialable(["192.0.2.7:4000", address]) == ("192.0.2.7:4000",)
