"""The JSON of the client API: every variant as Citadel spells it, and nothing that is not."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.protocol.client import requests, responses
from casemate.protocol.client.codec import (
    MalformedRequest,
    decode_request,
    decode_response,
    encode_request,
    encode_response,
)
from casemate.protocol.client.extension_bases import ExtensionRequest
from casemate.protocol.client.extensions import Hello
from casemate.protocol.client.requests import (
    CITADEL_REQUESTS,
    Batched,
    Connect,
    GetSessions,
    Message,
    Request,
    Unusable,
)
from casemate.protocol.client.responses import CITADEL_RESPONSES, BatchedResponse, ConnectFailure, MessageNotification
from casemate.protocol.client.types import Octets, Uuid
from casemate.protocol.client.views import Reason
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import Cid
from casemate.protocol.limits import CLIENT_BATCH_COMMANDS, CLIENT_BATCH_REFUSALS

VECTORS = Path(__file__).parents[5] / "tests/vectors/client_api"
REQUESTS: dict[str, Any] = json.loads((VECTORS / "requests.json").read_text())
RESPONSES: dict[str, Any] = json.loads((VECTORS / "responses.json").read_text())
AN_ID = Uuid("237e2ecf-91b0-4110-83d0-f91ed2507948")


def request_frame(name: str, **fields: Any) -> str:
    return json.dumps({"Request": {name: {**REQUESTS[name], **fields}}})


def test_there_is_a_golden_frame_for_each_of_the_35_requests_and_87_responses() -> None:
    assert set(REQUESTS) == {kind.__name__ for kind in CITADEL_REQUESTS}
    assert set(RESPONSES) == {kind.__name__ for kind in CITADEL_RESPONSES}
    assert (len(REQUESTS), len(RESPONSES)) == (35, 87)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_golden_request_is_read_and_written_without_a_change(name: str) -> None:
    golden = {"Request": {name: REQUESTS[name]}}
    request = decode_request(json.dumps(golden))
    assert type(request).__name__ == name
    assert json.loads(encode_request(request)) == golden


@pytest.mark.parametrize("name", RESPONSES)
def test_a_golden_response_is_read_and_written_without_a_change(name: str) -> None:
    golden = {"Response": {name: RESPONSES[name]}}
    response = decode_response(json.dumps(golden))
    assert type(response).__name__ == name
    assert json.loads(encode_response(response)) == golden


@pytest.mark.parametrize("name", RESPONSES)
def test_no_response_lacks_a_field_that_the_protocol_names(name: str) -> None:
    """A client dies of a missing field; an Option may be missing, but we always write it."""
    written = json.loads(encode_response(decode_response(json.dumps({"Response": {name: RESPONSES[name]}}))))
    assert set(written["Response"][name]) == set(RESPONSES[name])


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("connect_mode", {"Fetch": {"force_login": True}}),
        ("udp_mode", "Disabled"),
        ("keep_alive_timeout", None),
        ("server_password", None),
    ],
)
def test_other_spellings_of_connect(kind: str, other: Any) -> None:
    request = decode_request(request_frame("Connect", **{kind: other}))
    assert json.loads(encode_request(request))["Request"]["Connect"][kind] == other


@pytest.mark.parametrize(
    "command",
    [
        {"SetConnectionOrphan": {"allow_orphan_sessions": True}},
        {"ClaimSession": {"session_cid": 2**64 - 1, "only_if_orphaned": True}},
        {"DisconnectOrphan": {"session_cid": 5}},
        {"ReleaseSession": {"session_cid": 1}},
    ],
)
def test_every_management_command(command: dict[str, Any]) -> None:
    request = decode_request(request_frame("ConnectionManagement", management_command=command))
    assert json.loads(encode_request(request))["Request"]["ConnectionManagement"]["management_command"] == command


@pytest.mark.parametrize(
    "level", ["Standard", "Reinforced", "High", "Ultra", "Extreme", {"Custom": 0}, {"Custom": 255}]
)
def test_every_security_level(level: Any) -> None:
    request = decode_request(request_frame("Message", security_level=level))
    assert json.loads(encode_request(request))["Request"]["Message"]["security_level"] == level


@pytest.mark.parametrize("key", ["Disabled", "Enabled", {"EnabledWithKey": 2**128 - 1}])
def test_every_header_obfuscation(key: Any) -> None:
    settings = {**REQUESTS["Connect"]["session_security_settings"], "header_obfuscator_settings": key}
    request = decode_request(request_frame("Connect", session_security_settings=settings))
    assert isinstance(request, Connect)


@pytest.mark.parametrize("source", [{"Path": "/x"}, {"ByteContents": {"file_name": "x", "data": [1, 255]}}])
def test_every_file_source(source: Any) -> None:
    request = decode_request(request_frame("SendFile", source=source, transfer_type="FileTransfer"))
    assert json.loads(encode_request(request))["Request"]["SendFile"]["source"] == source


@pytest.mark.parametrize(
    "status",
    [
        "TransferBeginning",
        "TransferComplete",
        "ReceptionComplete",
        {"TransferTick": [1, 10, 1.5]},
        {"ReceptionBeginning": ["/x", RESPONSES["FileTransferRequestNotification"]["metadata"]]},
        {"Fail": "gone"},
    ],
)
def test_every_transfer_status(status: Any) -> None:
    golden = {
        "Response": {"FileTransferTickNotification": {**RESPONSES["FileTransferTickNotification"], "status": status}}
    }
    assert json.loads(encode_response(decode_response(json.dumps(golden)))) == golden


@pytest.mark.parametrize("result", [{"Ok": None}, {"Err": "text"}])
def test_both_results_of_a_pending_join(result: Any) -> None:
    name = "GroupRequestJoinPendingNotification"
    golden = {"Response": {name: {**RESPONSES[name], "result": result}}}
    assert json.loads(encode_response(decode_response(json.dumps(golden)))) == golden


def test_options_may_be_missing_and_unknown_fields_are_ignored() -> None:
    frame = {"Request": {"Message": {**REQUESTS["Message"], "unheard_of": 1}}}
    del frame["Request"]["Message"]["peer_cid"]
    request = decode_request(json.dumps(frame))
    assert isinstance(request, Message)
    assert request.peer_cid is None


@pytest.mark.parametrize(
    "spelling",
    [
        AN_ID.upper(),
        AN_ID.replace("-", ""),
        f"{{{AN_ID}}}",
        f"urn:uuid:{AN_ID}",
    ],
)
def test_request_ids_are_read_in_every_spelling_and_written_in_one(spelling: str) -> None:
    assert decode_request(request_frame("GetSessions", request_id=spelling)).request_id == AN_ID


@pytest.mark.parametrize(
    "fields",
    [
        {"cid": -1},
        {"cid": 2**64},
        {"cid": 7.0},
        {"cid": "7"},
        {"cid": True},
        {"cid": None},
        {"message": [256]},
        {"message": [-1]},
        {"message": [1.5]},
        {"message": "aGk="},
        {"message": None},
        {"peer_cid": 2**64},
        {"request_id": "not a uuid"},
        {"request_id": None},
        {"security_level": "Utmost"},
        {"security_level": {"Custom": 256}},
        {"security_level": {"Custom": 1, "More": 2}},
        {"security_level": {}},
    ],
)
def test_what_the_types_forbid_is_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest) as caught:
        decode_request(request_frame("Message", **fields))
    assert caught.value.name == "Message"
    if "request_id" not in fields:
        assert caught.value.request_id == AN_ID, "the sender can be told"


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"Request":{}}',
        '{"Request":"GetSessions"}',
        '{"Response":{"ConnectSuccess":{"cid":1,"request_id":null}}}',
        '{"Request":{"GetSessions":{}},"Response":{}}',
        '{"Request":{"Unheard":{"request_id":"237e2ecf-91b0-4110-83d0-f91ed2507948"}}}',
        '{"Request":{"GetSessions":{"request_id":"237e2ecf-91b0-4110-83d0-f91ed2507948"},"Hello":{}}}',
        "[" * 100_000,
        '{"a":' * 100_000,
        b"\xff\xfe",
        "\ud800",
        '{"Request":{"Message":{"request_id":"\ud800"}}}',
    ],
)
def test_frames_that_are_none_are_malformed(frame: str | bytes) -> None:
    with pytest.raises(MalformedRequest):
        decode_request(frame)


def batch(*commands: Any) -> str:
    return json.dumps({"Request": {"Batched": {"request_id": AN_ID, "commands": list(commands)}}})


def commands_of(*commands: Any) -> list[Request | Unusable]:
    request = decode_request(batch(*commands))
    assert isinstance(request, Batched)
    return request.commands


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ({"Batched": {"request_id": AN_ID, "commands": []}}, "Batched"),
        ({"Hello": {"request_id": AN_ID, "client": "x"}}, "Hello"),
        ({"GetSessions": {"request_id": AN_ID.upper(), "more": 1}, "Hello": {}}, ""),
        ({"LocalDBGetKV": {"request_id": AN_ID, "cid": -1}}, "LocalDBGetKV"),
        ({"Unheard": {"request_id": AN_ID}}, "Unheard"),
        ({}, ""),
        (1, ""),
    ],
)
def test_a_command_that_cannot_be_run_leaves_the_others_of_its_batch_alone(command: Any, name: str) -> None:
    good = {"GetSessions": {"request_id": AN_ID}}
    first, bad, last = commands_of(good, command, good)
    assert first == last == GetSessions(request_id=AN_ID)
    assert bad == Unusable(name=name, request_id=AN_ID if name else None, cid=None, peer_cid=None, why="malformed")


def test_a_batch_runs_so_many_commands_and_refuses_a_bounded_number_more() -> None:
    most, refused = CLIENT_BATCH_COMMANDS, CLIENT_BATCH_REFUSALS
    commands = commands_of(*[{"GetSessions": {"request_id": AN_ID}}] * (most + refused + 1))
    assert [type(command) for command in commands] == [GetSessions] * most + [Unusable] * refused
    assert {command.why for command in commands if isinstance(command, Unusable)} == {"batch_too_long"}


@pytest.mark.parametrize("fields", [{"request_id": AN_ID, "commands": 5}, {"request_id": AN_ID}])
def test_of_a_batch_that_is_malformed_as_a_whole_its_id_is_read(fields: Any) -> None:
    with pytest.raises(MalformedRequest) as caught:
        decode_request(json.dumps({"Request": {"Batched": fields}}))
    assert (caught.value.name, caught.value.request_id) == ("Batched", AN_ID)


def test_a_number_out_of_range_is_never_sent() -> None:
    with pytest.raises(ValueError, match="u64"):
        encode_response(ConnectFailure(cid=Cid(2**64), request_id=None, message=""))
    inner = MessageNotification(cid=Cid(1), peer_cid=Cid(-1), message=Octets(b""))
    with pytest.raises(ValueError, match="u64"):
        encode_response(BatchedResponse(cid=Cid(0), request_id=None, results=[inner]))


def test_a_failure_may_carry_a_reason_and_has_no_such_field_otherwise() -> None:
    plain = ConnectFailure(cid=Cid(0), request_id=AN_ID, message="no")
    assert json.loads(encode_response(plain))["Response"]["ConnectFailure"].keys() == {"cid", "request_id", "message"}
    reason = Reason(code="wrong_password", acts="user")
    explained = ConnectFailure(cid=Cid(0), request_id=AN_ID, message="no", reason=reason)
    written = json.loads(encode_response(explained))["Response"]["ConnectFailure"]
    assert written["reason"] == {"code": "wrong_password", "params": {}, "acts": "user"}


def test_extension_requests_are_read_like_all_others() -> None:
    hello = decode_request('{"Request":{"Hello":{"request_id":"1","client":"test"}}}')
    assert hello == Hello(request_id="1", client="test")
    with pytest.raises(MalformedRequest):
        decode_request(json.dumps({"Request": {"Hello": {"request_id": "1" * 65, "client": ""}}}))


@given(st.binary(max_size=2_000))
def test_bytes_travel_as_integers_and_come_back(body: bytes) -> None:
    request = Message(request_id=AN_ID, cid=Cid(1), message=Octets(body), security_level="Standard")
    text = encode_request(request)
    assert json.loads(text)["Request"]["Message"]["message"] == list(body)
    assert decode_request(text) == request


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_cids_are_exact(cid: int, peer_cid: int) -> None:
    response = MessageNotification(cid=Cid(cid), peer_cid=Cid(peer_cid), message=Octets(b""))
    assert decode_response(encode_response(response)) == response


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(REQUESTS)), st.data())
def test_whatever_a_field_holds_a_request_is_read_or_malformed(name: str, data: st.DataObject) -> None:
    fields = dict(REQUESTS[name])
    field = data.draw(st.sampled_from(sorted(fields)))
    fields[field] = data.draw(json_values)
    try:
        request = decode_request(json.dumps({"Request": {name: fields}}))
    except MalformedRequest:
        return
    if isinstance(request, Batched) and any(isinstance(command, Unusable) for command in request.commands):
        return  # only what could be read can be written again
    assert decode_request(encode_request(request)) == request


@given(st.data())
def test_a_message_is_read_the_same_in_one_pass_and_in_pieces(data: st.DataObject) -> None:
    fields = dict(REQUESTS["Message"])
    field = data.draw(st.sampled_from([*sorted(fields), "something else"]))
    fields[field] = data.draw(json_values)
    frame = json.dumps({"Request": {"Message": fields}})
    in_pieces = " " * 40 + frame
    assert outcome(frame) == outcome(frame.encode()) == outcome(in_pieces)


def outcome(frame: str | bytes) -> object:
    """The request, or what could be read of it."""
    try:
        return decode_request(frame)
    except MalformedRequest as refused:
        return vars(refused)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_or_bytes_are_read_or_malformed(frame: str | bytes) -> None:
    with contextlib.suppress(MalformedRequest):
        decode_request(frame)
    with contextlib.suppress(MalformedFrame):
        decode_response(frame)


def test_every_extension_request_has_a_name_of_its_own() -> None:
    extension = {kind.__name__ for kind in ExtensionRequest.__subclasses__()}
    assert not extension & set(REQUESTS)
    assert Batched in CITADEL_REQUESTS
    assert issubclass(Batched, Request)
    assert requests.CITADEL_REQUESTS
    assert responses.CITADEL_RESPONSES
