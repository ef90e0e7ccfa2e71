"""Safety numbers: alike on both sides, different for anybody else."""

from casemate.crypto.identity import new_account, rotate_account_key
from casemate.crypto.safety import QrResult, compare_qr, safety_number
from casemate.crypto.testing import repeatable_entropy

ENTROPY = repeatable_entropy(b"safety")
ALICE, BEA, MALLORY = (new_account(ENTROPY) for _ in range(3))
ALICE_SEES, BEA_SEES = safety_number(ALICE.keys, BEA.keys), safety_number(BEA.keys, ALICE.keys)


def test_both_sides_see_the_same_sixty_digits() -> None:
    assert ALICE_SEES.digits == BEA_SEES.digits
    assert len(ALICE_SEES.digits) == 60
    assert ALICE_SEES.digits.isdecimal()
    assert "".join(ALICE_SEES.groups) == ALICE_SEES.digits
    assert {len(group) for group in ALICE_SEES.groups} == {5}


def test_each_half_is_the_number_of_one_person() -> None:
    halves = {ALICE_SEES.digits[:30], ALICE_SEES.digits[30:]}
    with_mallory = safety_number(ALICE.keys, MALLORY.keys).digits
    assert len(halves & {with_mallory[:30], with_mallory[30:]}) == 1


def test_somebody_in_the_middle_shows_other_digits() -> None:
    assert safety_number(ALICE.keys, MALLORY.keys).digits != safety_number(MALLORY.keys, BEA.keys).digits


def test_a_rotated_account_key_changes_the_number() -> None:
    rotated = rotate_account_key(BEA, ENTROPY)
    assert rotated.account_id == BEA.account_id
    assert safety_number(ALICE.keys, rotated.keys).digits != ALICE_SEES.digits


def test_scanning_the_peers_code_matches() -> None:
    assert compare_qr(ALICE_SEES, BEA_SEES.qr_payload) is QrResult.MATCH
    assert compare_qr(BEA_SEES, ALICE_SEES.qr_payload) is QrResult.MATCH


def test_scanning_ones_own_code_or_a_strangers_is_a_mismatch() -> None:
    assert compare_qr(ALICE_SEES, ALICE_SEES.qr_payload) is QrResult.MISMATCH
    assert compare_qr(ALICE_SEES, safety_number(MALLORY.keys, ALICE.keys).qr_payload) is QrResult.MISMATCH
    assert compare_qr(ALICE_SEES, BEA_SEES.qr_payload + b"\x00") is QrResult.MISMATCH
    assert compare_qr(ALICE_SEES, BEA_SEES.qr_payload[:-1]) is QrResult.MISMATCH


def test_a_code_of_another_version_or_of_something_else_is_told_apart() -> None:
    payload = BEA_SEES.qr_payload
    assert compare_qr(ALICE_SEES, payload[:4] + b"\x02" + payload[5:]) is QrResult.OTHER_VERSION
    assert compare_qr(ALICE_SEES, b"https://example.org/") is QrResult.NO_SAFETY_CODE
    assert compare_qr(ALICE_SEES, b"") is QrResult.NO_SAFETY_CODE
    assert compare_qr(ALICE_SEES, payload[:4]) is QrResult.NO_SAFETY_CODE
