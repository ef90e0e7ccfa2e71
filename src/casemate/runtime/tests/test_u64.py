"""Unsigned 64-bit numbers keep their value and their order in the database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.runtime.sqlite import Database
from casemate.runtime.u64 import u64_from_blob, u64_to_blob

u64 = st.integers(0, 2**64 - 1)


@given(u64)
def test_every_number_comes_back(number: int) -> None:
    assert u64_from_blob(u64_to_blob(number)) == number


@pytest.mark.parametrize("number", [-1, 2**64])
def test_other_numbers_are_refused(number: int) -> None:
    with pytest.raises(OverflowError):
        u64_to_blob(number)


@pytest.mark.parametrize("blob", [b"", b"1234567", b"123456789"])
def test_blobs_of_another_length_are_refused(blob: bytes) -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        u64_from_blob(blob)


def test_the_database_sorts_them_like_numbers() -> None:
    numbers = [0, 1, 255, 256, 2**63 - 1, 2**63, 2**64 - 1]
    with Database.in_memory() as database:
        database.script("CREATE TABLE number (value BLOB)")
        database.executemany("INSERT INTO number VALUES (?)", [(u64_to_blob(number),) for number in reversed(numbers)])
        rows = database.rows("SELECT value FROM number ORDER BY value")
    assert [u64_from_blob(blob) for (blob,) in rows] == numbers
