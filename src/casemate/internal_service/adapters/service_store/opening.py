"""service.db at a start: opened, or begun anew beside what is left of it. No key of an account is lost with it."""

import time
from pathlib import Path
from typing import Literal

import structlog

from casemate.crypto.keys import MachineKey
from casemate.internal_service.adapters.service_store.store import FILE_NAME, SqliteServiceStore, open_service_store
from casemate.internal_service.core.ports import ListLost
from casemate.runtime.errors import DatabaseDamaged, DatabaseEmpty, DirectoryNotWritable

log = structlog.get_logger("casemate.service_store")


def open_or_begin_anew(
    directory: Path, key: MachineKey, wall: float, *, has_accounts: bool, synchronous: Literal["FULL", "OFF"] = "FULL"
) -> SqliteServiceStore:
    """Open service.db. One that is damaged, or that is not there although accounts are, is not a first start: it is
    kept under another name, a new one begins, and remembers that. Raises `CannotStart` for everything else.
    """
    path = directory / FILE_NAME
    lost: ListLost | None = None
    at = int(wall * 1000)
    if path.exists():
        try:
            return open_service_store(directory, key, synchronous=synchronous, existing=has_accounts)
        except DatabaseDamaged as error:
            kept_as = _set_aside(path, wall)
            lost = ListLost("empty" if isinstance(error, DatabaseEmpty) else "damaged", at, kept_as)
            log.error("list of accounts damaged", file=str(path), what=error.what, kept_as=kept_as)
    elif has_accounts:
        lost = ListLost("missing", at, "")
        log.error("list of accounts missing", file=str(path))
    store = open_service_store(directory, key, synchronous=synchronous)
    if lost is not None:
        with store.transaction():
            store.put_list_lost(lost)
    return store


def _set_aside(path: Path, wall: float) -> str:
    """Rename it and its log; the new name."""
    stamp = time.strftime("%Y-%m-%d-%H%M%S", time.gmtime(wall))
    name = next(
        name
        for number in range(1_000)
        if not path.with_name(name := f"{path.name}.damaged-{stamp}{f'-{number}' if number else ''}").exists()
    )
    try:
        for companion in ("-wal", "-journal", ""):
            part = path.with_name(path.name + companion)
            if part.exists():
                part.rename(path.with_name(name + companion))
    except OSError as error:
        raise DirectoryNotWritable(path.parent, error) from error
    return name
