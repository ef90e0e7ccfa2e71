"""The vault opens with the right password, or on the right machine, and in no other way."""

import msgspec
import pytest

from casemate.crypto.errors import StoredStateDamaged, WrongPassword
from casemate.crypto.keys import SignInKey
from casemate.crypto.testing import repeatable_entropy
from casemate.crypto.vault import (
    MEMORY_KIB_LIMIT,
    PasswordCost,
    lock_sign_in_key,
    lock_with_password,
    lock_with_sign_in_key,
    new_database_key,
    new_machine_key,
    new_sign_in_key,
    unlock_sign_in_key,
    unlock_with_password,
    unlock_with_sign_in_key,
)

ENTROPY = repeatable_entropy(b"vault")
KEY = new_database_key(ENTROPY)
MACHINE = new_machine_key(ENTROPY)
CHEAP = PasswordCost(memory_kib=8, passes=1)
ACCOUNT = b"a" * 32
LOCKED = lock_with_password(KEY, b"correct horse", ACCOUNT, ENTROPY, CHEAP)


def test_the_password_opens_the_vault() -> None:
    assert unlock_with_password(LOCKED, b"correct horse", ACCOUNT) == KEY


def test_by_default_a_guess_costs_64_mib_and_three_passes() -> None:
    locked = lock_with_password(KEY, b"correct horse", ACCOUNT, ENTROPY)
    assert PasswordCost() == PasswordCost(memory_kib=65536, passes=3, lanes=1)
    assert msgspec.msgpack.decode(locked)[2] == [65536, 3, 1]
    assert unlock_with_password(locked, b"correct horse", ACCOUNT) == KEY


@pytest.mark.parametrize("password", [b"", b"Correct horse", b"correct horse ", b"correct hors"])
def test_any_other_password_is_a_wrong_password(password: bytes) -> None:
    with pytest.raises(WrongPassword):
        unlock_with_password(LOCKED, password, ACCOUNT)


def test_a_vault_of_another_account_does_not_open() -> None:
    with pytest.raises(WrongPassword):
        unlock_with_password(LOCKED, b"correct horse", b"b" * 32)


def test_what_is_kept_between_starts_opens_with_both_its_halves_only() -> None:
    sign_in = new_sign_in_key(ENTROPY)
    kept, locked = (
        lock_sign_in_key(sign_in, MACHINE, ACCOUNT, ENTROPY),
        lock_with_sign_in_key(KEY, sign_in, ACCOUNT, ENTROPY),
    )
    assert unlock_with_sign_in_key(locked, unlock_sign_in_key(kept, MACHINE, ACCOUNT), ACCOUNT) == KEY
    with pytest.raises(WrongPassword):
        unlock_sign_in_key(kept, new_machine_key(ENTROPY), ACCOUNT)
    with pytest.raises(WrongPassword):
        unlock_sign_in_key(kept, MACHINE, b"b" * 32)
    for other in (new_sign_in_key(ENTROPY), SignInKey(MACHINE.secret)):
        with pytest.raises(WrongPassword):
            unlock_with_sign_in_key(locked, other, ACCOUNT)
    with pytest.raises(WrongPassword):
        unlock_with_sign_in_key(locked, sign_in, b"b" * 32)


def test_no_vault_is_taken_for_one_of_another_kind() -> None:
    sign_in = new_sign_in_key(ENTROPY)
    kept, locked = (
        lock_sign_in_key(sign_in, MACHINE, ACCOUNT, ENTROPY),
        lock_with_sign_in_key(KEY, sign_in, ACCOUNT, ENTROPY),
    )
    for data in (kept, locked):
        with pytest.raises(StoredStateDamaged):
            unlock_with_password(data, b"correct horse", ACCOUNT)
    for data in (LOCKED, kept):
        with pytest.raises(StoredStateDamaged):
            unlock_with_sign_in_key(data, sign_in, ACCOUNT)
    for data in (LOCKED, locked):
        with pytest.raises(StoredStateDamaged):
            unlock_sign_in_key(data, MACHINE, ACCOUNT)


def test_two_vaults_of_one_password_share_nothing() -> None:
    again = msgspec.msgpack.decode(lock_with_password(KEY, b"correct horse", ACCOUNT, ENTROPY, CHEAP))
    assert not {again[3], again[4], again[5]} & set(msgspec.msgpack.decode(LOCKED)[3:6])


def test_a_damaged_vault_is_not_taken_for_a_wrong_key_silently() -> None:
    for position in range(len(LOCKED)):
        changed = LOCKED[:position] + bytes((LOCKED[position] ^ 0x01,)) + LOCKED[position + 1 :]
        with pytest.raises((WrongPassword, StoredStateDamaged)):
            unlock_with_password(changed, b"correct horse", ACCOUNT)


@pytest.mark.parametrize("cost", [[MEMORY_KIB_LIMIT + 1, 1, 1], [8, 33, 1], [8, 0, 1], [8, 1, 2], [7, 1, 1]])
def test_a_planted_vault_cannot_ask_for_any_amount_of_work(cost: list[int]) -> None:
    fields = msgspec.msgpack.decode(LOCKED)
    fields[2] = cost
    with pytest.raises(StoredStateDamaged):
        unlock_with_password(msgspec.msgpack.encode(fields), b"correct horse", ACCOUNT)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x93\x01\x02\x03"])
def test_what_is_no_vault_is_damaged_storage(data: bytes) -> None:
    with pytest.raises(StoredStateDamaged):
        unlock_with_password(data, b"correct horse", ACCOUNT)


def test_keys_do_not_print() -> None:
    for key in (KEY, MACHINE):
        assert repr(key.secret)[2:-1] not in repr(key)
