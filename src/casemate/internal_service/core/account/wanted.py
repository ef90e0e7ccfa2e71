"""What somebody looks for in messages: words read from what was typed, and how a text is compared with them.

Nothing that is typed is ever a syntax of the database: a word goes there as letters and digits, everything else is
compared as text.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from msgspec import structs

from casemate.internal_service.core.account.rows import Way, WithContents
from casemate.protocol.ids import AccountId, ConversationId
from casemate.protocol.limits import COMPARED_CHARACTERS, SEARCHED_TERMS
from casemate.protocol.names import searchable

_APART: Final = (
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x318F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFFDC),
    (0x20000, 0x3FFFF),
)
"""Han, kana, bopomofo and hangul: each character is a word, so that any run of them is found."""
_TYPED: Final = re.compile(r'"(?P<quoted>[^"]*)(?P<end>"?)|(?P<bare>[^\s"]+)')
_WORDS: Final = re.compile(r"[^\W_]+")
_AROUND: Final = ".,;:!?…()[]{}'`«»„“”‘’。、，！？"
"""What stands beside a word without belonging to it."""
_LINK: Final = re.compile(r"https?://\S|(?<!\S)www\.\S")
_COMPOSED: Final = 128
_PIECES: Final = re.compile(rf"\s+|\S{{1,{_COMPOSED}}}")
"""Of a long text, each of which is normalized by itself."""
_LEAST: Final = 3
_LEAST_LAST: Final = 2
"""Letters with which a word can begin; fewer for the one that is being typed."""
_BEFORE: Final = 48
_EXCERPT: Final = 200
"""Characters of a text that a result shows, and how many of them stand before what was found."""
_NEAR: Final = 20 * _EXCERPT
"""Of the folded text, in which a character has at most 18."""


class _Folding(dict[int, str]):
    """Of each character, for `str.translate`; bounded by how many characters there are."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = " " if char.isspace() else searchable(char)
        if any(first <= code <= last for first, last in _APART):
            folded = f" {folded} "
        self[code] = folded
        return folded


_FOLDING: Final = _Folding()


def folded(text: str) -> str:
    """A text as it is compared: without case, accents and what draws nothing, characters that are words apart."""
    if _is_plain(text):
        return text.lower()
    return _composed(text).translate(_FOLDING)


def compared(text: str) -> str:
    """What of a text can be found: as much as is folded, and brought into the index, in a moment."""
    return folded(text[:COMPARED_CHARACTERS])[:COMPARED_CHARACTERS].strip()


def _composed(text: str) -> str:
    # Marks without end at one letter are sorted in a time that grows with the square of their number.
    if len(text) <= _COMPOSED:
        return unicodedata.normalize("NFC", text)
    return "".join(unicodedata.normalize("NFC", piece[0]) for piece in _PIECES.finditer(text))


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


class Term(WithContents, frozen=True):
    """One of the things that a message must say."""

    literal: str
    """Folded: what stands in the text, if it is looked for anywhere."""
    words: tuple[str, ...] = ()
    """Of letters and digits, one after the other; none: only the literal can be found."""
    begins: bool = True
    """The last word may go on."""
    quoted: bool = False
    """Only whole words in this order, and nothing inside of others."""

    @property
    def is_apart(self) -> bool:
        """Made of characters that are words: anywhere in a text is where a word begins."""
        return bool(self.words) and all(_is_apart(word) for word in self.words)


class WantedMessages(WithContents, frozen=True):
    terms: tuple[Term, ...] = ()
    conversation: ConversationId | None = None
    author: AccountId | None = None
    from_time: float | None = None
    to_time: float | None = None
    """Shown times (Unix seconds): not before the first, before the second."""
    has_link: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.terms or self.has_link or self.author) and self.from_time is None and self.to_time is None

    @property
    def by_words(self) -> bool:
        """Whether an index of words can answer."""
        return bool(self.terms) and all(term.words for term in self.terms)

    @property
    def ways(self) -> tuple[Way, ...]:
        """In which it is looked for, one after the other; no message answers in both."""
        if not self.by_words:
            return ("inside",)
        whole = all(term.quoted or term.is_apart for term in self.terms)
        return ("words",) if whole else ("words", "inside")

    @property
    def literals(self) -> list[str]:
        """What every text has somewhere that answers in any way."""
        return [term.words[0] if term.quoted and term.words else term.literal for term in self.terms]


class Matcher:
    """Compares texts with what is wanted."""

    def __init__(self, wanted: WantedMessages) -> None:
        self._wanted = wanted
        self._words = [_pattern(term) for term in wanted.terms]
        self._anywhere = [
            _pattern(term) if term.quoted and term.words else re.compile(re.escape(term.literal))
            for term in wanted.terms
        ]

    def answers(self, text: str, way: Way) -> bool:
        """Whether this folded text does, in this way and in none before it."""
        if self._wanted.has_link and not _LINK.search(text):
            return False
        by_words = self._wanted.by_words and all(pattern.search(text) for pattern in self._words)
        if way == "words":
            return by_words
        return not by_words and all(pattern.search(text) for pattern in self._anywhere)

    def excerpt(self, text: str, way: Way) -> "Excerpt":
        """A piece of the text around what was found first, with what was found in it."""
        shown = _composed(text[:COMPARED_CHARACTERS])
        patterns = self._words if way == "words" else self._anywhere
        if not patterns and self._wanted.has_link:
            patterns = [_LINK]
        places = _Places(shown)
        found = sorted(
            {
                places.of(match.start(), match.end())
                for pattern in patterns
                for match in _near_the_first(pattern, places.folded)
                if match.end() > match.start()
            }
        )
        first = found[0][0] if found else 0
        start = max(0, min(first - _BEFORE, len(shown) - _EXCERPT))
        if start:
            blank = shown.find(" ", start, first)  # not in the middle of a word, where there is one
            start = blank + 1 if blank >= 0 else start
        end = min(len(shown), start + _EXCERPT)
        cut_after = end < len(shown) or len(text) > COMPARED_CHARACTERS
        return Excerpt(list(_pieces(shown, start, end, found)), start > 0, cut_after)


class Excerpt(WithContents, frozen=True):
    pieces: list[tuple[str, bool]]
    """Text, and whether it is what was found."""
    cut_before: bool
    cut_after: bool


def read_terms(typed: str) -> tuple[Term, ...]:
    """Words, and phrases between quotation marks, of which the last may be open yet. Anything is read as something."""
    terms: dict[Term, None] = {}
    for match in _TYPED.finditer(re.sub("[“”„«»]", '"', typed)):
        bare = match["bare"]
        term = _bare(bare) if bare is not None else _quoted(match["quoted"], closed=bool(match["end"]))
        if term is not None:
            terms[term] = None
    kept = tuple(terms)[:SEARCHED_TERMS]
    return tuple(_beginning(term, _LEAST_LAST if term is kept[-1] else _LEAST) for term in kept)


def _beginning(term: Term, least: int) -> Term:
    """Shorter ones are words: the index would put together what half of all messages say."""
    return structs.replace(term, begins=term.begins and bool(term.words) and len(term.words[-1]) >= least)


def _bare(typed: str) -> Term | None:
    literal = folded(typed).strip()
    plain = folded(typed.strip(_AROUND)).strip()
    if plain and all(char.isalnum() or char == " " for char in plain):
        return Term(plain, tuple(plain.split()))
    return Term(literal) if literal else None


def _quoted(typed: str, *, closed: bool) -> Term | None:
    literal = folded(typed).strip()
    if not literal:
        return None
    words = tuple(_WORDS.findall(literal))
    if not words or any(unicodedata.category(char)[0] == "M" for char in literal):
        return Term(literal, quoted=True)
    return Term(literal, words, begins=not closed, quoted=True)


def _near_the_first(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What an excerpt may show; there may be very many others."""
    last = None
    for match in pattern.finditer(text):
        last = match.start() + _NEAR if last is None else last
        if match.start() > last:
            return
        yield match


def _is_apart(word: str) -> bool:
    return len(word) == 1 and any(first <= ord(word) <= last for first, last in _APART)


def _pattern(term: Term) -> re.Pattern[str]:
    """What the index of words finds, in a folded text."""
    if not term.words:
        return re.compile(re.escape(term.literal))
    words = r"[\W_]+".join(map(re.escape, term.words))
    return re.compile(rf"(?<![^\W_]){words}" + ("" if term.begins else r"(?![^\W_])"))


class _Places:
    """Where what was found in a folded text stands in the text itself."""

    def __init__(self, shown: str) -> None:
        self.folded = folded(shown)
        # Characters that are words stand apart in the one and not in the other, and what draws nothing is in one alone.
        self._starts = None
        if not _is_plain(shown):
            self._starts = [place for place, char in enumerate(shown) for _ in _FOLDING[ord(char)]]

    def of(self, start: int, end: int) -> tuple[int, int]:
        if self._starts is None:
            return start, end
        return self._starts[start], self._starts[end - 1] + 1


def _pieces(shown: str, start: int, end: int, found: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = start
    for found_start, found_end in found:
        first, last = max(found_start, at), min(found_end, end)
        if first >= last:
            continue
        if first > at:
            yield shown[at:first], False
        yield shown[first:last], True
        at = last
    if at < end:
        yield shown[at:end], False
