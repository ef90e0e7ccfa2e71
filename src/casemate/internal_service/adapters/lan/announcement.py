"""An announcement as it travels: a name drawn by lot, a port, tags in a TXT record, addresses."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from casemate.crypto.beacon import MAX_TAGS, TAG_BYTES
from casemate.crypto.keys import Entropy

SERVICE_TYPE: Final = "_casemate._udp.local."
LABEL_BYTES: Final = 8

_VERSION: Final = b"v=1"
_TAGS_PER_STRING: Final = 31
_INSTANCE: Final = re.compile(r"([0-9a-f]{16})\._casemate\._udp\.local\.")
_HOST: Final = re.compile(r"([0-9a-f]{16})\.local\.")
_TAGS_STRING: Final = re.compile(rb"t[0-9]=(.+)", re.DOTALL)
_LONGEST_TEXT: Final = 2048
_FIRST_FREE_PORT: Final = 1024


@dataclass(frozen=True, slots=True)
class Announcement:
    """`label` is all that names it; another set of tags gets another label."""

    label: str
    port: int
    tags: tuple[bytes, ...]

    @property
    def instance(self) -> str:
        return f"{self.label}.{SERVICE_TYPE}"

    @property
    def host(self) -> str:
        return f"{self.label}.local."

    @property
    def text(self) -> bytes:
        """The strings of the TXT record, each with its length in front: the version, then the tags, 31 in a string."""
        chunks = range(0, len(self.tags), _TAGS_PER_STRING)
        strings = [
            b"t%d=" % number + b"".join(self.tags[start : start + _TAGS_PER_STRING])
            for number, start in enumerate(chunks)
        ]
        return b"".join(bytes((len(string),)) + string for string in (_VERSION, *strings))


def new_announcement(tags: tuple[bytes, ...], port: int, entropy: Entropy) -> Announcement:
    return Announcement(entropy(LABEL_BYTES).hex(), port, tags)


def read_announcement(instance: str, host: str, port: int | None, text: bytes) -> Announcement | None:
    """What a stranger's records say; None unless it is an announcement of ours in every part."""
    label = label_of(instance)
    tags = _tags_in(text)
    if label is None or tags is None or host.lower() != f"{label}.local.":
        return None
    # Well-known ports belong to other services: nobody shall make us knock there.
    if port is None or not _FIRST_FREE_PORT <= port < 2**16:
        return None
    return Announcement(label, port, tags)


def label_of(name: str) -> str | None:
    """The label in the name of an instance or of its host."""
    match = _INSTANCE.fullmatch(name.lower()) or _HOST.fullmatch(name.lower())
    return None if match is None else match[1]


def _tags_in(text: bytes) -> tuple[bytes, ...] | None:
    if len(text) > _LONGEST_TEXT:
        return None
    strings = list(_strings_in(text))
    if not strings or strings[0] != _VERSION:
        return None
    tags = tuple(_tags_of(strings[1:]))
    return tags if 0 < len(tags) <= MAX_TAGS else None


def _tags_of(strings: Iterable[bytes]) -> Iterator[bytes]:
    """Strings of other names are left to later versions."""
    for string in strings:
        match = _TAGS_STRING.fullmatch(string)
        if match is not None and len(match[1]) % TAG_BYTES == 0:
            yield from (match[1][start : start + TAG_BYTES] for start in range(0, len(match[1]), TAG_BYTES))


def _strings_in(text: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(text):
        end = start + 1 + text[start]
        yield text[start + 1 : end]
        start = end
