"""The addresses of the laboratory; all of them belong to documentation or to private networks."""

from dataclasses import dataclass
from typing import Final, Literal

from tests.nat_lab.routers import Router

Letter = Literal["a", "b", "c"]
LETTERS: Final[tuple[Letter, ...]] = ("a", "b", "c")

SERVER_NAME: Final = "casemate.lab.test"
"""One name with an address of each family, as a server needs that both kinds of networks can reach."""
SERVER_V4: Final = "203.0.113.10"
SERVER_V6: Final = "2001:db8:113::10"
SERVER_UPLINK_V4: Final = "203.0.113.1"
SERVER_UPLINK_V6: Final = "2001:db8:113::1"


@dataclass(frozen=True, slots=True)
class Site:
    """A router with its uplink to the internet and the LAN behind it."""

    letter: Letter
    router: Router

    @property
    def uplink_v4(self) -> str:
        return f"198.51.100.{64 * self._number + 1}"

    @property
    def wan_v4(self) -> str:
        return f"198.51.100.{64 * self._number + 2}"

    def lan_v4(self, host_number: int) -> str:
        """Hosts behind a NAT have private addresses; others get a public block of their own."""
        if self.router.mapping == "none":
            return f"198.51.100.{64 * self._number + 32 + host_number}"
        return f"10.0.{self._number + 1}.{host_number}"

    @property
    def uplink_v6(self) -> str:
        return f"2001:db8:{self.letter}0::1"

    @property
    def wan_v6(self) -> str:
        return f"2001:db8:{self.letter}0::2"

    @property
    def lan_block_v6(self) -> str:
        return f"2001:db8:{self.letter}1::/64"

    def lan_v6(self, host_number: int) -> str:
        return f"2001:db8:{self.letter}1::{host_number}"

    @property
    def addresses_v4(self) -> tuple[str, ...]:
        """Every IPv4 address that is this site or in it, as nftables writes them."""
        return (self.wan_v4, f"{self.lan_v4(0)}/28")

    @property
    def _number(self) -> int:
        return LETTERS.index(self.letter)
