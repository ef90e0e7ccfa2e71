"""The words of notifications: plain text in one line, of names and messages that others chose."""

from collections.abc import Sequence
from typing import Final

from casemate.internal_service.core.account.rows import Beginning, Peer
from casemate.internal_service.core.account.showing import said_in
from casemate.protocol.client.notification_views import NotificationShows
from casemate.protocol.names import draws_nothing, shown_from_others

MOST_COUNTED: Final = 100
_NAME_CHARACTERS: Final = 60
_TEXT_CHARACTERS: Final = 240
_LOOKED_AT: Final = 4 * _TEXT_CHARACTERS
"""Of a message: what is beyond is not looked at, however long it is."""
BEGINNING_BYTES: Final = 65_536
"""Of a message. A text shows no more than its first characters; another app's form has to be read whole, and a longer
one is shown as something from another app."""
_JOINERS: Final = "\u200c\u200d"
_NAMED: Final = 3

Words = tuple[str, str]
"""Title and body."""


def name_of(full_name: str, username: str) -> str:
    """As names stand everywhere."""
    for name in (full_name, username):
        shown = "".join(char for char in shown_from_others(name) if not draws_nothing(char) or char in _JOINERS)
        if shown.strip(f" {_JOINERS}"):
            return _cut(shown.strip(f" {_JOINERS}"), _NAME_CHARACTERS)
    return "Someone"


def called(peer: Peer, nickname: str, *, ambiguous: bool) -> str:
    """As our person calls them, with the username where that may be taken for somebody else's name."""
    name = name_of(nickname or peer.full_name, peer.username)
    return f"{name} (@{_cut(shown_from_others(peer.username), _NAME_CHARACTERS)})" if ambiguous else name


def of_messages(name: str, count: int, newest: Beginning | None, shows: NotificationShows) -> Words:
    """`newest`: where its text is shown."""
    how_many = _new_messages(count)
    if shows == "nothing":
        return "Casemate", how_many
    if newest is None:
        return name, how_many
    preview = preview_of(newest)
    return name, preview if count == 1 else f"{how_many}: {preview}"


def of_many(names: Sequence[str], shows: NotificationShows) -> Words:
    how_many = f"New messages in {len(names)} conversations"
    return ("Casemate", how_many) if shows == "nothing" else (how_many, list_of(names))


def of_asking(names: Sequence[str], shows: NotificationShows) -> Words:
    """The last one first. What strangers wrote beside is not shown: it waits for a look at the request."""
    if shows == "nothing":
        return "Casemate", "Somebody wants to talk to you" if len(names) == 1 else "People want to talk to you"
    if len(names) == 1:
        return f"{names[0]} wants to talk to you", "Accept or decline in Casemate"
    return f"{len(names)} people want to talk to you", list_of(names)


def of_agreed(name: str, shows: NotificationShows) -> Words:
    if shows == "nothing":
        return "Casemate", "Somebody agreed to talk"
    return f"You can talk with {name} now", "You both agreed"


def with_account(words: Words, own_name: str | None) -> Words:
    """Where several accounts are signed in, whose it is."""
    title, body = words
    return words if own_name is None else (f"{title} → {own_name}", body)


def preview_of(newest: Beginning) -> str:
    text = said_in(newest)
    if text is None:
        return "Something from another app"
    shown = shown_from_others(text[:_LOOKED_AT])
    return _cut(shown, _TEXT_CHARACTERS) if shown else "A message without words"


def list_of(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        *most, last = names
        return f"{', '.join(most)} and {last}" if most else last
    return f"{', '.join(names[: _NAMED - 1])} and {len(names) - _NAMED + 1} others"


def _new_messages(count: int) -> str:
    if count >= MOST_COUNTED:
        return f"More than {MOST_COUNTED - 1} new messages"
    return "New message" if count == 1 else f"{count} new messages"


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"
