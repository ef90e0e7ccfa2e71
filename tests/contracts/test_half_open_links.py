"""A link that died in silence is found within ten seconds on both sides, and the device asks first."""

from casemate.internal_service.adapters import server_link
from casemate.runtime.patience import found_within_seconds
from casemate.server.adapters import device_socket

PROMISED_SECONDS = 10.0


def test_both_sides_find_a_half_open_link_in_time() -> None:
    assert found_within_seconds(server_link.HEARTBEAT_SECONDS) <= PROMISED_SECONDS
    assert found_within_seconds(device_socket.HEARTBEAT_SECONDS) <= PROMISED_SECONDS


def test_the_device_asks_before_the_server_does() -> None:
    """Its ping is a sign of life: of two that are well only one asks."""
    assert server_link.HEARTBEAT_SECONDS < device_socket.HEARTBEAT_SECONDS
