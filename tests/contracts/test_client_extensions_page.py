"""docs/protocol/client-extensions.md names every request, event and line of a conversation that there is."""

import re
from pathlib import Path
from typing import Final, get_args

import pytest

from casemate.internal_service.core.account.delivery.notes import Note
from casemate.protocol.client.extensions import ExtensionRequest
from casemate.protocol.client.views import ViewEvent

PAGE: Final = (Path(__file__).parents[2] / "docs" / "protocol" / "client-extensions.md").read_text("utf-8")
NAMES: Final = [
    *(kind.__name__ for kind in (*ExtensionRequest.__subclasses__(), *get_args(ViewEvent))),
    *(note.value for note in Note),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_names_it(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)
