"""What goes back together, in which order, and what is raised when going back fails."""

import pytest

from casemate.node import Savepoint


class Part:
    """Writes down what becomes of it."""

    def __init__(self, name: str, log: list[str], worse: Exception | None = None) -> None:
        self.name = name
        self._log = log
        self._worse = worse

    def begin_savepoint(self) -> int:
        self._log.append(f"{self.name} begins")
        return len(self._log)

    def end_savepoint(self, mark: int, error: BaseException | None) -> None:
        self._log.append(f"{self.name} ends {mark}: {error!r}")
        if self._worse is not None:
            raise self._worse


def test_what_begins_first_ends_last_and_gets_its_own_mark() -> None:
    log: list[str] = []
    savepoint = Savepoint(Part("one", log), Part("two", log))
    with savepoint:
        savepoint.join(Part("late", log))
    assert log == [
        "one begins",
        "two begins",
        "late begins",
        "late ends 3: None",
        "two ends 2: None",
        "one ends 1: None",
    ]


def test_all_go_back_because_of_what_was_raised() -> None:
    log: list[str] = []
    with pytest.raises(KeyError), Savepoint(Part("one", log), Part("two", log)):
        raise KeyError(7)
    assert log[2:] == ["two ends 2: KeyError(7)", "one ends 1: KeyError(7)"]


@pytest.mark.parametrize("error", [None, KeyError(7)])
def test_when_a_part_cannot_the_others_go_back_because_of_that(error: Exception | None) -> None:
    log: list[str] = []
    parts = (Part("one", log), Part("two", log, worse=OSError("disk")), Part("three", log))
    with pytest.raises(OSError, match="disk"), Savepoint(*parts):
        if error is not None:
            raise error
    assert log[3:] == [f"three ends 3: {error!r}", f"two ends 2: {error!r}", "one ends 1: OSError('disk')"]
