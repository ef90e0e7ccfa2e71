"""Where no laboratory can be built, its tests say why."""

import functools

import pytest

from tests.nat_lab import namespaces

why_not = functools.cache(namespaces.why_not)


@pytest.fixture(autouse=True)
def _laboratory() -> None:
    if reason := why_not():
        pytest.skip(reason)
