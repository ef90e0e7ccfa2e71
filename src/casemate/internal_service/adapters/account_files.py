"""The account databases of this computer: one file each, in a folder of their own."""

from pathlib import Path
from typing import Final, Literal

import structlog

from casemate.crypto.keys import DatabaseKey
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.ports import AccountUnavailable, HostedStore
from casemate.node import StorageBroken
from casemate.runtime.errors import CannotStart

log = structlog.get_logger("casemate.account_files")

FOLDER: Final = "accounts"
_COMPANIONS: Final = ("", "-wal", "-shm", "-journal")


class AccountFiles:
    def __init__(self, data_dir: Path, *, vfs: str | None = None, synchronous: Literal["FULL", "OFF"] = "FULL") -> None:
        self._folder = data_dir / FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._vfs = vfs
        self._synchronous: Literal["FULL", "OFF"] = synchronous

    def create(self, name: str, key: DatabaseKey) -> HostedStore:
        return self._open(name, key)

    def open(self, name: str, key: DatabaseKey) -> HostedStore:
        try:
            if not self._path(name).exists():
                raise FileNotFoundError(self._path(name))
            return self._open(name, key)
        except (OSError, CannotStart, StorageBroken) as error:
            log.error("account unavailable", account_name=name, error=type(error).__name__)
            raise AccountUnavailable(name) from error

    def delete(self, name: str) -> None:
        for companion in _COMPANIONS:
            self._path(name).with_name(f"{name}.db{companion}").unlink(missing_ok=True)

    def sweep(self, known: set[str]) -> None:
        """Delete what a crash left of accounts that were never made or are gone. Only at the start."""
        for path in self._folder.glob("*.db"):
            if path.stem not in known:
                self.delete(path.stem)

    def _open(self, name: str, key: DatabaseKey) -> SqliteAccountStore:
        return open_account_store(self._path(name), key.secret, vfs=self._vfs, synchronous=self._synchronous)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.db"
