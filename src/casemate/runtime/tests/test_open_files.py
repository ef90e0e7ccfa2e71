"""The limit of open files is raised, and what is left of it is known without counting."""

import os
import resource
from collections.abc import Iterator

import pytest

from casemate.runtime.open_files import allow_many_files, files_allowed, files_left


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


def test_what_is_left_shrinks_with_what_is_open_down_to_nothing() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free + 20, most))
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
