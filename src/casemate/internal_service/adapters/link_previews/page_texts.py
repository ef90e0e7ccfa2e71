"""What a page says of itself: title, site and description from its head, read with Python's own parser."""

import contextlib
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

HEAD_CHARACTERS: Final = 128 * 1024
"""So much is looked at: on broken pages the parser's work grows faster than the page."""
_MOST_TEXTS: Final = 64
_MOST_CHARACTERS: Final = 4_096
_NAMES: Final = ("og:title", "og:site_name", "og:description", "twitter:title", "twitter:description", "description")


@dataclass(frozen=True, slots=True)
class PageTexts:
    """As the page has them: long, with any signs, or empty."""

    title: str
    site: str
    description: str


def page_texts(html: str) -> PageTexts:
    reader = _Head()
    # The parser asserts what some pages do not keep.
    with contextlib.suppress(_HeadEnds, AssertionError):
        # In one piece, and never closed: what is unfinished at the end is what takes the parser long.
        reader.feed(html[:HEAD_CHARACTERS])
    said = reader.said
    return PageTexts(
        title=said.get("og:title") or said.get("twitter:title") or "".join(reader.title),
        site=said.get("og:site_name", ""),
        description=said.get("og:description") or said.get("twitter:description") or said.get("description", ""),
    )


class _HeadEnds(Exception):
    pass


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: dict[str, str] = {}
        self.title: list[str] = []
        self._in_title = False
        self._had_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            raise _HeadEnds
        self._in_title = tag == "title" and not self._had_title
        if tag == "meta":
            self._meta({name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            raise _HeadEnds
        self._had_title = self._had_title or tag == "title"
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title and len(self.title) < _MOST_TEXTS:
            self.title.append(data[:_MOST_CHARACTERS])

    def _meta(self, attributes: dict[str, str]) -> None:
        name = (attributes.get("property") or attributes.get("name") or "").lower()
        content = attributes.get("content", "")[:_MOST_CHARACTERS]
        if name in _NAMES and content:
            self.said.setdefault(name, content)
