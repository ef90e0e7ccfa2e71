"""The program as others install it, packed and installed once for all tests that want it."""

from pathlib import Path

import pytest

from tests.support.installed import Bare, Installed, Packed, gather_wheels, install, pack


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return Bare(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def packed(bare: Bare, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    return pack(bare, tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the libraries that the program needs."""
    folder = tmp_path_factory.mktemp("libraries") / "wheels"
    gather_wheels(folder)
    return folder


@pytest.fixture(scope="session")
def installed(bare: Bare, packed: Packed, wheels: Path) -> Installed:
    return install(bare, packed.wheel, wheels)
