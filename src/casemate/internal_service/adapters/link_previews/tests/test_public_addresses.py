import ipaddress

import pytest

from casemate.internal_service.adapters.link_previews.public_addresses import is_public


@pytest.mark.parametrize("text", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"])
def test_what_everybody_reaches_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",  # noqa: S104  (judged, not listened on)
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "fe80::1",
        "fe80::1%2",
        "fec0::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "5f00::1",
        "3fff::1",
        "4000::1",
    ],
)
def test_what_leads_home_or_nowhere_is_not(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


def test_a_public_address_of_this_computer_is_its_own() -> None:
    own = ipaddress.ip_address("93.184.216.34")
    assert not is_public(own, {own})
    assert not is_public(ipaddress.ip_address("::ffff:93.184.216.34"), {own})
