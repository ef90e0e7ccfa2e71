"""Keys of messages that have not come yet, within bounds of number and age."""

from typing import Final

import msgspec

from casemate.crypto.errors import TooFarAhead
from casemate.crypto.keys import MessageKey

MAX_SKIP: Final = 1_024
"""The most keys one message may make us derive ahead; more raises TooFarAhead."""
MAX_KEPT: Final = 2_048
"""The most keys kept per ratchet; beyond it the oldest go."""
MAX_AGE_MESSAGES: Final = 8_192
"""A kept key goes when so many later messages were opened."""


class SkippedKey(msgspec.Struct, frozen=True, array_like=True):
    """The key of message `number` of `chain`, kept since `kept_at` messages had been opened."""

    chain: bytes
    number: int
    kept_at: int
    key: MessageKey


SkippedKeys = tuple[SkippedKey, ...]
"""Oldest first."""


def take(kept: SkippedKeys, chain: bytes, number: int) -> tuple[SkippedKeys, MessageKey | None]:
    """The key, if it is kept, and the others."""
    for position, entry in enumerate(kept):
        if entry.number == number and entry.chain == chain:
            return kept[:position] + kept[position + 1 :], entry.key
    return kept, None


def check_skip(count: int) -> None:
    """Raises TooFarAhead before any work is done."""
    if count > MAX_SKIP:
        raise TooFarAhead(f"{count} keys ahead")


def keep(kept: SkippedKeys, fresh: list[SkippedKey], opened: int) -> SkippedKeys:
    """All of them but the too old and the too many."""
    oldest = opened - MAX_AGE_MESSAGES
    return tuple(entry for entry in (*kept, *fresh) if entry.kept_at >= oldest)[-MAX_KEPT:]
