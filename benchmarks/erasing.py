"""What it costs that deleted keys are gone: `python -m benchmarks.erasing [--messages 20000]`.

The writes of a message at its writer (ratchet step, message, queue and its end) on an encrypted database on this disk,
with SQLite's `secure_delete` off, fast and on, four messages a commit as at 1,000 messages a second; then the log is
emptied as once a minute.
"""

import argparse
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.machine import print_heading
from casemate.runtime.sqlite import Database

MESSAGES_PER_COMMIT: Final = 4
RATCHET_BYTES: Final = 2_400
BODY_BYTES: Final = 400
RATE: Final = 1_000
_TABLES: Final = """
CREATE TABLE ratchets (id INTEGER PRIMARY KEY, session BLOB NOT NULL);
CREATE TABLE timeline (arrival INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE outbox (number INTEGER PRIMARY KEY, envelope BLOB NOT NULL);
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.erasing", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    messages = parser.parse_args().messages
    print_heading("Deleted keys are gone")
    print(f"{'secure_delete':>14} {'CPU a message':>14} {'of a core at 1,000/s':>21} {'emptying the log':>17}")
    for setting in ("OFF", "FAST", "ON"):
        with database(setting) as opened:
            began = time.process_time()
            for first in range(0, messages, MESSAGES_PER_COMMIT):
                write(opened, first)
            microseconds = (time.process_time() - began) / messages * 1e6
            began = time.perf_counter()
            opened.erase_traces()
            milliseconds = (time.perf_counter() - began) * 1e3
        print(f"{setting:>14} {microseconds:>11.1f} µs {microseconds * RATE / 1e6:>20.1%} {milliseconds:>14.1f} ms")


@contextmanager
def database(setting: str) -> Iterator[Database]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Database.open(Path(folder) / "a.db", key=secrets.token_bytes(32)) as opened,
    ):
        opened.script(_TABLES)
        opened.rows(f"PRAGMA secure_delete = {setting}")
        opened.execute("INSERT INTO ratchets VALUES (1, ?)", secrets.token_bytes(RATCHET_BYTES))
        yield opened


def write(opened: Database, first: int) -> None:
    with opened.transaction():
        for number in range(first, first + MESSAGES_PER_COMMIT):
            opened.execute("UPDATE ratchets SET session = ? WHERE id = 1", secrets.token_bytes(RATCHET_BYTES))
            opened.execute("INSERT INTO timeline VALUES (?, ?)", number, secrets.token_bytes(BODY_BYTES))
            opened.execute("INSERT INTO outbox VALUES (?, ?)", number, secrets.token_bytes(BODY_BYTES))
            opened.execute("DELETE FROM outbox WHERE number = ?", number - 2 * MESSAGES_PER_COMMIT)


if __name__ == "__main__":
    main()
