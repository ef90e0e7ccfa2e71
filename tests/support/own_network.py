"""Whether these tests have a network of their own, and what the services may do in the one they have."""

import os
from collections.abc import Mapping
from typing import Final

WHY_NOT: Final = "needs a network of its own: run it with scripts/own-network, where the system allows namespaces"


def in_own_network() -> bool:
    """Whether `scripts/own-network` started us and got a namespace."""
    return os.environ.get("CASEMATE_TEST_NETWORK") == "own"


def service_environment() -> Mapping[str, str]:
    """How services started by tests and benchmarks are told to keep to themselves in a network that others use, too,
    and to show nothing on the desktop of whoever runs them."""
    alone = {"DBUS_SESSION_BUS_ADDRESS": ""}
    if in_own_network():
        return {**alone, "CASEMATE_SERVER_RELAY_LISTEN": "127.0.0.1:0"}
    return {**alone, "CASEMATE_SERVER_RELAY_LISTEN": "off", "CASEMATE_INTERNAL_SERVICE_PEER_PATHS": "false"}
