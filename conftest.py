"""What holds for all tests: markers by folder, an environment and a network of their own, and no deadlines."""

import os
import signal
import threading
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.own_network import WHY_NOT, in_own_network, service_environment

TESTS = Path(__file__).parent / "tests"
MARKED_FOLDERS = ("e2e", "nat_lab", "processes")
"""A folder of `tests` says what its tests need; the marker that `make` selects by follows from it."""

ENVIRONMENT = {
    # Keys of tests do not go into the keyring of whoever runs them, and their config file does not count here.
    "CASEMATE_INTERNAL_SERVICE_KEYRING": "false",
    "CASEMATE_CONFIG": os.devnull,
}


# A busy machine is not a fault of the code under test.
settings.register_profile("casemate", deadline=None)
settings.load_profile("casemate")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.update(ENVIRONMENT)
    for name in [name for name in os.environ if name.lower() in ("https_proxy", "all_proxy")]:
        del os.environ[name]  # services of tests reach each other directly
    os.environ.update(service_environment())
    if threading.current_thread() is threading.main_thread():
        # CI ends what hangs with SIGTERM: fixtures then still stop the services that they started.
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TESTS) and (folder := item.path.relative_to(TESTS).parts[0]) in MARKED_FOLDERS:
            item.add_marker(folder)
        if item.get_closest_marker("own_network") and not in_own_network():
            item.add_marker(pytest.mark.skip(WHY_NOT))
