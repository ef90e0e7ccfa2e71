"""LocalDB: key-value pairs per account and peer; cid 0 is shared by all users of this service."""

from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.sessions.hosts import Hosts
from casemate.internal_service.core.sessions.ports import LocalDbStore
from casemate.internal_service.core.sessions.stores import Stores
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.types import Octets
from casemate.protocol.ids import Cid
from casemate.protocol.limits import LOCAL_DB_BYTES_PER_ACCOUNT, LOCAL_DB_KEY_BYTES, LOCAL_DB_VALUE_BYTES

_SHARED = Cid(0)


class LocalDb:
    """Every method raises Refused."""

    def __init__(self, desk: Desk, stores: Stores, hosts: Hosts) -> None:
        self._desk = desk
        self._stores = stores
        self._hosts = hosts

    def get(self, asker: Asker, request: ask.LocalDBGetKV) -> None:
        value = self._store(request.cid).kv_get(request.peer_cid, request.key)
        if value is None:
            # The ILM store of Citadel's messenger compares this sentence; see `sentences`.
            raise refuse("key_not_found")
        self._desk.answer(
            asker,
            to.LocalDBGetKVSuccess(
                cid=request.cid,
                request_id=request.request_id,
                peer_cid=request.peer_cid,
                key=request.key,
                value=Octets(value),
            ),
        )

    def set(self, asker: Asker, request: ask.LocalDBSetKV) -> None:
        store = self._store(request.cid)
        size = len(request.key.encode())
        if size > LOCAL_DB_KEY_BYTES or len(request.value) > LOCAL_DB_VALUE_BYTES:
            raise refuse("too_long")
        if store.kv_bytes() + size + len(request.value) > LOCAL_DB_BYTES_PER_ACCOUNT:
            raise refuse("storage_full")
        store.kv_set(request.peer_cid, request.key, bytes(request.value))
        self._desk.answer(
            asker,
            to.LocalDBSetKVSuccess(
                cid=request.cid, request_id=request.request_id, peer_cid=request.peer_cid, key=request.key
            ),
        )

    def delete(self, asker: Asker, request: ask.LocalDBDeleteKV) -> None:
        self._store(request.cid).kv_delete(request.peer_cid, request.key)
        self._desk.answer(
            asker,
            to.LocalDBDeleteKVSuccess(
                cid=request.cid, request_id=request.request_id, peer_cid=request.peer_cid, key=request.key
            ),
        )

    def get_all(self, asker: Asker, request: ask.LocalDBGetAllKV) -> None:
        pairs = self._store(request.cid).kv_all(request.peer_cid)
        self._desk.answer(
            asker,
            to.LocalDBGetAllKVSuccess(
                cid=request.cid,
                request_id=request.request_id,
                peer_cid=request.peer_cid,
                map={key: Octets(value) for key, value in pairs.items()},
            ),
        )

    def clear(self, asker: Asker, request: ask.LocalDBClearAllKV) -> None:
        self._store(request.cid).kv_clear(request.peer_cid)
        self._desk.answer(
            asker,
            to.LocalDBClearAllKVSuccess(cid=request.cid, request_id=request.request_id, peer_cid=request.peer_cid),
        )

    def _store(self, cid: Cid) -> LocalDbStore:
        if cid == _SHARED:
            return self._stores.service
        return self._hosts.store(self._hosts.session(cid))
