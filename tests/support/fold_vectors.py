"""Makes `tests/vectors/folds.json`: `python -m tests.support.fold_vectors`.

Changes of one message, each set of them in several orders, twice and before the message itself: what a view is told
with each of them, and what it shows in the end. Python's fold tells it (docs/protocol/changes.md); the folds of views,
the page's (web/src/state/workspace.ts) and that of our tests, follow what was told.
"""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from casemate.crypto.content import Kind, Shows
from casemate.internal_service.core.account.changes import Change, ChangeKind
from casemate.internal_service.core.account.conversations.change_contents import encode_preview
from casemate.internal_service.core.account.rows import MessageRow
from casemate.protocol.client.views import ConversationChanged, MessageChanged
from casemate.protocol.ids import AccountId, DeviceId, MessageId
from casemate.protocol.link_previews import LinkPreview
from tests.accounts.deployment import Deployment, Person

VECTORS: Final = Path(__file__).parents[1] / "vectors" / "folds.json"
CASES: Final = 8
ORDERS: Final = 3
MOST_CHANGES: Final = 6
_TARGET: Final = MessageId(b"t" * 16)
_KINDS: Final[Sequence[ChangeKind]] = ("edit", "edit", "react", "react", "pin", "unpin", "preview", "preview", "delete")
_AT: Final = 1_900_000_100.0


class _Undone(Exception):
    pass


def fold_vectors(folder: Path) -> dict[str, Any]:
    """The same each time."""
    world = Deployment(folder, b"folds")
    alice, bob = world.person("alice"), world.person("bob")
    world.befriend(alice, bob)
    world.say(alice, bob, "What comes before")
    chance = random.Random(17)
    return {
        "about": "Views of a message after its changes, in several orders; made by tests/support/fold_vectors.py",
        "before": _shown(alice, bob),
        "cases": [_case(alice, bob, chance) for _ in range(CASES)],
    }


def _case(alice: Person, bob: Person, chance: random.Random) -> dict[str, Any]:
    people = (alice.account.account_id, bob.account.account_id)
    changes = [_change(number, people, chance) for number in range(chance.randint(2, MOST_CHANGES))]
    orders, shown = [], []
    for _ in range(ORDERS):
        given: list[Change | None] = [*changes, chance.choice(changes), None]
        chance.shuffle(given)
        with _undone(alice):
            orders.append(list(_told(alice, bob, given)))
            shown.append(_shown(alice, bob))
    assert all(each == shown[0] for each in shown), "the order in which changes come does not matter"
    return {"orders": orders, "shown": shown[0]}


def _change(number: int, people: Sequence[AccountId], chance: random.Random) -> Change:
    kind, by = chance.choice(_KINDS), chance.choice(people)
    order = (chance.randint(10, 13), DeviceId(by[:16]), MessageId(number.to_bytes(16, "big")))
    text = f"https://a.test, version {number}".encode() if kind == "edit" else b""
    if kind == "preview":
        text = encode_preview(LinkPreview("https://a.test", f"Title {number}", "", ""))
    emojis = chance.choice(((), ("👍",), ("❤", "🎉"))) if kind == "react" else ()
    return Change(kind, by, order, _AT + number, text=text, emojis=emojis)


def _told(alice: Person, bob: Person, given: Sequence[Change | None]) -> Iterator[dict[str, Any]]:
    """What a view of hers hears when these come, one by one; None: the message itself, which he wrote."""
    account, store = alice.account, alice.store
    conversation = account.conversation_with(bob.cid)
    target = (bob.account.account_id, _TARGET)
    for change in given:
        if change is None:
            store.messages_add([_message(alice, bob)])
            looks_different = [_TARGET]
        else:
            looks_different = store.change_add(conversation, target, change, _AT)
        for view in account.message_views(conversation, looks_different):
            yield _json(MessageChanged(message=view))
        row = account.conversation_view(conversation)
        if looks_different and row is not None:
            yield _json(ConversationChanged(conversation=row))


def _message(alice: Person, bob: Person) -> MessageRow:
    return MessageRow(
        arrival=0,
        message_id=_TARGET,
        conversation=alice.account.conversation_with(bob.cid),
        author=bob.account.account_id,
        device=bob.account._context.device.device_id,
        kind=Kind.CHAT,
        shows=Shows.LINE,
        body=b"https://a.test",
        counter=9,
        written_at=_AT,
        arrived_at=_AT,
        seen=False,
        painted=False,
    )


def _shown(alice: Person, bob: Person) -> dict[str, Any]:
    """A fresh look: what a snapshot and a page bring of the conversation."""
    account = alice.account
    conversation = account.conversation_with(bob.cid)
    messages, has_before, has_after = account.timeline(conversation, None, None, None, 50)
    page = {"messages": _json(messages), "has_before": has_before, "has_after": has_after}
    return {"conversations": _json(account.conversation_views()), "page": page}


def _json(view: object) -> Any:
    return msgspec.to_builtins(view)


@contextmanager
def _undone(person: Person) -> Iterator[None]:
    """Nothing of it stays in the store."""
    try:
        with person.store.transaction():
            yield
            raise _Undone
    except _Undone:
        person.store._last_arrival = None


def written() -> str:
    with TemporaryDirectory() as folder:
        return json.dumps(fold_vectors(Path(folder)), ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    VECTORS.write_text(written(), encoding="utf-8")
