"""Both services as processes, each to be started on a directory of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.processes import ServiceProcess

SERVICES = ("server", "internal-service")

NewService = Callable[[str], ServiceProcess]


@pytest.fixture
def new_service(tmp_path: Path) -> Iterator[NewService]:
    """Makes the service of that name, not started yet; whatever still runs at the end is killed."""
    made: list[ServiceProcess] = []

    def new(name: str) -> ServiceProcess:
        made.append(ServiceProcess([name], tmp_path / name, tmp_path / "logs" / f"{name}-{len(made)}"))
        return made[-1]

    yield new
    for process in made:
        process.stop_if_running()


@pytest.fixture(params=SERVICES)
def name(request: pytest.FixtureRequest) -> str:
    """Of one service and then of the other."""
    value: str = request.param
    return value


@pytest.fixture
def service(new_service: NewService, name: str) -> ServiceProcess:
    return new_service(name)
