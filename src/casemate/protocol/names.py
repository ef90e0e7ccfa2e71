"""Names of people as text: their one form, which of them are the same, and which only look the same.

Server and internal service compare alike, so that neither has to trust the other's eyes.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from casemate.protocol.limits import INTRODUCTION_BYTES, INTRODUCTION_CHARACTERS

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

_SEARCHED_AS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that people without them on their keyboard type like this, and that no normal form takes apart."""
_ACCENTS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # Latin, Greek, Cyrillic, symbols
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"  # Arabic signs
)
"""Not the marks of other scripts: the voicing of kana, the vowels of India and Thailand make other syllables."""
_SORTED_CHARS: Final = 100
_MARKS_ON_A_LETTER: Final = 4
"""As many as a language puts there. Hundreds are drawn far above and below the line."""


def shown_username(text: str) -> str:
    """A username as it is stored and shown."""
    return unicodedata.normalize("NFC", text)


def shown_full_name(text: str) -> str:
    """A full name as it is stored and shown: without what draws outside its place, one blank between words."""
    kept = "".join(char for char in text if _stands_in_full_name(char))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def shown_from_others(text: str) -> str:
    """A full name or a line of somebody else, whatever they signed or sealed: of the signs of a full name, none with
    more marks than a language has.

    Full names are not signed in this form: documents that are out were signed without it.
    """
    kept, marks = [], 0
    for char in shown_full_name(text):
        is_mark = unicodedata.category(char)[0] == "M"
        if is_mark:
            marks += 1
        elif not draws_nothing(char):
            marks = 0
        if not is_mark or marks <= _MARKS_ON_A_LETTER:
            kept.append(char)
    return "".join(kept)


def shown_introduction(text: str) -> str:
    """What somebody wrote into a request to register, as it is sealed and shown."""
    return shown_from_others(text)


def introduction_fits(shown: str) -> bool:
    return len(shown) <= INTRODUCTION_CHARACTERS and len(shown.encode()) <= INTRODUCTION_BYTES


def fold(text: str) -> str:
    """For comparing: NFKC, case folding, and NFKC again because folding may decompose."""
    plain = "".join(char for char in text if char not in _VARIATION_SELECTORS)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())


def skeleton(shown: str) -> str:
    """Equal for names that look alike, whatever they are made of.

    Capitals first, as they are drawn: an I is like a small l, and folding would make an i of it.
    """
    return fold(fold(shown.translate(_CAPITALS_LOOK_LIKE)).translate(_SMALL_LOOK_LIKE))


def searchable(text: str) -> str:
    """For finding, not for telling apart: "zoe" finds Zoë. Pages have the same rule (tests/vectors/searching.json)."""
    drawn = "".join(char for char in text if not draws_nothing(char))
    apart = unicodedata.normalize("NFKD", fold(drawn).translate(_SEARCHED_AS))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def sorting_key(full_name: str, username_folded: str) -> str:
    """By the name that people see, then by username: the same everywhere, and no two alike on one server."""
    return f"{searchable(full_name)[:_SORTED_CHARS]}\n{username_folded}"


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
