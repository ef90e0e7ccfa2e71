"""Names of people as text: their one form, which of them are the same, and which only look the same.

Server and internal service compare alike, so that neither has to trust the other's eyes.
"""

import unicodedata
from functools import lru_cache
from typing import Final

_VARIATION_SELECTORS: Final = frozenset("\ufe0e\ufe0f")
"""They choose how an emoji is drawn; keyboards add them unasked, so they never make another name."""
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols by category that draw nothing."""
_BIDI_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian words and emoji families need them in full names."""


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
_SKELETONS_REMEMBERED: Final = 8_192


def shown_username(text: str) -> str:
    """A username as it is stored and shown."""
    return unicodedata.normalize("NFC", text)


def shown_full_name(text: str) -> str:
    """A full name as it is stored and shown: without what draws outside its place, one blank between words."""
    kept = "".join(char for char in text if _stands_in_full_name(char))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def fold(text: str) -> str:
    """For comparing and searching: NFKC, case folding, and NFKC again because folding may decompose."""
    plain = "".join(char for char in text if char not in _VARIATION_SELECTORS)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())


def skeleton(shown: str) -> str:
    """Equal for names that look alike, whatever they are made of.

    Capitals first, as they are drawn: an I is like a small l, and folding would make an i of it.
    """
    return fold(fold(shown.translate(_CAPITALS_LOOK_LIKE)).translate(_SMALL_LOOK_LIKE))


@lru_cache(maxsize=_SKELETONS_REMEMBERED)
def skeleton_of_drawn(text: str) -> str:
    """The skeleton of what a person sees of any text: nothing that draws nothing counts, nor how wide a gap is."""
    drawn = "".join(char for char in shown_full_name(text) if not draws_nothing(char))
    return " ".join(skeleton(drawn).split())


def is_visible(char: str) -> bool:
    """Whether a letter, number, sign or symbol is drawn for this."""
    return unicodedata.category(char)[0] in "LNPS" and char not in _INVISIBLE


def draws_nothing(char: str) -> bool:
    """Whether fonts leave this out: formats and joiners, variation selectors, tags, and letters that are empty."""
    return unicodedata.category(char)[0] == "C" or char in _INVISIBLE or is_selector(char)


def is_selector(char: str) -> bool:
    return "\u180b" <= char <= "\u180f" or "\ufe00" <= char <= "\ufe0f" or "\U000e0000" <= char <= "\U000e0fff"


def holds_unseen(text: str) -> bool:
    """Whether a name could look like another one by something in it that is not drawn."""
    return any(draws_nothing(char) for char in text)


def script(char: str) -> str | None:
    """The script of a letter, by the first word of its Unicode name; None for what all scripts share."""
    if unicodedata.category(char)[0] != "L":
        return None
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0]


def _stands_in_full_name(char: str) -> bool:
    if char in _BIDI_CONTROLS or (unicodedata.category(char)[0] == "C" and char not in _JOINERS):
        return char.isspace()
    return unicodedata.category(char) not in {"Zl", "Zp"}
