"""Where the computer's key is kept, and what happens when it is gone."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from casemate.crypto.testing import repeatable_entropy
from casemate.internal_service.adapters.key_store import KEY_FILE, KeyLost, StoredKey, machine_key
from casemate.runtime.errors import CannotStart


class FakeKeyring:
    """A keyring that works, until told otherwise."""

    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = False

    def get_password(self, service: str, name: str) -> str | None:
        if self.broken:
            raise RuntimeError("locked")
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        if self.broken:
            raise RuntimeError("locked")
        self.kept[service, name] = text


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    fake = FakeKeyring()
    module, backends = ModuleType("keyring"), ModuleType("keyring.backends")
    fail, null = ModuleType("keyring.backends.fail"), ModuleType("keyring.backends.null")
    fail.Keyring = type("Fail", (), {})  # type: ignore[attr-defined]
    null.Keyring = type("Null", (), {})  # type: ignore[attr-defined]
    backends.fail, backends.null = fail, null  # type: ignore[attr-defined]
    module.backends = backends  # type: ignore[attr-defined]
    module.get_keyring = lambda: fake  # type: ignore[attr-defined]
    module.get_password = fake.get_password  # type: ignore[attr-defined]
    module.set_password = fake.set_password  # type: ignore[attr-defined]
    for made in (module, backends, fail, null):
        monkeypatch.setitem(sys.modules, made.__name__, made)
    return fake


def key_of(folder: Path, *, use_keyring: bool = True, is_new: bool = True) -> StoredKey:
    return machine_key(folder, repeatable_entropy(b"key"), use_keyring=use_keyring, is_new=is_new)


def test_a_keyring_keeps_the_key_where_there_is_one(tmp_path: Path, keyring: FakeKeyring) -> None:
    made = key_of(tmp_path)
    assert made.kept_by == "keyring"
    assert not (tmp_path / KEY_FILE).exists()
    assert key_of(tmp_path, is_new=False) == made


def test_two_directories_have_two_keys(tmp_path: Path, keyring: FakeKeyring) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    key_of(tmp_path / "one")
    key_of(tmp_path / "two")
    assert len(keyring.kept) == 2


def test_without_a_keyring_a_file_for_its_owner_alone_keeps_it(tmp_path: Path, keyring: FakeKeyring) -> None:
    made = key_of(tmp_path, use_keyring=False)
    assert made.kept_by == "key_file"
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert keyring.kept == {}
    assert key_of(tmp_path, is_new=False) == made, "a file stays a file although there is a keyring"


def test_a_keyring_that_does_not_work_is_as_good_as_none(tmp_path: Path, keyring: FakeKeyring) -> None:
    keyring.set_password = lambda *_: None  # type: ignore[method-assign]
    sys.modules["keyring"].set_password = lambda *_: None  # type: ignore[attr-defined]
    assert key_of(tmp_path).kept_by == "key_file"


def test_a_locked_keyring_makes_no_second_key(tmp_path: Path, keyring: FakeKeyring) -> None:
    key_of(tmp_path)
    keyring.broken = True
    with pytest.raises(CannotStart, match="locked"):
        key_of(tmp_path, is_new=False)


def test_a_lost_key_is_never_replaced(tmp_path: Path, keyring: FakeKeyring) -> None:
    with pytest.raises(KeyLost):
        key_of(tmp_path, is_new=False)


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "\u00e9"])
def test_a_damaged_key_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / KEY_FILE).write_text(content)
    with pytest.raises(CannotStart, match=KEY_FILE):
        key_of(tmp_path, is_new=False)


def test_a_key_does_not_print(tmp_path: Path, keyring: FakeKeyring) -> None:
    made = key_of(tmp_path)
    assert made.key.secret.hex() not in repr(made)
    assert str(made.key.secret) not in repr(made)
