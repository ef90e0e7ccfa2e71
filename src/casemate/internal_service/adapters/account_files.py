"""The account databases of this computer: one file each, in a folder of their own, each with its vault beside it."""

from pathlib import Path
from typing import Final, Literal

import structlog

from casemate.crypto.keys import DatabaseKey
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.sessions.ports import AccountFile, AccountUnavailable, Fault, HostedStore
from casemate.node import StorageBroken, StorageFull, WritesRefused
from casemate.runtime.errors import CannotStart, DatabaseDamaged, DatabaseNewer, DiskFull, unusable
from casemate.runtime.open_files import files_allowed, files_left
from casemate.runtime.progress import MARK_SUFFIX
from casemate.runtime.secrets_file import disk_errors, erase_secret, write_secret

log = structlog.get_logger("casemate.account_files")

FOLDER: Final = "accounts"
_SIGN_IN_KEY_BYTES: Final = 4_096
"""Far more than any has: whatever lies there is not read on and on."""
_COMPANIONS: Final = ("", "-wal", "-shm", "-journal", MARK_SUFFIX)
FILES_PER_ACCOUNT: Final = 16
"""Its database, its link, and the sockets of its paths; more than it mostly has."""
FILES_KEPT: Final = 200
"""For windows, and for what every program needs now and then."""
_VAULT_BYTES: Final = 4_096
"""Far more than any vault has: whatever lies there is not read on and on."""


class AccountFiles:
    def __init__(
        self,
        data_dir: Path,
        *,
        vfs: str | None = None,
        synchronous: Literal["FULL", "OFF"] = "FULL",
        reading_only: bool = False,
    ) -> None:
        """`reading_only`: what is open takes nothing new, because there was no room. Raises CannotStart."""
        self._folder = data_dir / FOLDER
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise unusable(self._folder, error) from error
        self._reading_only = reading_only
        self._vfs = vfs
        self._synchronous: Literal["FULL", "OFF"] = synchronous

    def create(self, name: str, key: DatabaseKey, vault: bytes) -> HostedStore:
        if self._reading_only:
            raise WritesRefused("no account is made")
        self._check_files_left(name)
        try:
            # The vault first: a database without it would be a locked box whose key nobody has.
            self.keep_vault(name, vault)
            return self._open(name, key, existing=False)
        except BaseException as error:
            self.delete(name)
            if isinstance(error, StorageFull | DiskFull):
                raise AccountUnavailable("no_room", self.path_of(name)) from error
            raise

    def open(self, name: str, key: DatabaseKey, *, check: bool = False) -> HostedStore:
        self._check_files_left(name)
        try:
            if not self._path(name).exists():
                raise FileNotFoundError(self._path(name))
            return self._open(name, key, existing=True, check=check)
        except (OSError, CannotStart, StorageBroken) as error:
            log.error("account unavailable", account_name=name, error=type(error).__name__, file=self.path_of(name))
            raise AccountUnavailable(_fault(error), self.path_of(name)) from error

    def delete(self, name: str) -> None:
        for companion in _COMPANIONS:
            self._path(name).with_name(f"{name}.db{companion}").unlink(missing_ok=True)
        self.forget_sign_in_key(name)
        # Last: as long as anything of the database is left, its vault is.
        self._vault_path(name).unlink(missing_ok=True)

    def keep_sign_in_key(self, name: str, data: bytes) -> None:
        self.forget_sign_in_key(name)
        path = self._sign_in_path(name)
        with disk_errors(path):
            write_secret(path, data)

    def sign_in_key(self, name: str) -> bytes | None:
        try:
            with self._sign_in_path(name).open("rb") as file:
                return file.read(_SIGN_IN_KEY_BYTES)
        except OSError:
            return None

    def forget_sign_in_key(self, name: str) -> None:
        path = self._sign_in_path(name)
        with disk_errors(path):
            erase_secret(path)

    def keep_vault(self, name: str, vault: bytes) -> None:
        path = self._vault_path(name)
        if self._vault(name) != vault:
            with disk_errors(path):
                write_secret(path, vault)

    def files(self) -> list[AccountFile]:
        found = [AccountFile(path.stem, self._size(path.stem), self._vault(path.stem)) for path in self._databases()]
        return [file for file in found if file.size > 0]

    def path_of(self, name: str) -> str:
        return str(self._path(name))

    def name_at(self, path: str | None) -> str | None:
        """Whose database lies there."""
        at = None if path is None else Path(path)
        return at.stem if at is not None and at.parent == self._folder and at.suffix == ".db" else None

    def _check_files_left(self, name: str) -> None:
        """Before the last are gone: without a file there is no socket for the window that would say so."""
        if files_left() < FILES_PER_ACCOUNT + FILES_KEPT:
            log.error("too many files are open for one more account", account_name=name, allowed=files_allowed())
            raise AccountUnavailable("too_many_open", self.path_of(name))

    def _databases(self) -> list[Path]:
        return sorted(self._folder.glob("*.db"))

    def _size(self, name: str) -> int:
        paths = (self._path(name).with_name(f"{name}.db{companion}") for companion in ("", "-wal"))
        return sum(path.stat().st_size for path in paths if path.exists())

    def _vault(self, name: str) -> bytes | None:
        try:
            with self._vault_path(name).open("rb") as file:
                return file.read(_VAULT_BYTES)
        except OSError:
            return None

    def _open(self, name: str, key: DatabaseKey, *, existing: bool, check: bool = False) -> SqliteAccountStore:
        store = open_account_store(
            self._path(name), key.secret, vfs=self._vfs, synchronous=self._synchronous, existing=existing, check=check
        )
        if store.behind > 0:
            log.error(
                "account is older than it was", account_name=name, file=self.path_of(name), changes_missing=store.behind
            )
        if self._reading_only:
            store.refuse_writes()
        return store

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.db"

    def _sign_in_path(self, name: str) -> Path:
        return self._folder / f"{name}.signed-in"

    def _vault_path(self, name: str) -> Path:
        return self._folder / f"{name}.vault"


def _fault(error: Exception) -> Fault:
    match error:
        case FileNotFoundError():
            return "missing"
        case DatabaseNewer():
            return "newer"
        case DatabaseDamaged():
            return "damaged"
        case DiskFull():
            return "no_room"
        case _:
            return "unreadable"
