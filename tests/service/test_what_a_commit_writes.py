"""A commit writes to the databases that an event has touched, and to no other."""

from typing import Any

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client.types import Octets
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street
from tests.support.written_pages import WrittenPages


def service_log(house: House) -> WrittenPages:
    service: Any = house.service.stores.service
    return WrittenPages(service.database)


def account_log(client: Client, cid: Cid) -> WrittenPages:
    [host] = (host for host in client.house.service._hosts.peek() if host.cid == cid)
    account: Any = client.house.service.stores.touch(host.name)
    return WrittenPages(account.database)


def test_messages_leave_the_database_of_the_service_alone(street: Street, house: House) -> None:
    """However they are written, and whoever looks at them or takes them."""
    other = street.house("other")
    alice, bob, view = house.client(), other.client(), other.view()
    a, b = alice.register("alice"), bob.register("bob")
    alice.befriend(a, bob, b)
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=b))
    logs = [service_log(house), service_log(other)]
    writer, reader = account_log(alice, a), account_log(bob, b)
    alice.send(a, b, b"to a plain client and to a window")
    bob.takes_messages()
    bob.close()
    alice.send(a, b, b"to one who is away")
    assert writer.commits() != []
    assert reader.commits() != []
    assert [log.commits() for log in logs] == [[], []]


def test_neighbours_in_a_service_leave_each_other_alone(house: House) -> None:
    alice, bob = house.client(), house.client()
    a, b = alice.register("alice"), bob.register("bob")
    ours, theirs, services = account_log(alice, a), account_log(bob, b), service_log(house)
    alice.ask(ask.LocalDBSetKV(request_id=new_id(), cid=a, peer_cid=None, key="k", value=Octets(b"v")))
    assert len(ours.commits()) == 1
    assert theirs.commits() == services.commits() == []
    alice.ask(ask.LocalDBSetKV(request_id=new_id(), cid=Cid(0), peer_cid=None, key="k", value=Octets(b"v")))
    assert len(services.commits()) == 1
    assert ours.commits() == theirs.commits() == []
