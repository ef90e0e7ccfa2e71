"""Which pages commits write, as the log of a database has them."""

from collections import Counter
from typing import Final

from casemate.runtime.sqlite import Database

LOG_HEADER_BYTES: Final = 32
FRAME_HEADER_BYTES: Final = 24


class WrittenPages:
    """What was written to an open database since the last look. Its log is never written back meanwhile."""

    def __init__(self, database: Database) -> None:
        assert database.path is not None
        self._database = database
        self._log = database.path.with_name(database.path.name + "-wal")
        self._frame_bytes = FRAME_HEADER_BYTES + int(database.value("PRAGMA page_size"))
        self._read_up_to = LOG_HEADER_BYTES
        database.rows("PRAGMA wal_autocheckpoint = 0")
        database.erase_traces()

    def commits(self) -> list[list[int]]:
        """The pages of each commit since the last time."""
        commits: list[list[int]] = [[]]
        with self._log.open("rb") as log:
            log.seek(self._read_up_to)
            while frame := log.read(self._frame_bytes):
                self._read_up_to += len(frame)
                page, pages_of_commit = (int.from_bytes(frame[at : at + 4], "big") for at in (0, 4))
                commits[-1].append(page)
                if pages_of_commit:
                    commits.append([])
        return commits[:-1]

    def by_name(self, pages: list[int]) -> Counter[str]:
        """How many of these belong to each table or index, as the database is now."""
        names: dict[int, str] = dict(self._database.rows("SELECT pageno, name FROM dbstat"))
        return Counter(names.get(page, "unused") for page in pages)
