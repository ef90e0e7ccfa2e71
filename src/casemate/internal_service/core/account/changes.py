"""What became of a message: edits, its end, reactions, pins and previews, in whatever order they come.

A pure fold (docs/protocol/changes.md): everybody who has the same message and the same changes shows the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from casemate.internal_service.core.account.rows import DisplayOrder, WithContents
from casemate.protocol.ids import AccountId, MessageId

ChangeKind = Literal["edit", "delete", "react", "pin", "unpin", "preview"]

Target = tuple[AccountId, MessageId]
"""The author of a message and its id: two people may use one id."""


class Change(WithContents, frozen=True):
    """One change of a message, as its maker's device sealed it."""

    kind: ChangeKind
    author: AccountId
    """Whose device made it."""
    order: DisplayOrder
    """Of the change itself; the highest wins, on every device alike. No two have the same."""
    made_at: float
    """Unix seconds, of the maker's clock; for display only."""
    text: bytes = b""
    """Of an edit: what the message says from then on. Of a preview: where a link in it leads, as it was sealed; empty:
    it has none any more."""
    emojis: tuple[str, ...] = ()
    """Of a reaction: all of its maker's, in the order in which they were given; none: they were taken back."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A message after its changes."""

    deleted: Change | None = None
    """For everybody, by its author; then there is nothing else."""
    edits: tuple[Change, ...] = ()
    """The oldest first; the last one is what the message says."""
    reactions: dict[AccountId, Change] = field(default_factory=dict)
    """What each of them said last, also who took theirs back: what they said before must not come back."""
    pin: Change | None = None
    """Whether it is pinned, as whoever said so last would have it; None: nobody said anything."""

    preview: Change | None = None
    """Of a link in what the message says now."""


def counts(change: Change, author: AccountId) -> bool:
    """Whether its maker may make it of a message by this author: all react and pin, who wrote it does all else."""
    return change.kind in ("react", "pin", "unpin") or change.author == author


def fold(author: AccountId, changes: Iterable[Change]) -> Changed:
    """Of a message by this author. The order in which they are given does not matter, nor that one is given twice."""
    by_order = {change.order: change for change in changes if counts(change, author)}
    in_order = [by_order[order] for order in sorted(by_order)]
    deleted = next((change for change in reversed(in_order) if change.kind == "delete"), None)
    if deleted is not None:
        return Changed(deleted)
    edits = tuple(change for change in in_order if change.kind == "edit")
    preview = next((change for change in reversed(in_order) if change.kind == "preview"), None)
    if preview is not None and edits and edits[-1].order > preview.order:
        preview = None  # it is of what the message said before
    newest = {change.author: change for change in in_order if change.kind == "react"}
    return Changed(
        edits=edits,
        reactions=newest,
        pin=next((change for change in reversed(in_order) if change.kind in ("pin", "unpin")), None),
        preview=preview,
    )
