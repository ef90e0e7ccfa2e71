"""A reason is one code in four places: who acts, the page, a sentence for programs, and words for people."""

import re
from pathlib import Path

from casemate.internal_service.core.ground.refusals import reason_codes
from casemate.internal_service.core.ground.sentences import worded_codes

ROOT = Path(__file__).parents[2]
UI_WORDS = ROOT / "web" / "src" / "words" / "reasons.ts"
PAGE = ROOT / "docs" / "protocol" / "reasons.md"
USED_IN_CODE = re.compile(r'\b(?:reason|refuse|RequestRefused|RequestFailed\(\w+,|Refused)\(?\s*"([a-z_]+)"')


def test_every_code_that_the_code_uses_is_in_the_catalogue() -> None:
    used = {
        code
        for path in (ROOT / "src").rglob("*.py")
        if "tests" not in path.parts
        for code in USED_IN_CODE.findall(path.read_text("utf-8"))
    }
    assert used - reason_codes() == set()


def test_every_code_is_on_the_page() -> None:
    first_cells = re.findall(r"^\|([^|]*)\|", PAGE.read_text("utf-8"), re.MULTILINE)
    page = {code for cell in first_cells for code in re.findall(r"`([a-z_]+)`", cell)}
    assert reason_codes() - page == set()
    assert page - reason_codes() == set()


def test_every_code_has_a_sentence_for_programs() -> None:
    assert reason_codes() - worded_codes() == set()


def test_every_code_has_words_in_the_ui() -> None:
    words = set(re.findall(r"^  ([a-z_]+): ", UI_WORDS.read_text("utf-8"), re.MULTILINE))
    assert reason_codes() - words == set()
