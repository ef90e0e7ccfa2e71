"""Usernames and full names: what is accepted, which usernames are the same, and which only look the same."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from casemate.protocol.limits import FULL_NAME_BYTES, USERNAME_BYTES
from casemate.server.core.refusals import RequestRefused

_VARIATION_SELECTORS: Final = frozenset("\ufe0e\ufe0f")
"""They choose how an emoji is drawn; keyboards add them unasked, so they never make another name."""
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols by category that draw nothing."""
_BIDI_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian words and emoji families need them in full names."""
_SCRIPTS_OF_ONE_LANGUAGE: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)


def _look_alikes(*alphabets: str) -> dict[int, str]:
    return {ord(pair[0]): pair[1] for alphabet in alphabets for pair in alphabet.split()}


# Letters of other alphabets, and a few of Latin's own, that are drawn like a plain Latin letter (first the look-alike,
# then the letter). Names of one script can be made of these alone, so forbidding mixed scripts does not catch them.
_CAPITALS_LOOK_LIKE: Final = _look_alikes(
    "Il",
    "Аa Вb Еe Ѕs Іi Јj Кk Мm Нh Оo Рp Сc Тt Уy Хx Ғf Ԛq Ԝw",  # Cyrillic
    "Αa Βb Εe Ζz Ηh Ιi Κk Μm Νn Οo Ρp Τt Υy Χx",  # Greek
    "Սu Օo Տs Լl Հh",  # Armenian
)
_SMALL_LOOK_LIKE: Final = _look_alikes(
    "ɑa ɡg ıi ɩi ʏy ᴄc ᴏo ᴠv ᴡw ᴢz ʟl |l",  # Latin's own
    "аa вb еe гr ѕs іi ӏl јj кk мm нh оo рp ԛq сc ԁd тt уy ѵv ԝw хx һh үy ёë їï ӕæ",  # Cyrillic
    "αa βb εe γy ηn ιi κk νv οo ρp τt υu χx ωw",  # Greek
    "աw սu նu օo ցg հh յj զq",  # Armenian
)


@dataclass(frozen=True, slots=True)
class Username:
    shown: str
    folded: str
    """Equal for the same name however it is typed; unique, ordered and searched."""
    skeleton: str
    """Equal for names that look alike; unique."""


def read_username(text: str) -> Username:
    """Raises RequestRefused: too_short, too_long, username_invalid, or username_confusable for mixed scripts."""
    _check_bytes(text, USERNAME_BYTES)
    shown = unicodedata.normalize("NFC", text)
    folded = fold(shown)
    if len(folded.encode()) < USERNAME_BYTES[0] or unicodedata.combining(folded[0]):
        raise RequestRefused("username_invalid")
    if not all(_stands_in_username(char) for char in folded):
        raise RequestRefused("username_invalid")
    scripts = {script for char in folded if (script := _script(char))}
    if len(scripts) > 1 and not any(scripts <= allowed for allowed in _SCRIPTS_OF_ONE_LANGUAGE):
        raise RequestRefused("username_confusable", problem="mixed_scripts")
    return Username(shown, folded, _skeleton(shown))


def read_full_name(text: str) -> str:
    """The name as it is stored and shown: without what could draw outside its place or draw nothing at all.

    Raises RequestRefused: too_short, too_long or full_name_invalid.
    """
    _check_bytes(text, FULL_NAME_BYTES)
    kept = "".join(char for char in text if _stands_in_full_name(char))
    safe = unicodedata.normalize("NFC", " ".join(kept.split()))
    if not any(_is_visible(char) for char in safe):
        raise RequestRefused("full_name_invalid")
    return safe


def fold(text: str) -> str:
    """For comparing and searching: NFKC, case folding, and NFKC again because folding may decompose."""
    plain = "".join(char for char in text if char not in _VARIATION_SELECTORS)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())


def _check_bytes(text: str, bounds: tuple[int, int]) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise RequestRefused("malformed") from error
    if size < bounds[0]:
        raise RequestRefused("too_short", limit=str(bounds[0]))
    if size > bounds[1]:
        raise RequestRefused("too_long", limit=str(bounds[1]))


def _stands_in_username(char: str) -> bool:
    return unicodedata.category(char)[0] not in "CZ" and char not in _INVISIBLE and not _is_selector(char)


def _stands_in_full_name(char: str) -> bool:
    if char in _BIDI_CONTROLS or (unicodedata.category(char)[0] == "C" and char not in _JOINERS):
        return char.isspace()
    return unicodedata.category(char) not in {"Zl", "Zp"}


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in _INVISIBLE


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0000" <= char <= "\U000e0fff"


def _script(char: str) -> str | None:
    """The script of a letter, by the first word of its Unicode name; None for what all scripts share."""
    if unicodedata.category(char)[0] != "L":
        return None
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0]


def _skeleton(shown: str) -> str:
    """Capitals first, as they are drawn: an I is like a small l, and folding would make an i of it."""
    return fold(fold(shown.translate(_CAPITALS_LOOK_LIKE)).translate(_SMALL_LOOK_LIKE))
