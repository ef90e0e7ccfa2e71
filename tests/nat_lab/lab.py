"""One laboratory: its networks are built, changed while the product runs in them, and taken down.

    host-a ─── router-a ──┐                ┌── router-b ─── host-b
                          ├── internet ────┤
               router-c ──┘       │        └── where hosts roam to: router-c
                                server

Nothing in it is linked to anything outside.
"""

import itertools
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final, Literal

from tests.nat_lab import namespaces
from tests.nat_lab.leftovers import PREFIX, remove_leftovers
from tests.nat_lab.namespaces import cable, ip, nft, set_kernel, write_file
from tests.nat_lab.routers import DROP_UDP, ROUTERS, Router, program
from tests.nat_lab.sites import (
    LETTERS,
    SERVER_NAME,
    SERVER_UPLINK_V4,
    SERVER_UPLINK_V6,
    SERVER_V4,
    SERVER_V6,
    Letter,
    Site,
)
from tests.nat_lab.slow_cable import slow_cable

Host = Literal["a", "b"]
ROUTER: Final = 1
FIRST_HOST: Final = 2
"""Numbers within a LAN."""
SECOND_HOST: Final = 3
ROAMING_HOST: Final = 4
NEW_ADDRESS: Final = 5
VPN_METRIC: Final = 10
"""Lower than that of the usual route, which is thereby kept for later."""
USUAL_METRIC: Final = 100

_counter: Final = itertools.count(1)


class Lab:
    """Made by `laboratory`."""

    def __init__(self, router_a: Router, router_b: Router, *, one_lan: bool) -> None:
        self.name = f"{PREFIX}{os.getpid()}-{next(_counter)}"
        self.one_lan = one_lan
        routers = {"a": router_a, "b": router_b, "c": ROUTERS["port cone"]}
        self.sites = {letter: Site(letter, routers[letter]) for letter in LETTERS}
        self._numbers: dict[Host, tuple[Letter, int]] = {}

    def namespace(self, part: str) -> str:
        """`internet`, `server`, `router-a` … `router-c`, `host-a` or `host-b`."""
        return f"{self.name}-{part}"

    # --- what may happen in mid-conversation ---------------------------------------------------------------------

    def block_udp(self, letter: Letter) -> None:
        nft(
            self.namespace(f"router-{letter}"),
            f"table inet outage {{ chain forward {{ type filter hook forward priority -10; {DROP_UDP}; }}; }}",
        )

    def unblock_udp(self, letter: Letter) -> None:
        nft(self.namespace(f"router-{letter}"), "delete table inet outage")

    def plug(self, host: Host, letter: Letter, number: int) -> None:
        """Into a site's LAN, with an address of its own there."""
        self._plug(host, letter, number, "eth0", USUAL_METRIC)
        self._numbers[host] = (letter, number)

    def unplug(self, host: Host) -> None:
        ip(self.namespace(f"host-{host}"), "link del eth0")

    def plug_again(self, host: Host) -> None:
        self.plug(host, *self._numbers[host])

    def drop_lan_address(self, host: Host) -> None:
        ip(self.namespace(f"host-{host}"), "addr flush dev eth0 scope global")

    def give_new_lan_address(self, host: Host) -> None:
        """Another one of the same LAN."""
        letter, _ = self._numbers[host]
        self._address(host, letter, NEW_ADDRESS, "eth0", USUAL_METRIC)
        self._numbers[host] = (letter, NEW_ADDRESS)

    def vpn_on(self, host: Host) -> None:
        """Another interface, behind another router, takes all traffic; the usual one stays."""
        self._plug(host, "c", ROAMING_HOST, "tun0", VPN_METRIC)

    def vpn_off(self, host: Host) -> None:
        ip(self.namespace(f"host-{host}"), "link del tun0")

    # --- what can be looked at -----------------------------------------------------------------------------------

    def count_packets(self, host: Host, *towards: str) -> None:
        """Begin to count what a host sends to these IPv4 addresses or blocks of them."""
        nft(
            self.namespace(f"host-{host}"),
            f"table inet counted {{ counter sent {{ }}; chain sending {{ type filter hook output priority 0; "
            f"ip daddr {{ {', '.join(towards)} }} counter name sent; }}; }}",
        )

    def lan_v4(self, host: Host) -> str:
        letter, number = self._numbers[host]
        return self.sites[letter].lan_v4(number)

    def packets_counted(self, host: Host) -> int:
        command = (*namespaces.inside(self.namespace(f"host-{host}")), "nft", "-j", "list", "counters")
        listed = json.loads(namespaces.run(*command))["nftables"]
        [counter] = [row["counter"] for row in listed if "counter" in row]
        return int(counter["packets"])

    # --- building ------------------------------------------------------------------------------------------------

    def build(self, stack: ExitStack, delay_ms: float) -> None:
        """What is built is taken down by the stack, in whatever state it is then."""
        parts = ("internet", "server", *(f"router-{letter}" for letter in LETTERS), "host-a", "host-b")
        for part in parts:
            stack.callback(namespaces.remove, self.namespace(part))
            namespaces.add(self.namespace(part))
        self._build_server()
        for letter in LETTERS:
            self._build_site(self.sites[letter], stack, delay_ms)
        self.plug("a", "a", FIRST_HOST)
        self.plug("b", "a" if self.one_lan else "b", SECOND_HOST if self.one_lan else FIRST_HOST)
        for part in ("host-a", "host-b"):
            write_file(
                self.namespace(part),
                "hosts",
                f"127.0.0.1 localhost\n{SERVER_V4} {SERVER_NAME}\n{SERVER_V6} {SERVER_NAME}\n",
            )
            write_file(self.namespace(part), "resolv.conf", f"nameserver {SERVER_V4}\n")

    def _build_server(self) -> None:
        internet, server = self.namespace("internet"), self.namespace("server")
        set_kernel(internet, ipv4__ip_forward=1, ipv6__conf__all__forwarding=1)
        cable(internet, "server", server, "eth0")
        ip(
            internet,
            f"addr add {SERVER_UPLINK_V4}/24 dev server",
            f"addr add {SERVER_UPLINK_V6}/64 dev server",
        )
        ip(
            server,
            f"addr add {SERVER_V4}/24 dev eth0",
            f"addr add {SERVER_V6}/64 dev eth0",
            f"route add default via {SERVER_UPLINK_V4}",
            f"route add default via {SERVER_UPLINK_V6}",
        )

    def _build_site(self, site: Site, stack: ExitStack, delay_ms: float) -> None:
        internet, router, uplink = (
            self.namespace("internet"),
            self.namespace(f"router-{site.letter}"),
            f"site-{site.letter}",
        )
        set_kernel(router, ipv4__ip_forward=1, ipv6__conf__all__forwarding=1)
        if delay_ms:
            stack.enter_context(slow_cable(internet, uplink, router, "wan", delay_ms))
        else:
            cable(internet, uplink, router, "wan")
        ip(router, "link add lan address 02:00:00:00:00:01 type bridge mcast_snooping 0", "link set lan up")
        if site.router.has_v4:
            ip(internet, f"addr add {site.uplink_v4}/26 dev {uplink}")
            ip(
                router,
                f"addr add {site.wan_v4}/26 dev wan",
                f"addr add {site.lan_v4(ROUTER)}/28 dev lan",
                f"route add default via {site.uplink_v4}",
            )
            if site.router.mapping == "none":
                ip(internet, f"route add {site.lan_v4(0)}/28 via {site.wan_v4}")
        if site.router.has_v6:
            ip(internet, f"addr add {site.uplink_v6}/64 dev {uplink}")
            ip(
                router,
                f"addr add {site.wan_v6}/64 dev wan",
                f"addr add {site.lan_v6(ROUTER)}/64 dev lan",
                f"route add default via {site.uplink_v6}",
            )
            ip(internet, f"route add {site.lan_block_v6} via {site.wan_v6}")
        nft(router, program(site.router, site.lan_v4(FIRST_HOST)))

    def _plug(self, host: Host, letter: Letter, number: int, interface: str, metric: int) -> None:
        router, port = self.namespace(f"router-{letter}"), f"port-{host}-{interface}"
        cable(router, port, self.namespace(f"host-{host}"), interface)
        ip(router, f"link set {port} master lan")
        self._address(host, letter, number, interface, metric)

    def _address(self, host: Host, letter: Letter, number: int, interface: str, metric: int) -> None:
        site, namespace = self.sites[letter], self.namespace(f"host-{host}")
        if site.router.has_v4:
            ip(
                namespace,
                f"addr add {site.lan_v4(number)}/28 dev {interface}",
                f"route replace default via {site.lan_v4(ROUTER)} metric {metric}",
            )
        if site.router.has_v6:
            ip(
                namespace,
                f"addr add {site.lan_v6(number)}/64 dev {interface}",
                f"route replace default via {site.lan_v6(ROUTER)} metric {metric}",
            )


@contextmanager
def laboratory(router_a: str, router_b: str, *, one_lan: bool = False, delay_ms: float = 0) -> Iterator[Lab]:
    """A laboratory that ends with the block. `delay_ms` is how long a packet takes on each site's uplink."""
    remove_leftovers()
    lab = Lab(ROUTERS[router_a], ROUTERS[router_b], one_lan=one_lan)
    with ExitStack() as stack:
        lab.build(stack, delay_ms)
        yield lab
