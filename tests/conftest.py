"""A folder says what its tests need; the marker that `make` selects by follows from it."""

from pathlib import Path

import pytest

MARKED_FOLDERS = ("e2e", "processes")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and (folder := item.path.relative_to(here).parts[0]) in MARKED_FOLDERS:
            item.add_marker(folder)
