"""Which bodies of another app are lines of a conversation."""

from collections.abc import Sequence
from typing import Final

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.account.ports import AccountStore
from casemate.protocol.ids import AccountId, ConversationId

_LOOK_BACK_MESSAGES: Final = 20
"""ILM repeats the one message that is not acknowledged yet, so a repeat is never far from the first."""


def which_are_lines(
    store: AccountStore, conversation: ConversationId, author: AccountId, run: Sequence[tuple[str, bytes]]
) -> list[bool]:
    """Of a run of kinds and bodies by one author: False for what ILM says of itself, and for what it says again
    because nobody has acknowledged it yet."""
    frames = [ilm.decode(body) if kind == Kind.OPAQUE else None for kind, body in run]
    said: set[bytes] = set()
    if any(isinstance(frame, ilm.Data) for frame in frames):
        recent = store.timeline_page(conversation, before=None, after=None, limit=_LOOK_BACK_MESSAGES)
        said |= {row.body for row in recent if row.author == author}
    lines: list[bool] = []
    for frame, (_, body) in zip(frames, run, strict=True):
        lines.append(frame is None or (isinstance(frame, ilm.Data) and body not in said))
        said.add(body)
    return lines
