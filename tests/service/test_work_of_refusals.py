"""To refuse something because a limit is reached is as little work at a large limit as at a small one.

Whoever is refused may ask again at once, for ever: if each refusal looked at all that is kept, one sender could stop
every account of the service.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from casemate.internal_service.adapters.account_store import SqliteAccountStore
from casemate.internal_service.adapters.service_store import SqliteServiceStore
from casemate.internal_service.core.account.delivery import outbox
from casemate.internal_service.core.citadel import local_db
from casemate.internal_service.core.ground import waits
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.extension_bases import ExtensionRequest, RequestRefused
from casemate.protocol.client.response_bases import Failure
from casemate.protocol.client.types import Octets
from casemate.protocol.ids import Cid
from casemate.runtime.sqlite import Database
from casemate.runtime.tests.work import work_of
from tests.service.asking import message, new_id, peer_connect, peer_register
from tests.service.client import Client
from tests.service.house import House, Street

SMALL, LARGE = 10, 100
SLACK = 1.05
"""Trees grow a level, dicts a size."""

Refused = Callable[[], Failure | RequestRefused]
"""Fills something up to the limit; every call of what it returns is refused once more."""


def refused(client: Client, make: Callable[[], ask.Request | ExtensionRequest], code: str) -> Refused:
    def once() -> Failure | RequestRefused:
        answer = client.ask(make())
        assert isinstance(answer, Failure | RequestRefused), answer
        assert getattr(answer.reason, "code", None) == code
        client.received.clear()
        client.house.service.next_wakeup()  # the store thread asks after every batch
        return answer

    return once


def message_to_a_full_queue(street: Street, house: House, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    monkeypatch.setattr(outbox, "OUTBOX_MESSAGES_PER_PEER", limit)
    alice, bob = house.client(), street.house("other").client()
    a, b = alice.register("alice"), bob.register("bob")
    alice.befriend(a, bob, b)
    street.server_goes()
    while isinstance(alice.send(a, b, b"words"), to.MessageSendSuccess):
        pass
    return refused(alice, lambda: message(a, b, b"words"), "mailbox_full")


def key_for_a_full_store(street: Street, house: House, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    monkeypatch.setattr(local_db, "LOCAL_DB_BYTES_PER_ACCOUNT", 10 * limit)
    client = house.client()
    cid = client.register("alice")
    for number in range(limit):
        client.ask(key(cid, number))
    return refused(client, lambda: key(cid, 1), "storage_full")


def key(cid: Cid, number: int) -> ask.LocalDBSetKV:
    return ask.LocalDBSetKV(request_id=new_id(), cid=cid, peer_cid=None, key=f"{number:05}", value=Octets(b"value"))


def question_to_a_person(street: Street, house: House, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    monkeypatch.setattr("casemate.internal_service.core.ground.waits.CLIENT_PENDING_REQUESTS", limit)
    client, other = house.client(), street.house("other").client()
    a, b = client.register("alice"), other.register("bob")
    for _ in range(limit):
        client.begin(peer_register(a, b))
    return refused(client, lambda: peer_register(a, b), "too_many_requests")


def question_beside_those_of_others(
    street: Street, house: House, limit: int, monkeypatch: pytest.MonkeyPatch
) -> Refused:
    """Whose own requests are few: what waits is everybody's."""
    others = [house.client() for _ in range(limit // 10)]
    client, other = house.client(), street.house("other").client()
    a, b = client.register("alice"), other.register("bob")
    for crowded in others:
        for _ in range(10):
            crowded.begin(peer_register(a, b))
    monkeypatch.setattr("casemate.internal_service.core.ground.waits.CLIENT_PENDING_REQUESTS", 0)
    return refused(client, lambda: peer_connect(a, b), "too_many_requests")


def page_of_a_silent_server(street: Street, house: House, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    monkeypatch.setattr(waits, "CLIENT_PENDING_REQUESTS", limit)
    view = house.view()
    cid = view.register("alice")
    street.to_server = lambda _: []
    for _ in range(limit):
        view.begin(ext.ListDirectory(request_id=new_id(), cid=cid))
    return refused(view, lambda: ext.ListDirectory(request_id=new_id(), cid=cid), "too_many_requests")


CASES = [
    message_to_a_full_queue,
    key_for_a_full_store,
    question_to_a_person,
    question_beside_those_of_others,
    page_of_a_silent_server,
]


@pytest.mark.parametrize("fill", CASES, ids=lambda fill: fill.__name__)
def test_a_refusal_is_as_little_work_at_ten_times_the_limit(
    tmp_path: Path, fill: Callable[..., Refused], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    for limit in (SMALL, LARGE):
        (tmp_path / str(limit)).mkdir()
        street = Street(tmp_path / str(limit))
        house = street.house()
        with monkeypatch.context() as patched:
            refuse_once = fill(street, house, limit, patched)
            counted.append(work_of(refuse_once, *databases_of(house)))
    small, large = counted
    assert large <= small * SLACK, counted


def databases_of(house: House) -> list[Database]:
    stores = house.service.stores
    found = [stores.service, *stores._open.values()]
    return [store.database for store in found if isinstance(store, SqliteServiceStore | SqliteAccountStore)]
