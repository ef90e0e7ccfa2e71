"""A folder says what its tests need; the marker that `make` selects by follows from it."""

import os
from pathlib import Path

import pytest

MARKED_FOLDERS = ("e2e", "processes")

ENVIRONMENT = {
    # Keys of tests do not go into the keyring of whoever runs them, and their config file does not count here.
    "CASEMATE_INTERNAL_SERVICE_KEYRING": "false",
    "CASEMATE_CONFIG": os.devnull,
}


def pytest_configure(config: pytest.Config) -> None:
    os.environ.update(ENVIRONMENT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and (folder := item.path.relative_to(here).parts[0]) in MARKED_FOLDERS:
            item.add_marker(folder)
