"""What is shown of where a link leads: a few words that its writer fetched, and that its reader does not ask for."""

from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from casemate.protocol.limits import (
    PREVIEW_DESCRIPTION_CHARACTERS,
    PREVIEW_SITE_CHARACTERS,
    PREVIEW_TITLE_CHARACTERS,
    PREVIEW_URL_CHARACTERS,
)
from casemate.protocol.names import shown_from_others

_SCHEMES: Final = ("http", "https")
_LOOKED_AT: Final = 4
"""Times as many characters as are shown: blanks and what is not drawn go."""


class LinkPreview(msgspec.Struct, frozen=True, array_like=True):
    """No picture: neither side decodes what a stranger drew."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=PREVIEW_URL_CHARACTERS)]
    """As it stands in the message."""
    title: Annotated[str, msgspec.Meta(max_length=PREVIEW_TITLE_CHARACTERS)]
    site: Annotated[str, msgspec.Meta(max_length=PREVIEW_SITE_CHARACTERS)]
    description: Annotated[str, msgspec.Meta(max_length=PREVIEW_DESCRIPTION_CHARACTERS)]

    def __repr__(self) -> str:
        return "LinkPreview(hidden)"


def link_preview(url: str, title: str, site: str, description: str) -> LinkPreview:
    """Of texts of any length and with any signs: one line each, without what turns or hides others."""
    return LinkPreview(
        url=url,
        title=_shown(title, PREVIEW_TITLE_CHARACTERS),
        site=_shown(site, PREVIEW_SITE_CHARACTERS),
        description=_shown(description, PREVIEW_DESCRIPTION_CHARACTERS),
    )


def host_of(url: str) -> str | None:
    """Of an address that a preview can be of; None: of this one there is none."""
    if not 0 < len(url) <= PREVIEW_URL_CHARACTERS or any(char.isspace() for char in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not host or "@" in parts.netloc:
        return None
    return host


def is_preview_of(preview: LinkPreview, text: str) -> bool:
    """Whether the message has that link. Which of its words are links is for who draws them to say, once more."""
    return host_of(preview.url) is not None and preview.url in text


def _shown(text: str, most: int) -> str:
    return shown_from_others(text.encode("utf-8", "replace").decode()[: most * _LOOKED_AT])[:most].strip()
