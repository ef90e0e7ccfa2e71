"""service.db at a start: opened, or begun anew beside what is left of it. No key of an account is lost with it."""

import contextlib
import time
from pathlib import Path
from typing import Literal

import structlog

from casemate.crypto.keys import MachineKey
from casemate.internal_service.adapters.service_store.store import FILE_NAME, SqliteServiceStore, open_service_store
from casemate.internal_service.core.sessions.ports import ListLost
from casemate.node import StorageFull
from casemate.runtime.errors import DatabaseDamaged, DatabaseEmpty, unusable
from casemate.runtime.progress import MARK_SUFFIX
from casemate.runtime.sqlite_faults import opening

log = structlog.get_logger("casemate.service_store")


def open_or_begin_anew(
    directory: Path, key: MachineKey, wall: float, *, has_accounts: bool, synchronous: Literal["FULL", "OFF"] = "FULL"
) -> SqliteServiceStore:
    """Open service.db. One that is damaged, or that is not there although accounts are, is not a first start: it is
    kept under another name, a new one begins, and remembers that. One that is older than it was is used, and remembers
    that, too. Raises `CannotStart` for everything else.
    """
    path = directory / FILE_NAME
    lost: ListLost | None = None
    at = int(wall * 1000)
    if path.exists():
        try:
            store = open_service_store(directory, key, synchronous=synchronous, existing=has_accounts)
        except DatabaseDamaged as error:
            kept_as = _set_aside(path, wall)
            lost = ListLost("empty" if isinstance(error, DatabaseEmpty) else "damaged", at, kept_as)
            log.error("list of accounts damaged", file=str(path), what=error.what, kept_as=kept_as)
        else:
            _look_at_age(store, path, at)
            return store
    elif has_accounts:
        lost = ListLost("missing", at, "")
        log.error("list of accounts missing", file=str(path))
    store = open_service_store(directory, key, synchronous=synchronous)
    if lost is not None:
        with store.transaction():
            store.put_list_lost(lost)
    return store


def _look_at_age(store: SqliteServiceStore, path: Path, at: int) -> None:
    """What is on it is true as far as it goes; accounts that were made since then are found beside it."""
    if store.behind == 0:
        return
    log.error("list of accounts is older than it was", file=str(path), changes_missing=store.behind)
    with opening(path), contextlib.suppress(StorageFull), store.transaction():
        known = store.list_lost()
        if known is None or not known.kept_as:  # where a damaged one lies is worth more
            store.put_list_lost(ListLost("older", at, ""))
        store.catch_up()


def _set_aside(path: Path, wall: float) -> str:
    """Rename it and its log; the new name."""
    stamp = time.strftime("%Y-%m-%d-%H%M%S", time.gmtime(wall))
    name = next(
        name
        for number in range(1_000)
        if not path.with_name(name := f"{path.name}.damaged-{stamp}{f'-{number}' if number else ''}").exists()
    )
    try:
        # The mark last: cut short before, it still says that what stays here is older than it was.
        for companion in ("-wal", "-journal", "", MARK_SUFFIX):
            part = path.with_name(path.name + companion)
            if part.exists():
                part.rename(path.with_name(name + companion))
    except OSError as error:
        raise unusable(path.parent, error) from error
    return name
