"""Pages can be found and followed: the index of decisions is whole, pages have one shape, and no link leads nowhere."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted(DECISIONS.glob("[0-9]*.md"))
INDEX = DECISIONS / "README.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
CODE = sorted(
    path
    for folder in ("src", "tests", "benchmarks", "scripts", "web/src", "web/public")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {"", ".py", ".ts", ".tsx", ".js", ".css", ".sql"}
    and path.is_file()
    and "web_dist" not in path.parts
)

PARTS = ["Context", "Decision", "Consequences", "Turned down"]
IN_PARAGRAPH = re.compile(r"^\*\*([^*]+)\.\*\*", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
QUOTED_IN_DOCUMENT = re.compile(r"decisions/(\d{4})|\[(\d{4})\]\(")
QUOTED_IN_CODE = re.compile(r"decisions/(\d{4})|\((0\d{3})\)")
FILE_MODES = {"0600", "0644", "0700"}


@lru_cache
def text_of(path: Path) -> str:
    return path.read_text("utf-8")


@lru_cache
def anchors_of(path: Path) -> frozenset[str]:
    """What a `#…` may name in this page: its headings as web views of a repository spell them."""
    headings = HEADING.findall(FENCED.sub("", text_of(path)))
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def links_of(path: Path) -> Iterator[str]:
    return (link for link in LINK.findall(FENCED.sub("", text_of(path))) if not re.match(r"[a-z]+:", link))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_page_is_in_the_index_once() -> None:
    listed = [link for link in links_of(INDEX) if "/" not in link]
    assert sorted(listed) == [page.name for page in PAGES]


def test_numbers_are_given_once() -> None:
    numbers = [page.name[:4] for page in PAGES]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_its_number_and_the_four_parts(page: Path) -> None:
    text = text_of(page)
    assert text.startswith(f"# {page.name[:4]} ")
    assert HEADING.findall(text)[1:] == []
    assert IN_PARAGRAPH.findall(text) == PARTS


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    for link in links_of(document):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_a_decision_that_is_quoted_exists() -> None:
    known = {page.name[:4] for page in PAGES}
    for paths, pattern in ((DOCUMENTS, QUOTED_IN_DOCUMENT), (CODE, QUOTED_IN_CODE)):
        for path in paths:
            quoted = {number for numbers in pattern.findall(text_of(path)) for number in numbers if number}
            assert quoted - known - FILE_MODES == set(), name_of(path)
