"""What the page offers to react with is accepted; words, blanks and marks of direction are not."""

import json
from pathlib import Path

from casemate.internal_service.core.account.conversations.emojis import is_emoji

VECTORS = json.loads((Path(__file__).parents[5] / "tests/vectors/emojis.json").read_text(encoding="utf-8"))


def test_every_emoji_that_is_offered_is_accepted() -> None:
    assert [emoji for emoji in VECTORS["offered"] if not is_emoji(emoji)] == []


def test_other_things_are_refused() -> None:
    assert [text for text in VECTORS["refused"] if is_emoji(text)] == []
