"""Real multicast between two computers: who announces is heard, what is sent tells strangers nothing, floods end."""

import asyncio
import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from zeroconf import DNSIncoming, DNSOutgoing, DNSPointer, DNSService, DNSText, ServiceInfo  # type: ignore[attr-defined]

from casemate.internal_service.adapters.lan.announcement import SERVICE_TYPE, Announcement
from casemate.internal_service.adapters.lan.interfaces import interfaces_here
from casemate.internal_service.adapters.lan.neighbours import NEW_AT_ONCE
from casemate.internal_service.adapters.lan.segment import Segment
from casemate.internal_service.adapters.lan.tests.computers import PATIENCE_SECONDS, Computer, computer
from casemate.internal_service.adapters.lan.tests.wire import MDNS_PORT, Wire, has_text, is_goodbye
from tests.support.two_hosts import Host, connect, disconnect, two_hosts, why_no_two_hosts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.own_network,
    pytest.mark.skipif(why_no_two_hosts() is not None, reason=why_no_two_hosts() or ""),
]

LABEL = re.compile(rb"[0-9a-f]{16}")


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    with two_hosts() as made:
        yield made


@pytest.fixture
def two(hosts: tuple[Host, Host]) -> Iterator[tuple[Computer, Computer]]:
    with computer(hosts[0].inside) as one, computer(hosts[1].inside) as other:
        yield one, other


def test_two_computers_hear_each_other(two: tuple[Computer, Computer], hosts: tuple[Host, Host]) -> None:
    one, other = two
    one.announce("ann", "anns tag", "to carl.", port=40_001)
    other.announce("bob", "bobs tag", port=40_002)
    seen = other.waits_to_see("anns tag", "bob", address="10.77.0.1")
    assert seen.tags == [b"anns tag".hex(), b"to carl.".hex()]
    assert {f"{hosts[0].v4}:40001", f"[{hosts[0].v6}]:40001"} <= set(seen.addresses)
    assert f"{hosts[1].v4}:40002" in one.waits_to_see("bobs tag", "ann", address="10.77.0.2").addresses


def test_who_comes_later_hears_who_is_there(two: tuple[Computer, Computer]) -> None:
    one, other = two
    one.announce("ann", "anns tag")
    time.sleep(2)  # its announcements are over
    other.announce("bob", "bobs tag")
    other.waits_to_see("anns tag", "bob")


def test_an_account_that_announces_later_is_told_who_was_heard(two: tuple[Computer, Computer]) -> None:
    one, other = two
    one.announce("ann", "anns tag")
    other.announce("bob", "bobs tag")
    other.waits_to_see("anns tag", "bob")
    other.announce("eve", "eves tag")
    other.waits_to_see("anns tag", "eve")


def test_new_tags_replace_the_old(two: tuple[Computer, Computer], hosts: tuple[Host, Host]) -> None:
    one, other = two
    other.announce("bob", "bobs tag")
    with Wire(hosts[0]) as wire:
        one.announce("ann", "slot one")
        other.waits_to_see("slot one")
        one.announce("ann", "slot two")
        other.waits_to_see("slot two")
        goodbye = wire.waits_for(hosts[0], lambda message: has_text(message, b"slot one") and is_goodbye(message))
        assert not has_text(goodbye, b"slot two")


def test_accounts_of_one_computer_hear_each_other_and_not_themselves(two: tuple[Computer, Computer]) -> None:
    one, other = two
    one.announce("ann", "anns tag")
    one.announce("eve", "eves tag")
    one.waits_to_see("anns tag", "eve")
    one.waits_to_see("eves tag", "ann")
    other.announce("bob", "bobs tag")
    one.waits_to_see("bobs tag", "ann")
    one.waits_to_see("bobs tag", "eve")
    assert not [seen for seen in one.all if (seen.account, seen.tags) == ("ann", [b"anns tag".hex()])]


def test_two_services_of_one_computer_without_a_network_hear_each_other() -> None:
    """In the network of the tests, which has loopback only."""
    with computer() as one, computer() as other:
        one.announce("ann", "anns tag", port=40_001)
        other.announce("bob", "bobs tag", port=40_002)
        assert "127.0.0.1:40001" in other.waits_to_see("anns tag", address="127.0.0.1").addresses
        assert "127.0.0.1:40002" in one.waits_to_see("bobs tag", address="127.0.0.1").addresses


@pytest.mark.parametrize("how", ["leave", "close"])
def test_sockets_are_open_only_while_somebody_announces(how: str, hosts: tuple[Host, Host]) -> None:
    with Wire(hosts[0]) as wire, computer(hosts[0].inside) as one:
        assert not hosts[0].has_udp_port(MDNS_PORT)
        one.leave("ann")
        one.announce("ann", "anns tag")
        wire.waits_for(hosts[0], lambda message: has_text(message, b"anns tag"))
        assert hosts[0].has_udp_port(MDNS_PORT)
        if how == "leave":
            one.leave("ann")
        else:
            one.close()
        wire.waits_for(hosts[0], is_goodbye)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while hosts[0].has_udp_port(MDNS_PORT):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_leaving_and_coming_back_at_once_ends_announced(two: tuple[Computer, Computer]) -> None:
    one, other = two
    other.announce("bob", "bobs tag")
    for number in range(5):
        one.announce("ann", f"number {number}")
        one.leave("ann")
    one.announce("ann", "the last")
    other.waits_to_see("the last")


def test_another_network_is_noticed(two: tuple[Computer, Computer], hosts: tuple[Host, Host]) -> None:
    one, other = two
    one.announce("ann", "anns tag")
    other.announce("bob", "bobs tag")
    other.waits_to_see("anns tag", address="10.77.0.1")
    hosts[0].run("ip address flush dev lan0; ip address add 10.77.0.9/24 dev lan0")
    other.waits_to_see("anns tag", address="10.77.0.9")


def test_a_network_that_comes_later_is_noticed(two: tuple[Computer, Computer], hosts: tuple[Host, Host]) -> None:
    one, other = two
    disconnect(hosts[0])
    one.announce("ann", "anns tag")
    other.announce("bob", "bobs tag")
    time.sleep(1)
    connect(hosts[0])
    other.waits_to_see("anns tag", address="10.77.0.1")
    one.waits_to_see("bobs tag", address="10.77.0.2")


def test_a_network_of_ipv6_alone_is_enough(two: tuple[Computer, Computer], hosts: tuple[Host, Host]) -> None:
    one, other = two
    for host in hosts:
        host.run(f"ip address del {host.v4}/24 dev lan0")
    one.announce("ann", "anns tag")
    other.announce("bob", "bobs tag")
    assert other.waits_to_see("anns tag", "bob").addresses == [f"[{hosts[0].v6}]:40001"]


def test_what_is_sent_names_nobody_and_two_slots_cannot_be_linked(
    two: tuple[Computer, Computer], hosts: tuple[Host, Host]
) -> None:
    one, other = two
    other.announce("bob", "bobs tag")
    with Wire(hosts[0]) as wire:
        one.announce("ann of casemate", "slot one", "more one")
        other.waits_to_see("slot one")
        first = wire.waits_for(hosts[0], lambda message: has_text(message, b"slot one") and not is_goodbye(message))
        one.announce("ann of casemate", "slot two", "more two")
        other.waits_to_see("slot two")
        second = wire.waits_for(hosts[0], lambda message: has_text(message, b"slot two") and not is_goodbye(message))
        one.close()
        sent = b"".join(wire.packets)
    assert b"ann of casemate" not in sent
    for message in (first, second):
        (label,) = labels_in(message)
        names = {SERVICE_TYPE, f"{label.decode()}.{SERVICE_TYPE}", f"{label.decode()}.local."}
        assert {record.name for record in message.answers()} == names
        (text,) = {record.text for record in message.answers() if isinstance(record, DNSText)}
        assert text.startswith(b"\x03v=1\x13t0=slot ")
    assert {record.name for record in first.answers()} & {record.name for record in second.answers()} == {SERVICE_TYPE}
    assert not labels_in(first) & labels_in(second)
    assert not has_text(first, b"two")
    assert not has_text(second, b"one")
    (port,) = {record.port for record in first.answers() if isinstance(record, DNSService)}
    assert port == 40_001


def labels_in(message: DNSIncoming) -> set[bytes]:
    found = set(LABEL.findall(message.data))
    assert len(found) == 1
    return found


def test_hostile_records_and_floods_leave_room_for_neighbours(
    two: tuple[Computer, Computer], hosts: tuple[Host, Host]
) -> None:
    one, other = two
    one.announce("ann", "anns tag")
    with Wire(hosts[0]) as wire:
        wire.waits_for(hosts[0], lambda message: has_text(message, b"anns tag"))
    for flood in (forged(hosts[1], range(3000)), garbage()):
        send_from(hosts[1], flood)
    other.announce("bob", "bobs tag")
    one.waits_to_see("bobs tag")
    told = [seen for seen in one.all if seen.tags != [b"bobs tag".hex()]]
    assert len(told) <= 3 * NEW_AT_ONCE
    assert {address.partition(":")[0] for seen in told for address in seen.addresses} <= {hosts[1].v4}


async def test_a_name_that_cannot_be_written_does_not_end_the_asking() -> None:
    """Its bytes are no UTF-8: read leniently they take three times the room, too much for a name."""
    segment = Segment(interfaces_here()[0], lambda *_: None, lambda _: None)
    try:
        await segment.open()
        with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as stranger:
            stranger.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            out = DNSOutgoing(0x8400)
            out.add_answer_at_time(DNSPointer(SERVICE_TYPE, 12, 1, 1200, f"{'x' * 60}.{SERVICE_TYPE}"), 0)
            stranger.sendto(out.packets()[0].replace(b"x" * 60, b"\xff" * 60), ("224.0.0.251", MDNS_PORT))
        cache = segment._mdns.zeroconf.cache
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not cache.async_all_by_details(SERVICE_TYPE, 12, 1):
                await asyncio.sleep(0.01)
        segment._ask()
    finally:
        await segment.close()


def forged(host: Host, numbers: range) -> list[bytes]:
    """Well-formed announcements of nobody, each with an address in this network and one that is not."""
    packets = []
    for number in numbers:
        made = Announcement(f"{number:016x}", 5000, (number.to_bytes(8, "big"),))
        info = ServiceInfo(
            SERVICE_TYPE, made.instance, made.port, properties=made.text, server=made.host,
            parsed_addresses=[host.v4, "192.0.2.1"],
        )  # fmt: skip
        out = DNSOutgoing(0x8400)
        for record in (info.dns_pointer(), info.dns_service(), info.dns_text(), *info.dns_addresses()):
            out.add_answer_at_time(record, 0)
        packets += out.packets()
    return packets


def garbage() -> list[bytes]:
    """Responses that end early, point at themselves, or promise more than they hold; names that are none."""
    (good,) = forged(Host(0, "10.77.0.2", ""), range(5000, 5001))
    return [
        *(good[:length] for length in range(0, len(good), 3)),
        good[:12] + b"\xc0\x0c" * 40,
        good[:4] + b"\xff" * 8 + good[12:],
        good.replace(b"casemate", b"\x00asemate"),
        good.replace(b"\x10000000000000", b"\x10\xff\xfe\x00.local\xff....."[: len(b"\x10000000000000")]),
    ]


def send_from(host: Host, packets: list[bytes]) -> None:
    sender = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        f"s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton('{host.v4}'))\n"
        "s.bind(('', 0))\n"
        "for line in sys.stdin: s.sendto(bytes.fromhex(line), ('224.0.0.251', 5353))\n"
    )
    given = "\n".join(packet.hex() for packet in packets)
    subprocess.run([*host.inside, sys.executable, "-c", sender], input=given, text=True, check=True)
