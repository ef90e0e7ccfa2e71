"""Where this computer keeps its own key: the system's keyring, or else a file that only its owner may read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import structlog

from casemate.crypto.keys import KEY_BYTES, Entropy, MachineKey
from casemate.crypto.vault import new_machine_key
from casemate.runtime.errors import CannotStart, unusable
from casemate.runtime.secrets_file import write_secret

KEY_FILE: Final = "machine.key"
_SERVICE: Final = "casemate"

log = structlog.get_logger("casemate.key_store")


class KeyLost(CannotStart):
    """Making a new key would make every account here unreadable, so nothing is made."""

    def __init__(self, data_dir: Path, where: str) -> None:
        super().__init__(
            f"The key of {data_dir} is not in {where} any more: put it back. Where that cannot be, move service.db "
            "out of that directory: each account then opens with its password."
        )


class KeyDamaged(CannotStart):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The key file {path} cannot be read, or is damaged: put back a copy of it. Where that cannot be, move it "
            "and service.db out of that directory: each account then opens with its password."
        )


@dataclass(frozen=True, slots=True)
class StoredKey:
    key: MachineKey = field(repr=False)
    kept_by: Literal["keyring", "key_file"]


def machine_key(data_dir: Path, entropy: Entropy, *, use_keyring: bool, is_new: bool) -> StoredKey:
    """The key of this data directory, made at the first start. Raises CannotStart.

    Whoever has kept it goes on keeping it: a key file stays one although a keyring is there now.
    """
    path = data_dir / KEY_FILE
    if path.exists():
        return StoredKey(_read_file(path), "key_file")
    keyring = _Keyring.find(data_dir)
    stored = keyring.get() if keyring is not None else None
    if stored is not None:
        return StoredKey(stored, "keyring")
    if not is_new:
        raise KeyLost(data_dir, f"the keyring or in {path.name}")
    key = new_machine_key(entropy)
    if use_keyring and keyring is not None and keyring.put(key):
        return StoredKey(key, "keyring")
    try:
        write_secret(path, key.secret.hex().encode())
    except OSError as error:
        raise unusable(path, error) from error
    return StoredKey(key, "key_file")


def _read_file(path: Path) -> MachineKey:
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise KeyDamaged(path) from error
    if len(secret) != KEY_BYTES:
        raise KeyDamaged(path)
    return MachineKey(secret)


class _Keyring:
    """The system's keyring, under a name of this data directory. Imported late: most machines that have none
    should not pay for looking."""

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def find(cls, data_dir: Path) -> "_Keyring | None":
        try:
            import keyring
            from keyring.backends import fail, null

            backend = keyring.get_keyring()
            usable = backend.priority > 0 and not isinstance(backend, fail.Keyring | null.Keyring)
        except Exception as error:  # noqa: BLE001  (backends fail in ways of their own; then there is none)
            log.info("no keyring", error=type(error).__name__)
            return None
        return cls(str(data_dir.resolve())) if usable else None

    def get(self) -> MachineKey | None:
        import keyring

        try:
            text = keyring.get_password(_SERVICE, self._name)
            return None if text is None else MachineKey(bytes.fromhex(text))
        except Exception as error:
            raise CannotStart(
                "The system's keyring is locked or does not answer: unlock it, then start again."
            ) from error

    def put(self, key: MachineKey) -> bool:
        import keyring

        try:
            keyring.set_password(_SERVICE, self._name, key.secret.hex())
            return keyring.get_password(_SERVICE, self._name) == key.secret.hex()
        except Exception as error:  # noqa: BLE001  (as above)
            log.info("keyring refused", error=type(error).__name__)
            return False
