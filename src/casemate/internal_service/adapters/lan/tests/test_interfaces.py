"""Where we are, and which addresses a neighbour there may have."""

import ipaddress
from collections.abc import Sequence

import ifaddr
import pytest

from casemate.internal_service.adapters.lan.interfaces import (
    MAX_ADDRESSES,
    MAX_INTERFACES,
    Interface,
    interfaces_here,
    reachable_at,
)

WIFI = Interface(3, tuple(ipaddress.ip_interface(one) for one in ("192.168.7.9/24", "2001:db8:7::9/64")))
LOOPBACK = Interface(1, (ipaddress.ip_interface("127.0.0.1/8"), ipaddress.ip_interface("::1/128")))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("192.168.7.1", "192.168.7.1:4000"),
        ("192.168.7.9", "192.168.7.9:4000"),  # another account of this computer
        ("2001:db8:7::1", "[2001:db8:7::1]:4000"),
    ],
)
def test_a_neighbour_is_in_one_of_our_networks(address: str, told: str) -> None:
    assert reachable_at(address, 4000, [WIFI]) == told


@pytest.mark.parametrize(
    "address",
    [
        "", "0.0.0", "router", "192.168.7.256", "192.168.8.1", "192.168.7.255", "8.8.8.8", "127.0.0.1", "224.0.0.251",
        "255.255.255.255", "2001:db8:8::1", "::", "::1", "ff02::fb", "::ffff:192.168.7.1", "fe80::1", "fe80::1%3",
        "fe80::1%",
    ],
)  # fmt: skip
def test_every_other_address_is_passed_over(address: str) -> None:
    assert reachable_at(address, 4000, [WIFI]) is None


def test_a_cable_between_two_computers_has_no_broadcast_address() -> None:
    assert reachable_at("10.0.0.1", 4000, [Interface(4, (ipaddress.ip_interface("10.0.0.0/31"),))]) == "10.0.0.1:4000"


def test_services_of_one_computer_without_a_network_reach_each_other() -> None:
    assert reachable_at("127.0.0.1", 4000, [LOOPBACK]) == "127.0.0.1:4000"
    assert reachable_at("::1", 4000, [LOOPBACK]) == "[::1]:4000"


def adapter(index: int, *ips: tuple[str | tuple[str, int, int], int]) -> ifaddr.Adapter:
    name = f"eth{index}"
    return ifaddr.Adapter(name, name, [ifaddr.IP(ip, prefix, name) for ip, prefix in ips], index)


def here(monkeypatch: pytest.MonkeyPatch, adapters: Sequence[ifaddr.Adapter]) -> tuple[Interface, ...]:
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: adapters)
    return interfaces_here()


def test_loopback_counts_only_where_there_is_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    loopback = adapter(1, ("127.0.0.1", 8), (("::1", 0, 0), 128))
    empty = adapter(2)
    wifi = adapter(3, (("fe80::9", 0, 3), 64), (("2001:db8:7::9", 0, 0), 64), ("192.168.7.9", 24))
    assert here(monkeypatch, [loopback, empty]) == (LOOPBACK,)
    assert here(monkeypatch, [loopback, empty, wifi]) == (WIFI,)


def test_as_many_interfaces_and_addresses_as_are_any_use(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [adapter(index, *((f"10.{index}.0.{last}", 24) for last in range(1, 30))) for index in range(1, 30)]
    found = here(monkeypatch, many)
    assert len(found) == MAX_INTERFACES
    assert {len(interface.addresses) for interface in found} == {MAX_ADDRESSES}
