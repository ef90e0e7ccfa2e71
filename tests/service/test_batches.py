"""A batch answers every command: the good ones as if each had come alone, the bad ones with their failures."""

import json
from typing import Any

from casemate.internal_service.core.ground import events
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.codec import MalformedRequest, decode_request
from casemate.protocol.client.response_bases import Failure
from casemate.protocol.client.types import Uuid
from casemate.protocol.limits import CLIENT_BATCH_COMMANDS
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House

Command = dict[str, dict[str, Any]]


def write(key: str, **changes: Any) -> Command:
    return {"LocalDBSetKV": {"request_id": new_id(), "cid": 0, "peer_cid": None, "key": key, "value": [1], **changes}}


def answer(client: Client, commands: Any) -> to.BatchedResponse:
    """Of a frame with these commands, as they stand."""
    request_id = new_id()
    frame = json.dumps({"Request": {"Batched": {"request_id": request_id, "commands": commands}}})
    try:
        client.house.tell(events.RequestArrived(client.socket, decode_request(frame)))
    except MalformedRequest as error:
        read = None if error.request_id is None else Uuid(error.request_id)
        client.house.tell(events.BadRequestArrived(client.socket, error.name, read, error.cid, error.peer_cid))
    client.house.street.settle()
    [answered] = client.answers(request_id)
    assert isinstance(answered, to.BatchedResponse)
    return answered


def written(client: Client) -> set[str]:
    request = ask.LocalDBGetAllKV(request_id=new_id(), cid=answer(client, []).cid)
    return set(client.expect(to.LocalDBGetAllKVSuccess, request).map)


def test_one_malformed_command_fails_alone(house: House) -> None:
    client = house.client()
    first, bad, last = answer(client, [write("a"), write("b", value="text"), write("c")]).results
    assert isinstance(first, to.LocalDBSetKVSuccess)
    assert isinstance(last, to.LocalDBSetKVSuccess)
    assert isinstance(bad, to.LocalDBSetKVFailure)
    assert getattr(bad.reason, "code", None) == "malformed"
    assert written(client) == {"a", "c"}


def test_a_failure_repeats_what_could_be_read_of_its_command(house: House) -> None:
    request_id = new_id()
    command = write("k", request_id=request_id, cid=2**64 - 1, peer_cid=7, value=None)
    [bad] = answer(house.client(), [command]).results
    assert isinstance(bad, to.LocalDBSetKVFailure)
    assert (bad.request_id, bad.cid, bad.peer_cid) == (request_id, 2**64 - 1, 7)
    [nameless] = answer(house.client(), [write("k", request_id="none")]).results
    assert nameless.request_id is None


def test_a_batch_inside_a_batch_is_not_run(house: House) -> None:
    client = house.client()
    inner_id = Uuid(new_id())
    inner = {"Batched": {"request_id": inner_id, "commands": [write("inside")]}}
    first, nothing = answer(client, [write("a"), inner]).results
    assert isinstance(first, to.LocalDBSetKVSuccess)
    assert nothing == to.BatchedResponse(cid=nothing.cid, request_id=inner_id, results=[])
    assert written(client) == {"a"}


def test_what_is_too_much_for_a_batch_is_refused_command_by_command(house: House) -> None:
    client = house.client()
    commands = [write(str(number)) for number in range(CLIENT_BATCH_COMMANDS + 2)]
    results = answer(client, commands).results
    assert [isinstance(result, to.LocalDBSetKVSuccess) for result in results] == [True] * CLIENT_BATCH_COMMANDS + [
        False,
        False,
    ]
    assert [getattr(result.reason, "code", "") for result in results if isinstance(result, Failure)] == [
        "batch_too_long"
    ] * 2


def test_a_command_to_which_nothing_can_be_said_holds_nobody_up(house: House) -> None:
    nothing = [{"Unheard": {}}, 5, {}, None, {"Hello": {"request_id": new_id(), "client": "x"}}]
    assert answer(house.client(), nothing).results == []
    [result] = answer(house.client(), [*nothing, write("a")]).results
    assert isinstance(result, to.LocalDBSetKVSuccess)


def test_a_batch_that_cannot_be_read_at_all_is_answered(house: House) -> None:
    assert answer(house.client(), 5).results == []
