"""What counts as an emoji: enough to keep words, blanks and marks of direction out of where only pictures belong."""

import unicodedata
from typing import Final

from casemate.protocol.limits import EMOJI_CHARACTERS

_JOINER: Final = "\u200d"
_KEYCAP: Final = "\u20e3"
_OF_KEYCAPS: Final = frozenset("0123456789#*")
_PICTURES: Final = range(0x1F000, 0x1FB00)
"""Planes of pictures, those of later versions of Unicode among them."""
_PICTURES_OF_OTHER_KINDS: Final = frozenset("‼⁉™ℹ↔↪➡⤴⤵〰〽◻◼◽◾")
"""Emojis that Unicode has as punctuation, letters or signs of mathematics."""
_TAGS: Final = range(0xE0020, 0xE0080)
"""Spell the flags of regions."""
_SELECTORS: Final = frozenset("\ufe0e\ufe0f")


def is_emoji(text: str) -> bool:
    """One, or several that are drawn as one."""
    if not 0 < len(text) <= EMOJI_CHARACTERS:
        return False
    if _KEYCAP in text:
        return text[0] in _OF_KEYCAPS and text[1:] in (_KEYCAP, f"\ufe0f{_KEYCAP}")
    return _is_picture(text[0]) and all(_is_picture(mark) or _joins(mark) for mark in text[1:])


def _is_picture(mark: str) -> bool:
    return ord(mark) in _PICTURES or unicodedata.category(mark) == "So" or mark in _PICTURES_OF_OTHER_KINDS


def _joins(mark: str) -> bool:
    return mark == _JOINER or mark in _SELECTORS or ord(mark) in _TAGS
