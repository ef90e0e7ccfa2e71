"""Making an account on a disk that is full: it is said, and nothing of what was begun stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.node import StorageFull
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import responses as to
from casemate.protocol.client.response_bases import Failure
from tests.service.asking import new_id, register
from tests.service.house import House, Street
from tests.service.test_joining import inviter, join
from tests.support.small_disk import SmallDisk, small_disk

KIBIBYTE = 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 4) as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk")
        yield disk


@pytest.fixture
def house(street: Street, disk: SmallDisk) -> Iterator[House]:
    house = House(street, disk.directory / "house")
    street.houses.append(house)
    house.start()
    yield house
    house.kill()


def files(house: House) -> list[str]:
    return [path.name for path in (house.folder / "accounts").iterdir()]


def code_of(answer: object) -> str | None:
    assert isinstance(answer, Failure), answer
    return getattr(answer.reason, "code", None)


@pytest.mark.parametrize("left", [0, 8, 60, 90, 120, 150])
@pytest.mark.parametrize("how", ["register", "join"])
def test_an_account_for_which_there_is_no_room_leaves_nothing(
    street: Street, house: House, disk: SmallDisk, how: str, left: int
) -> None:
    wanted = register("bob") if how == "register" else join(inviter(street, uses=1)[2])
    client = house.view()
    disk.fill(leave_bytes=left * KIBIBYTE)
    try:
        assert code_of(client.ask(wanted)) == "disk_full"
    except StorageFull:  # the run ends, and another one says so
        house.kill()
        assert files(house) == []
        disk.make_room()
        house.start()
    else:
        assert files(house) == []
        disk.make_room()
    view = house.client()
    assert view.expect(ext.HelloAccepted, ext.Hello(request_id=new_id(), client="test")).found == []
    view.expect(to.ConnectSuccess, wanted)


def test_a_service_that_only_reads_says_that_there_is_no_room(street: Street, tmp_path: Path) -> None:
    house = House(street, tmp_path / "reader")
    street.houses.append(house)
    house.full = True
    house.start()
    assert code_of(house.view().ask(register("bob"))) == "disk_full"
    assert files(house) == []
