"""The account's database is committed before service.db; the computer may go down between the two."""

from dataclasses import replace

import pytest

from casemate.protocol.client import responses as to
from tests.service.asking import connect, register
from tests.service.house import House, Street


@pytest.mark.parametrize("connect_after", [False, True])
def test_a_registration_whose_last_commit_was_lost_is_finished_by_the_next_try(
    street: Street, house: House, connect_after: bool
) -> None:
    house.client().expect(to.RegisterSuccess, register("alice", connect=False))
    house.kill()
    house.start()
    service_store = house.service.stores.service
    [row] = service_store.accounts()
    with service_store.transaction():
        service_store.put_account(replace(row, enrolled=False))
    client = house.client()
    client.expect(to.ConnectSuccess if connect_after else to.RegisterSuccess, register("alice", connect=connect_after))
    street.pass_time(60)
    if not connect_after:
        client.expect(to.ConnectSuccess, connect("alice"))
    session = client.house.service._hosts.get(row.cid)
    assert session is not None
    assert session.account.link_view().state == "online"
