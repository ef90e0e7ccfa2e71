"""The account databases of this computer: one file each, in a folder of their own."""

from pathlib import Path
from typing import Final, Literal

from casemate.crypto.keys import DatabaseKey
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.ports import HostedStore

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
        if not self._path(name).exists():
            raise FileNotFoundError(f"the database of account {name} is missing")
        return self._open(name, key)

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
