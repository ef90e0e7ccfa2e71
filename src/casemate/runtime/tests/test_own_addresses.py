"""Which addresses of this computer others could use."""

import ipaddress

from casemate.runtime.own_addresses import InterfaceAddress, own_addresses, ranked


def ranked_texts(*addresses: tuple[str, str] | tuple[str, str, bool]) -> list[str]:
    read = [InterfaceAddress(name, ipaddress.ip_address(ip), *rest) for name, ip, *rest in addresses]
    return [str(ip) for ip in ranked(read)]


def test_loopback_is_never_one() -> None:
    assert ranked_texts(("lo", "127.0.0.1"), ("lo", "::1"), ("odd", "127.8.0.1")) == []


def test_where_everybody_may_reach_us_comes_before_this_network() -> None:
    found = ranked_texts(
        ("eth0", "192.168.1.5"), ("eth0", "fd00::5"), ("eth0", "2a01:4f8::5"), ("tailscale0", "100.64.0.5"),
        ("wan", "93.184.216.34"),
    )  # fmt: skip
    assert found == ["93.184.216.34", "2a01:4f8::5", "100.64.0.5", "192.168.1.5", "fd00::5"]


def test_bridges_to_containers_lead_to_nobody_else() -> None:
    inside = (("docker0", "172.17.0.1"), ("br-0af1", "172.18.0.1"), ("virbr0", "192.168.122.1"))
    assert ranked_texts(*inside, ("eth0", "172.17.0.9")) == ["172.17.0.9"]


def test_an_address_that_is_gone_tomorrow_is_not_told() -> None:
    assert ranked_texts(("eth0", "2a01:4f8::5"), ("eth0", "2a01:4f8::dead", True)) == ["2a01:4f8::5"]


def test_link_local_counts_only_without_another() -> None:
    assert ranked_texts(("eth0", "169.254.3.4"), ("eth0", "10.0.0.5")) == ["10.0.0.5"]
    assert ranked_texts(("eth0", "169.254.3.4"), ("eth0", "fe80::1")) == ["169.254.3.4"]


def test_this_computer_has_no_loopback_address_for_others() -> None:
    assert not any(ip.is_loopback for ip in own_addresses())
