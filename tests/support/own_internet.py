"""Runs `casemate` with an internet of a test's own: `python -m tests.support.own_internet PORT ARGS…`.

Every name that ends in `.test` is this computer, and pages are at that port. The product itself has no such switch.
"""

import ipaddress
import sys
from functools import partial

from casemate.internal_service.adapters.link_previews import fetching
from casemate.protocol.server_addresses import IpAddress

HERE = ipaddress.ip_address("127.0.0.1")


async def look_up(host: str, _port: int) -> list[IpAddress]:
    if not host.endswith(".test"):
        raise OSError("no such name")
    return [HERE]


def use_port(port: int) -> None:
    of_the_test = partial(fetching.Internet, look_up, lambda ip: ip == HERE, {"http": port})
    fetching.Internet = of_the_test  # type: ignore[misc, assignment]


if __name__ == "__main__":
    use_port(int(sys.argv[1]))
    sys.argv = ["casemate", *sys.argv[2:]]
    # Imported after the change: what takes it by name must see the changed one.
    from casemate.cli import main

    main()
