"""The limit of open files is raised, and what is left of it is known, whatever was closed meanwhile."""

import gc
import os
import resource
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from casemate.runtime.open_files import allow_many_files, files_allowed, files_left, files_open


@pytest.fixture(autouse=True)
def limits_as_before() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_limit_is_raised_to_what_the_system_allows() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, most), most))
    allow_many_files()
    assert files_allowed() == most


def highest_open() -> int:
    return max(int(file.name) for file in Path("/dev/fd").iterdir())


def test_a_gap_far_below_the_newest_file_is_not_taken_for_room() -> None:
    gc.collect()
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(100)]
    before = files_left()
    os.close(opened.pop(0))
    after = files_left()
    for number in opened:
        os.close(number)
    assert after == before + 1


def test_counting_by_hand_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on systems that do not say it as a size."""
    gc.collect()
    told = files_open()
    monkeypatch.setattr(Path, "stat", lambda _: SimpleNamespace(st_size=0))
    assert files_open() == told


def test_what_is_left_shrinks_with_what_is_open_down_to_nothing() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    gc.collect()  # what tests before this one left open would be closed at any moment
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest_open() + 20, most))
    before = files_left()
    assert before > 0
    opened: list[int] = []
    try:
        opened.append(os.open(os.devnull, os.O_RDONLY))
        assert files_left() < before
        with pytest.raises(OSError, match="Too many open files"):
            while True:
                opened.append(os.open(os.devnull, os.O_RDONLY))
        assert files_left() == 0
    finally:
        for number in opened:
            os.close(number)
    assert files_left() == before
