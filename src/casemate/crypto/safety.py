"""Safety numbers: 60 digits, or a QR code, that two people compare to know that nobody sits between them."""

import hashlib
from enum import StrEnum
from typing import Final

import msgspec

from casemate.crypto import labels
from casemate.crypto.identity import AccountKeys
from casemate.crypto.kdf import equal

SAFETY_VERSION: Final = 1
ITERATIONS: Final = 5_200
"""Makes a search for a second key with the same digits that much slower."""
FINGERPRINT_BYTES: Final = 32
_QR_MAGIC: Final = b"CSMT"
_GROUPS: Final = 6
_GROUP_BYTES: Final = 5
_GROUP_DIGITS: Final = 5


class QrResult(StrEnum):
    """What scanning the other person's code says."""

    MATCH = "match"
    MISMATCH = "mismatch"
    OTHER_VERSION = "other_version"
    NO_SAFETY_CODE = "no_safety_code"


class SafetyCode(msgspec.Struct, frozen=True):
    """The same digits on both sides; the QR payloads mirror each other."""

    digits: str
    qr_payload: bytes

    @property
    def groups(self) -> tuple[str, ...]:
        """Twelve groups of five digits, for the eye."""
        return tuple(self.digits[i : i + _GROUP_DIGITS] for i in range(0, len(self.digits), _GROUP_DIGITS))


def safety_number(own: AccountKeys, peer: AccountKeys) -> SafetyCode:
    """Covers every account key both accounts have had, so that a rotation shows. Takes about 10 ms."""
    ours, theirs = _fingerprint(own), _fingerprint(peer)
    digits = "".join(sorted((_digits(ours), _digits(theirs))))
    payload = _QR_MAGIC + bytes((SAFETY_VERSION,)) + ours[:FINGERPRINT_BYTES] + theirs[:FINGERPRINT_BYTES]
    return SafetyCode(digits, payload)


def compare_qr(own: SafetyCode, scanned: bytes) -> QrResult:
    """Compare our own code with the one scanned from the peer's screen. Our own code scanned back is a mismatch."""
    start = len(_QR_MAGIC)
    if len(scanned) <= start or scanned[:start] != _QR_MAGIC:
        return QrResult.NO_SAFETY_CODE
    if scanned[start] != SAFETY_VERSION:
        return QrResult.OTHER_VERSION
    ours, theirs = own.qr_payload[start + 1 :][:FINGERPRINT_BYTES], own.qr_payload[start + 1 + FINGERPRINT_BYTES :]
    return QrResult.MATCH if equal(scanned[start + 1 :], theirs + ours) else QrResult.MISMATCH


def _fingerprint(keys: AccountKeys) -> bytes:
    """SHA-512, iterated with the keys mixed in every time. 64 bytes."""
    material = keys.account_id + b"".join(keys.all)
    digest = hashlib.sha512(labels.FINGERPRINT + bytes((SAFETY_VERSION,)) + material).digest()
    for _ in range(ITERATIONS - 1):
        digest = hashlib.sha512(digest + material).digest()
    return digest


def _digits(fingerprint: bytes) -> str:
    """30 digits: six groups of five bytes, each modulo 100000."""
    groups = (fingerprint[i : i + _GROUP_BYTES] for i in range(0, _GROUPS * _GROUP_BYTES, _GROUP_BYTES))
    return "".join(f"{int.from_bytes(group, 'big') % 10**_GROUP_DIGITS:0{_GROUP_DIGITS}d}" for group in groups)
