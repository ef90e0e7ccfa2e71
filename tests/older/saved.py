"""A whole deployment as it was at one moment: the databases of its people and of its server, and what people saw."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from casemate.crypto.keys import ServerPrivate
from casemate.node import Instant
from tests.accounts.deployment import Deployment
from tests.older.dumps import restore
from tests.older.maker import KEY
from tests.older.program import Conversation

FOLDER: Final = Path(__file__).parent / "databases"
SERVER: Final = "server"
DOCUMENT: Final = "deployment.json"

Shown = dict[str, dict[str, dict[str, Any]]]
"""Of each person, by the name of whom they talk to: `as_json` of the conversation."""


@dataclass(frozen=True)
class Saved:
    """The document beside the databases."""

    name: str
    made_by: str
    """The commit whose program ran."""
    monotonic: float
    wall: float
    mailbox_seconds: float
    server_private: str
    """Hex. It guards nothing but these databases."""
    people: list[str]
    then: str
    """What somebody does once all are back; empty: nothing."""
    before: Shown
    under_way: dict[str, list[str]]
    """Messages that the other one does not have: "alice to bob" → ids."""
    sessions: dict[str, str]
    """Which session seals: "alice to bob" → its id."""
    after: Shown
    """When all are back, have done that, and each has written once more; without times and places in the order."""


def names() -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{DOCUMENT}"))


def load(name: str) -> Saved:
    return Saved(**json.loads((FOLDER / name / DOCUMENT).read_text()))


def save(saved: Saved, databases: Mapping[str, bytes]) -> None:
    folder = FOLDER / saved.name
    folder.mkdir(parents=True, exist_ok=True)
    for name, packed in databases.items():
        (folder / f"{name}.sql.xz").write_bytes(packed)
    (folder / DOCUMENT).write_text(json.dumps(asdict(saved), indent=1, ensure_ascii=False) + "\n")


def unpack(saved: Saved, folder: Path) -> None:
    """Its databases, as files."""
    packed = FOLDER / saved.name
    for name in saved.people:
        restore((packed / f"{name}.sql.xz").read_bytes(), folder / f"{name}.db", KEY)
    restore((packed / f"{SERVER}.sql.xz").read_bytes(), folder / f"{SERVER}.db", None)


def reopen(saved: Saved, folder: Path) -> Deployment:
    """The deployment with its server up and nobody there yet; their databases lie in the folder."""
    unpack(saved, folder)
    return Deployment(
        folder,
        f"goes on from {saved.name}".encode(),
        mailbox_seconds=saved.mailbox_seconds,
        now=Instant(saved.monotonic, saved.wall),
        server_private=ServerPrivate(bytes.fromhex(saved.server_private)),
    )


def as_json(conversation: Conversation) -> dict[str, Any]:
    """With bodies that can be read."""
    data = json.loads(json.dumps(asdict(conversation), default=_readable))
    assert isinstance(data, dict)
    return data


def _readable(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")
