"""Routers: what they do to packets, in the words of RFC 4787, and as a program for nftables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

UNKNOWN_UDP_SECONDS: Final = 120
DROP_UDP: Final = 'meta l4proto udp iifname "wan" drop; meta l4proto udp oifname "wan" drop'
"""Neighbours in the LAN go on to reach each other."""


@dataclass(frozen=True, slots=True)
class Router:
    """`wan` faces the internet, `lan` the hosts."""

    mapping: Literal["none", "steady", "changing"] = "none"
    """none: no NAT. steady: a socket has one outer port for all destinations. changing: another for each of them."""
    filtering: Literal["none", "address", "port"] = "port"
    """Who may send in: anybody, addresses that were spoken to, or only the very sockets that were."""
    lets_udp_out: bool = True
    has_v4: bool = True
    has_v6: bool = False
    """IPv6 is filtered, never translated."""
    ignores_strangers: bool = True
    """As home routers do. Others answer unknown packets themselves, which occupies the port that a peer needs."""


ROUTERS: Final[Mapping[str, Router]] = {
    "public": Router(filtering="none"),
    "firewall": Router(),
    "full cone": Router("steady", "none"),
    "address cone": Router("steady", "address"),
    "port cone": Router("steady"),
    "symmetric": Router("changing"),
    "UDP blocked": Router("steady", lets_udp_out=False),
    "answering port cone": Router("steady", ignores_strangers=False),
    "IPv6 only": Router(has_v4=False, has_v6=True),
    "symmetric and IPv6": Router("changing", has_v6=True),
    "port cone and IPv6": Router("steady", has_v6=True),
}


def program(router: Router, host_v4: str) -> str:
    """For `nft -f -`. A cone passes what strangers send to a known outer port on to the site's first host."""
    forward, arriving, leaving = [], [], []
    if not router.lets_udp_out:
        forward.append(DROP_UDP)
    if router.mapping != "none":
        how = " fully-random" if router.mapping == "changing" else ""
        leaving.append(f'oifname "wan" meta nfproto ipv4 masquerade{how}')
    if router.mapping == "steady" and router.filtering == "none":
        forward.append('iifname "lan" meta nfproto ipv4 meta l4proto udp update @spoken { udp sport }')
        arriving.append(f'iifname "wan" udp dport @spoken dnat ip to {host_v4}')
    if router.mapping == "steady" and router.filtering == "address":
        forward.append('iifname "lan" meta nfproto ipv4 meta l4proto udp update @spoken_to { ip daddr . udp sport }')
        arriving.append(f'iifname "wan" ip saddr . udp dport @spoken_to dnat ip to {host_v4}')
    if router.filtering != "none":
        forward.append('iifname "wan" ct state new ct status & dnat == 0 drop')
    own = ['iifname "wan" ct state new drop'] if router.ignores_strangers else []
    return f"""
        table inet router {{
          set spoken {{ type inet_service; flags dynamic,timeout; timeout {UNKNOWN_UDP_SECONDS}s; }}
          set spoken_to {{ type ipv4_addr . inet_service; flags dynamic,timeout; timeout {UNKNOWN_UDP_SECONDS}s; }}
          {_chain("own", "filter hook input priority 0", own)}
          {_chain("forward", "filter hook forward priority 0", forward)}
          {_chain("arriving", "nat hook prerouting priority -100", arriving)}
          {_chain("leaving", "nat hook postrouting priority 100", leaving)}
        }}"""


def _chain(name: str, where: str, rules: list[str]) -> str:
    return "\n            ".join([f"chain {name} {{ type {where};", *rules]) + "\n          }"
