"""Acts out the moments and saves them: `python -m tests.older.record [NAME…]`, in a checkout of LAST_COMMIT.

No program after LAST_COMMIT is sure to make again what is kept under `databases/`: this refuses to run where the
account store has other migrations than the one kept in `store/`.
"""

import dataclasses
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import Final

from casemate.protocol.limits import MAILBOX_SECONDS
from casemate.runtime.migrations import Migration, read_migrations
from tests.older import street
from tests.older.moments import MAILBOX, MOMENTS, Stage
from tests.older.run_on import at_rest, run_on, what_stays
from tests.older.saved import Saved, save

LAST_COMMIT: Final = "2e79938"
"""In which this was run; each document says which commit made what lies beside it."""


def main(names: list[str]) -> None:
    if _migrations("tests.older.store") != _migrations("casemate.internal_service.adapters.account_store"):
        sys.exit(f"The account store has changed since. Check out {LAST_COMMIT} to do this again.")
    for name in names or list(MOMENTS):
        with tempfile.TemporaryDirectory() as folder:
            saved, databases = act_out(name, Path(folder))
        save(saved, databases)
        with tempfile.TemporaryDirectory() as folder:
            saved = dataclasses.replace(saved, **at_rest(saved, Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            saved = dataclasses.replace(saved, after=what_stays(run_on(saved, Path(folder), saved.people).shown))
        save(saved, databases)
        print(name, sum(map(len, databases.values())), "bytes")
    if not names:
        with tempfile.TemporaryDirectory() as folder:
            street.save(*street.act_out(Path(folder), LAST_COMMIT))


def act_out(name: str, folder: Path) -> tuple[Saved, dict[str, bytes]]:
    """What is under way is known once the databases are looked at."""
    act, then = MOMENTS[name]
    stage = Stage(folder, name, mailbox_seconds=MAILBOX.get(name, MAILBOX_SECONDS))
    act(stage)
    assert stage.taken, f"the moment of {name} did not come"
    saved = Saved(
        name=name,
        made_by=LAST_COMMIT,
        monotonic=stage.now.monotonic,
        wall=stage.now.wall,
        mailbox_seconds=stage.world.mailbox_seconds,
        server_private=stage.world.server_private.secret.hex(),
        people=list(stage.people),
        then=then,
        before={},
        under_way={},
        sessions={},
        after={},
    )
    return saved, stage.taken


def _migrations(package: str) -> list[Migration]:
    return read_migrations(resources.files(package) / "migrations")


if __name__ == "__main__":
    main(sys.argv[1:])
