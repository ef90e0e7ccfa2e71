"""docs/protocol/client-extensions.md names every request with its answer, every event and line of a conversation."""

import re
from pathlib import Path
from typing import Final, get_args

import pytest

from casemate.internal_service.core.account.delivery.notes import Note
from casemate.protocol.client.codec import REQUESTS
from casemate.protocol.client.extension_bases import ExtensionRequest
from casemate.protocol.client.requests import Connect
from casemate.protocol.client.views import ViewEvent

PAGE: Final = (Path(__file__).parents[2] / "docs" / "protocol" / "client-extensions.md").read_text("utf-8")
EXTENSIONS: Final = [kind for kind in REQUESTS if issubclass(kind, ExtensionRequest)]
NAMES: Final = [
    *(kind.__name__ for kind in (*EXTENSIONS, *get_args(ViewEvent))),
    *(note.value for note in Note),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_names_it(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)


@pytest.mark.parametrize("kind", EXTENSIONS, ids=lambda kind: kind.__name__)
def test_the_page_says_how_it_is_answered(kind: type[ExtensionRequest]) -> None:
    (row,) = (line for line in PAGE.splitlines() if re.match(rf"\|[^|]*\b{kind.__name__}\b", line))
    answer = row.split("|")[2]
    if kind.answers == Connect.answers:
        assert answer == " as Connect "
    else:
        assert all(re.search(rf"\b{named.__name__}\b", answer) for named in kind.answers)
