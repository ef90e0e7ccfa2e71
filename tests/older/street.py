"""Whole services that the older program left: their databases, keys and vaults, as after SIGKILL of all of them.

Alice was held by a plain client that is away; bob wrote to her, and once more when her service was gone.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from casemate.crypto.kdf import hkdf
from casemate.crypto.keys import KEY_BYTES
from casemate.internal_service.adapters.service_store.store import _KEY_LABEL
from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.citadel.plain_delivery import body_of
from casemate.node import Instant
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.types import Octets
from casemate.protocol.ids import Cid
from casemate.runtime.sqlite import Database
from tests.older.dumps import dump, restore
from tests.older.saved import FOLDER
from tests.service.asking import SERVER as AT_SERVER
from tests.service.asking import new_id, set_draft
from tests.service.client import Client
from tests.service.house import House, Street

PLACE: Final = FOLDER / "street"
DOCUMENT: Final = PLACE / "street.json"
HOUSES: Final = ("hers", "his")
SERVER: Final = "server.db"
DRAFT: Final = "begun before she closed the window"
BODIES: Final = (b"\x00 another app's bytes", b'{"type":"TextMessage","data":{"text":"in another app\'s form"}}')


@dataclass(frozen=True)
class SavedStreet:
    made_by: str
    monotonic: float
    wall: float
    keys: dict[str, str]
    """Of the services' databases, by their paths below the folder: hex. The server's is not encrypted."""
    files: dict[str, str]
    """Everything else that lay there: hex."""
    alice: int
    bob: int
    """Their cids."""
    owed: list[str]
    """What alice's plain client has not taken: hex, the oldest first."""
    shown: list[str]
    """Ids of what alice's conversation holds."""


def act_out(folder: Path, made_by: str) -> tuple[SavedStreet, dict[str, bytes]]:
    street = Street(folder)
    hers, his = (street.house(name) for name in HOUSES)
    view, bob = hers.view(), his.client()
    a, b = view.register("alice"), bob.register("bob")
    view.befriend(a, bob, b)
    snapshot = view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=a))
    view.expect(Done, set_draft(a, snapshot.peers[0].conversation, "1a" * 16, DRAFT, 4))
    view.close()
    plain = hers.client()
    plain.claim(a)
    plain.ask(ask.LocalDBSetKV(request_id=new_id(), cid=a, peer_cid=b, key="kept", value=Octets(b"by a client")))
    plain.send(a, b, b"from her, to be answered")
    plain.close()
    for body in BODIES:
        bob.send(b, a, body)
    bob.send(b, a, ilm.encode(ilm.Data(b, a, 7, BODIES[1])))
    keys = {_account_path("hers", hers, a): _key(hers, a), _account_path("his", his, b): _key(his, b)}
    queue = hers.service.stores.touch(_name(hers, a)).plain_after(0, 99)
    owed = [body_of(queued.message).hex() for queued in queue]
    shown = timeline(hers.view(), a, b)
    hers.kill()
    bob.send(b, a, b"while her service is gone")
    his.kill()
    for name in HOUSES:
        machine_key = hers._key if name == HOUSES[0] else his._key
        keys[f"{name}/service.db"] = hkdf(b"", machine_key.secret, _KEY_LABEL, KEY_BYTES).hex()
    files = {
        str(path.relative_to(folder)): path.read_bytes().hex()
        for path in folder.rglob("*")
        if path.is_file() and ".db" not in path.name
    }
    now = street.now
    saved = SavedStreet(made_by, now.monotonic, now.wall, keys, files, a, b, owed, shown)
    databases = {name: _dump(folder / name, key) for name, key in keys.items()}
    return saved, {SERVER: dump(street._servers[AT_SERVER].store._database), **databases}


def save(saved: SavedStreet, databases: dict[str, bytes]) -> None:
    for name, packed in databases.items():
        path = _packed(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(packed)
    DOCUMENT.write_text(json.dumps(asdict(saved), indent=1) + "\n")


def load() -> SavedStreet:
    return SavedStreet(**json.loads(DOCUMENT.read_text()))


def reopen(saved: SavedStreet, folder: Path) -> tuple[Street, House, House]:
    """The server is up; neither service was started yet. Hers, and his."""
    restore(_packed(SERVER).read_bytes(), folder / SERVER, None)
    street = Street(folder)
    street.now = Instant(saved.monotonic, saved.wall)
    houses = [House(street, folder / name) for name in HOUSES]
    street.houses += houses
    for name, data in saved.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(bytes.fromhex(data))
    for name, key in saved.keys.items():
        restore(_packed(name).read_bytes(), folder / name, bytes.fromhex(key))
    return street, houses[0], houses[1]


def timeline(view: Client, cid: Cid, peer_cid: Cid) -> list[str]:
    """The ids of all messages of a conversation, in display order."""
    request = view.timeline(cid, peer_cid, limit=99)
    return [message.id for message in view.expect(ext.TimelinePage, request).messages]


def _packed(name: str) -> Path:
    return PLACE / f"{name.removesuffix('.db')}.sql.xz"


def _dump(path: Path, key: str) -> bytes:
    with Database.open(path, key=bytes.fromhex(key)) as database:
        return dump(database)


def _name(house: House, cid: Cid) -> str:
    row = house.service.stores.service.account(cid)
    assert row is not None
    return row.name


def _account_path(folder: str, house: House, cid: Cid) -> str:
    return f"{folder}/accounts/{_name(house, cid)}.db"


def _key(house: House, cid: Cid) -> str:
    host = house.service._hosts.get(cid)
    assert host is not None
    return host.key.secret.hex()
