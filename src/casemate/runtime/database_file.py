"""A database of the product: opened, found whole, and brought to the shape this program knows."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from casemate.runtime.errors import DatabaseDamaged
from casemate.runtime.migrations import migrate
from casemate.runtime.progress import MARK_SUFFIX, MarkFile
from casemate.runtime.sqlite import Database
from casemate.runtime.sqlite_faults import opening


def open_database_file(
    path: Path,
    package: str,
    *,
    key: bytes | None = None,
    vfs: str | None = None,
    synchronous: Literal["FULL", "OFF"] = "FULL",
    existing: bool = False,
    check: bool = False,
    functions: Mapping[str, Callable[..., Any]] = MappingProxyType({}),
) -> Database:
    """Open `path` with the migrations of `package`; `existing`: it must hold something already.

    `functions` are what those migrations call by these names, where SQL alone cannot say what they do.

    `check` reads every page first, which takes about a second for a gigabyte; so does a database that is `behind` its
    mark, since nobody knows what befell it. Raises `CannotStart` with a sentence about this file: `DatabaseDamaged`,
    `DatabaseNewer`, `DatabaseLocked`, `DirectoryNotWritable`, `DiskFailed` or `DiskFull`.
    """
    database = Database.open(path, key=key, vfs=vfs, synchronous=synchronous, existing=existing)
    try:
        with opening(path):
            if check:
                _check(database, path)
            for name, function in functions.items():
                database.define(name, function)
            migrate(database, package)
            if vfs is None:  # a file system of its own has no place for a mark
                database.keep_mark(MarkFile(path.with_name(path.name + MARK_SUFFIX)))
            if database.behind and not check:
                _check(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _check(database: Database, path: Path) -> None:
    [(answer,), *_] = database.rows("PRAGMA integrity_check(1)")
    if answer != "ok" or database.rows("PRAGMA foreign_key_check"):
        raise DatabaseDamaged(path, "what is in it contradicts itself")
