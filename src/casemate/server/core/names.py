"""Usernames and full names: what this server accepts."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from casemate.protocol.limits import FULL_NAME_BYTES, USERNAME_BYTES
from casemate.protocol.names import (
    draws_nothing,
    fold,
    is_visible,
    script,
    shown_full_name,
    shown_username,
    skeleton,
)
from casemate.server.core.refusals import Refusal

_SCRIPTS_OF_ONE_LANGUAGE: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)


@dataclass(frozen=True, slots=True)
class Username:
    shown: str
    folded: str
    """Equal for the same name however it is typed; unique."""
    skeleton: str
    """Equal for names that look alike; unique."""


def read_username(text: str) -> Username:
    """Raises RequestRefused: too_short, too_long, username_invalid, or username_confusable for mixed scripts."""
    _check_bytes(text, USERNAME_BYTES)
    shown = shown_username(text)
    folded = fold(shown)
    if len(folded.encode()) < USERNAME_BYTES[0] or unicodedata.combining(folded[0]):
        raise Refusal("username_invalid")
    if not all(_stands_in_username(char) for char in folded):
        raise Refusal("username_invalid")
    scripts = {found for char in folded if (found := script(char))}
    if len(scripts) > 1 and not any(scripts <= allowed for allowed in _SCRIPTS_OF_ONE_LANGUAGE):
        raise Refusal("username_confusable", problem="mixed_scripts")
    return Username(shown, folded, skeleton(shown))


def read_full_name(text: str) -> str:
    """The name as it is stored and shown: without what could draw outside its place or draw nothing at all.

    Raises RequestRefused: too_short, too_long or full_name_invalid.
    """
    _check_bytes(text, FULL_NAME_BYTES)
    safe = shown_full_name(text)
    if not any(is_visible(char) for char in safe):
        raise Refusal("full_name_invalid")
    return safe


def _check_bytes(text: str, bounds: tuple[int, int]) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise Refusal("malformed") from error
    if size < bounds[0]:
        raise Refusal("too_short", limit=str(bounds[0]))
    if size > bounds[1]:
        raise Refusal("too_long", limit=str(bounds[1]))


def _stands_in_username(char: str) -> bool:
    return unicodedata.category(char)[0] != "Z" and not draws_nothing(char)
