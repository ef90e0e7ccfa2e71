"""LocalDB, batches, the workspace, what is not available yet, and frames that are broken."""

from typing import Any

import msgspec
import pytest

from casemate.internal_service.adapters.service_store import SqliteServiceStore
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.citadel.not_yet import NOT_YET
from casemate.internal_service.core.ground import events
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import file_and_group_responses as fg
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.codec import MalformedRequest, decode_request
from casemate.protocol.client.extension_bases import RequestRefused
from casemate.protocol.client.response_bases import Failure
from casemate.protocol.client.types import ConfigCommand, Octets, SessionClaim, Uuid, decode_hook
from casemate.protocol.ids import Cid
from casemate.protocol.limits import CLIENT_PENDING_REQUESTS, LOCAL_DB_KEY_BYTES
from tests.service.asking import connect, new_id, peer_register, register
from tests.service.client import Client
from tests.service.house import House, Street


def get(cid: Cid, key: str, peer_cid: Cid | None = None) -> ask.LocalDBGetKV:
    return ask.LocalDBGetKV(request_id=new_id(), cid=cid, peer_cid=peer_cid, key=key)


def put(cid: Cid, key: str, value: bytes, peer_cid: Cid | None = None) -> ask.LocalDBSetKV:
    return ask.LocalDBSetKV(request_id=new_id(), cid=cid, peer_cid=peer_cid, key=key, value=Octets(value))


# --- LocalDB


def test_a_missing_key_is_told_in_exactly_the_words_that_ilm_compares(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    assert client.expect(to.LocalDBGetKVFailure, get(cid, "k")).message == "Key not found"
    assert client.expect(to.LocalDBGetKVFailure, get(Cid(0), "k")).message == "Key not found"


def test_values_come_back_byte_for_byte_in_their_scope_also_after_a_restart(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    value = bytes(range(256))
    for scope in (None, Cid(2**64 - 1)):
        client.expect(to.LocalDBSetKVSuccess, put(cid, "k", value + bytes([scope is None]), scope))
    client.expect(to.LocalDBSetKVSuccess, put(Cid(0), "k", b"shared"))
    house.restart()
    client = house.client()
    assert client.expect(to.LocalDBGetKVSuccess, get(cid, "k")).value == value + b"\x01"
    assert client.expect(to.LocalDBGetKVSuccess, get(cid, "k", Cid(2**64 - 1))).value == value + b"\x00"
    assert client.expect(to.LocalDBGetKVSuccess, get(Cid(0), "k")).value == b"shared"


def test_deleting_clearing_and_listing(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    for key in ("a", "b", "c"):
        client.begin(put(cid, key, key.encode()))
    client.begin(put(cid, "a", b"elsewhere", Cid(5)))
    client.expect(to.LocalDBDeleteKVSuccess, ask.LocalDBDeleteKV(request_id=new_id(), cid=cid, key="a"))
    client.expect(to.LocalDBDeleteKVSuccess, ask.LocalDBDeleteKV(request_id=new_id(), cid=cid, key="a"))
    everything = ask.LocalDBGetAllKV(request_id=new_id(), cid=cid)
    assert client.expect(to.LocalDBGetAllKVSuccess, everything).map == {"b": b"b", "c": b"c"}
    client.expect(to.LocalDBClearAllKVSuccess, ask.LocalDBClearAllKV(request_id=new_id(), cid=cid))
    again = ask.LocalDBGetAllKV(request_id=new_id(), cid=cid)
    assert client.expect(to.LocalDBGetAllKVSuccess, again).map == {}
    assert client.expect(to.LocalDBGetKVSuccess, get(cid, "a", Cid(5))).value == b"elsewhere"


def test_the_store_of_a_locked_account_says_so(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    client.begin(ask.Disconnect(request_id=new_id(), cid=cid))
    assert client.expect(to.LocalDBGetKVFailure, get(cid, "k")).message == "Sign in to alice first"
    assert client.expect(to.LocalDBSetKVFailure, put(cid, "k", b"")).message == "Sign in to alice first"


def test_keys_and_the_whole_store_have_limits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = house.client()
    cid = client.register("alice")
    client.expect(to.LocalDBSetKVFailure, put(cid, "k" * (LOCAL_DB_KEY_BYTES + 1), b""))
    client.expect(to.LocalDBSetKVSuccess, put(cid, "k" * LOCAL_DB_KEY_BYTES, b""))
    client.begin(ask.LocalDBClearAllKV(request_id=new_id(), cid=cid))
    monkeypatch.setattr("casemate.internal_service.core.citadel.local_db.LOCAL_DB_BYTES_PER_ACCOUNT", 100)
    client.expect(to.LocalDBSetKVSuccess, put(cid, "k", bytes(90)))
    failure = client.expect(to.LocalDBSetKVFailure, put(cid, "l", bytes(10)))
    assert getattr(failure.reason, "code", None) == "storage_full"
    client.begin(ask.LocalDBDeleteKV(request_id=new_id(), cid=cid, key="k"))
    client.expect(to.LocalDBSetKVSuccess, put(cid, "l", bytes(90)))


# --- batches


def test_a_batch_answers_in_the_order_of_its_commands(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    commands: list[ask.Request | ask.Unusable] = [
        ask.ListAllPeers(request_id=new_id(), cid=cid),
        get(cid, "k"),
        ask.GetSessions(request_id=new_id()),
        put(cid, "k", b"v"),
    ]
    outer = new_id()
    answer = client.expect(to.BatchedResponse, ask.Batched(request_id=outer, commands=commands))
    assert answer.cid == 0
    assert [type(result).__name__ for result in answer.results] == [
        "ListAllPeersResponse",
        "LocalDBGetKVFailure",
        "GetSessionsResponse",
        "LocalDBSetKVSuccess",
    ]
    assert [result.request_id for result in answer.results] == [command.request_id for command in commands]
    apart = [answer for command in commands if command.request_id for answer in client.answers(command.request_id)]
    assert apart == [], "inner answers are not sent apart"


def test_an_empty_batch_is_answered(house: House) -> None:
    assert house.client().expect(to.BatchedResponse, ask.Batched(request_id=new_id(), commands=[])).results == []


def test_a_batch_waits_for_its_slowest_command(street: Street, house: House) -> None:
    client = house.client()
    a, b = client.register("alice"), client.register("bob")
    batch = ask.Batched(request_id=new_id(), commands=[peer_register(a, b), get(a, "k")])
    client.begin(batch)
    assert client.answers(batch.request_id) == []
    client.begin(ask.PeerRegisterRespond(request_id=new_id(), cid=b, peer_cid=a, accept=True))
    [answer] = client.answers(batch.request_id)
    assert isinstance(answer, to.BatchedResponse)
    assert isinstance(answer.results[0], to.PeerRegisterSuccess)


def test_a_command_that_binds_a_session_binds_the_real_socket(house: House) -> None:
    page = house.client()
    cid = page.register("alice")
    page.close()
    again = house.client()
    command = ConfigCommand(claim_session=SessionClaim(session_cid=cid, only_if_orphaned=True))
    claim = ask.ConnectionManagement(request_id=new_id(), management_command=command)
    again.ask(ask.Batched(request_id=new_id(), commands=[claim]))
    assert isinstance(house.client().claim(cid), to.ConnectionManagementFailure)


# --- the workspace


def workspace(client: Client, cid: Cid, *requests: str) -> list[Any]:
    client.received = [response for response in client.received if not isinstance(response, to.MessageNotification)]
    for request in requests:
        sent = client.send(cid, None, request.encode())
        assert isinstance(sent, to.MessageSendSuccess)
        assert sent.peer_cid is None
    notices = client.heard(to.MessageNotification)
    assert {(notice.cid, notice.peer_cid) for notice in notices} <= {(cid, 0)}
    return [msgspec.json.decode(bytes(notice.message)) for notice in notices]


def test_the_workspace_is_answered_truthfully_and_in_order(street: Street, house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    street.house("other").client().register("bob")
    answers = workspace(
        client,
        cid,
        '{"Request":{"ListMembers":{"domain_id":null}}}',
        '{"Request":"GetServerCapabilities"}',
        '{"Request":{"GetWorkspace":{"workspace_id":null}}}',
        "nonsense",
        '{"Request":"ListWorkspaces"}',
        '{"Request":{"GetMember":{"user_id":"bob"}}}',
        '{"Request":{"GetUserPermissions":{"user_id":"alice","domain_id":"workspace-root"}}}',
        '{"Request":{"GetTreeStructure":{"root_id":null,"max_depth":null}}}',
        '{"Request":{"ListNodes":{"parent_id":null}}}',
        '{"Request":{"CreateNode":{"name":"Office"}}}',
        '{"Request":{"GetWorkspace":{"workspace_id":"elsewhere"}}}',
    )
    names = [
        answer["Response"] if isinstance(answer["Response"], str) else next(iter(answer["Response"]))
        for answer in answers
    ]
    assert names == [
        "Members",
        "ServerCapabilities",
        "Workspace",
        "Error",
        "Workspaces",
        "Member",
        "UserPermissions",
        "TreeStructure",
        "Nodes",
        "Error",
        "WorkspaceNotInitialized",
    ]
    assert [member["id"] for member in answers[0]["Response"]["Members"]] == ["alice", "bob"]
    assert not any(answers[1]["Response"]["ServerCapabilities"].values()), "it stores no files"
    assert answers[2]["Response"]["Workspace"]["members"] == ["alice", "bob"]
    assert answers[4]["Response"]["Workspaces"][0]["member_count"] == 2
    assert answers[5]["Response"]["Member"]["name"] == "Bob"
    assert answers[7]["Response"]["TreeStructure"]["root"]["node"]["is_default"]


def test_the_workspace_says_when_the_server_is_away(street: Street, house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    street.server_goes()
    [answer] = workspace(client, cid, '{"Request":"ListWorkspaces"}')
    assert "Error" in answer["Response"]


def test_who_holds_a_session_hears_of_a_planned_stop_and_others_do_not(house: House) -> None:
    holder, other = house.client(), house.client()
    cid = holder.register("alice")
    house.tell(events.ShutdownAsked(4.6))
    [notice] = holder.heard(to.MessageNotification)
    assert notice.cid == cid
    assert msgspec.json.decode(bytes(notice.message))["Response"]["ServerShutdown"]["drain_seconds"] == 5
    assert other.heard(to.MessageNotification) == []
    assert set(house.closed_with) == {holder.socket, other.socket}


def test_the_workspace_slows_down_who_asks_too_much(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    answers = workspace(client, cid, *['{"Request":"GetServerCapabilities"}'] * 101)
    assert "ServerCapabilities" in answers[99]["Response"]
    assert answers[100]["Response"] == {"Error": "Rate limit exceeded. Please slow down."}


# --- not yet, broken, too much

_ANYTHING: dict[str, Any] = {
    "request_id": "0af6c4dd-91b0-4110-83d0-f91ed2507948",
    "cid": 1,
    "peer_cid": 2,
    "group_key": {"cid": 1, "mgid": 2**100},
    "message": [1],
    "response": True,
    "invitation": True,
    "accept": True,
    "object_id": 2**90,
    "source": {"Path": "/etc/passwd"},
    "transfer_type": "FileTransfer",
    "virtual_directory": "/x",
    "delete_on_pull": False,
}


@pytest.mark.parametrize("kind", NOT_YET, ids=lambda kind: kind.__name__)
def test_what_is_not_available_yet_says_so_with_its_own_failure(house: House, kind: type[ask.Request]) -> None:
    request = msgspec.convert(_ANYTHING, kind, dec_hook=decode_hook, strict=True)
    answer = house.client().ask(request)
    assert isinstance(answer, Failure | fg.FileTransferStatusNotification)
    assert answer.message == "not available yet"
    if not isinstance(answer, fg.FileTransferStatusNotification):
        named = type(answer).__name__
        assert named.removesuffix("Failure").startswith(kind.__name__.removesuffix("For").removesuffix("GroupsFor")[:9])


def test_a_frame_that_is_half_readable_is_answered_with_its_failure(house: House) -> None:
    client = house.client()
    request_id = new_id()
    house.tell(events.BadRequestArrived(client.socket, "PeerConnect", request_id, 7, 8))
    [answer] = client.answers(request_id)
    assert isinstance(answer, to.PeerConnectFailure)
    house.tell(events.BadRequestArrived(client.socket, "", None, None, None))
    house.tell(events.BadRequestArrived(client.socket, "Unheard", request_id, None, None))
    assert len(client.answers(request_id)) == 1


def read_at_the_door(client: Client, text: str) -> events.BadRequestArrived:
    """What the socket makes of a frame that does not decode."""
    with pytest.raises(MalformedRequest) as malformed:
        decode_request(text)
    error = malformed.value
    request_id = None if error.request_id is None else Uuid(error.request_id)
    return events.BadRequestArrived(client.socket, error.name, request_id, error.cid, error.peer_cid)


def test_account_information_of_what_is_no_cid_is_about_nobody(house: House) -> None:
    client = house.client()
    client.register("alice")
    request_id = new_id()
    text = f'{{"Request": {{"GetAccountInformation": {{"request_id": "{request_id}", "cid": "alice"}}}}}}'
    house.tell(read_at_the_door(client, text))
    [answer] = client.answers(request_id)
    assert isinstance(answer, to.GetAccountInformationResponse)
    assert answer.accounts == {}


def test_a_request_of_an_unknown_name_is_refused_to_views_alone(house: House) -> None:
    """A strict client stops at a response that it does not know."""
    for client, answers in ((house.view(), ["RequestRefused"]), (house.client(), [])):
        request_id = new_id()
        house.tell(read_at_the_door(client, f'{{"Request": {{"Unheard": {{"request_id": "{request_id}"}}}}}}'))
        assert [type(answer).__name__ for answer in client.answers(request_id)] == answers


def test_only_views_may_use_the_extension(house: House) -> None:
    client = house.client()
    client.expect(to.GetSessionsResponse, ask.GetSessions(request_id=new_id()))
    for request in (
        ext.Hello(request_id=new_id(), client="too late"),
        ext.Subscribe(request_id=new_id(), cid=Cid(1)),
        ext.ProbeServer(request_id=new_id(), server_addr="127.0.0.1:1"),
        ext.GetAutostart(request_id=new_id()),
        ext.SetAutostart(request_id=new_id(), on=True),
    ):
        refused = client.expect(RequestRefused, request)
        assert refused.reason.code == "views_only"
    assert not house.autostart


def test_a_view_sees_whether_it_starts_with_the_computer_and_changes_that(house: House) -> None:
    view = house.view()
    assert view.expect(ext.AutostartTold, ext.GetAutostart(request_id=new_id())).state == "off"
    assert view.expect(ext.AutostartTold, ext.SetAutostart(request_id=new_id(), on=True)).state == "on"
    assert view.expect(ext.AutostartTold, ext.GetAutostart(request_id=new_id())).state == "on"
    assert view.expect(ext.AutostartTold, ext.SetAutostart(request_id=new_id(), on=False)).state == "off"
    assert not house.autostart


def test_a_socket_may_have_so_many_requests_waiting_and_no_more(house: House) -> None:
    client = house.client()
    a, b = client.register("alice"), client.register("bob")
    for _ in range(CLIENT_PENDING_REQUESTS):
        client.begin(peer_register(a, b))
    failure = client.expect(to.PeerRegisterFailure, peer_register(a, b))
    assert getattr(failure.reason, "code", None) == "too_many_requests"


@pytest.fixture
def faulty_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing a key breaks after the write, as a bug would."""
    write = SqliteServiceStore.kv_set

    def breaks(store: SqliteServiceStore, *arguments: Any) -> None:
        write(store, *arguments)
        raise RuntimeError("a bug")

    monkeypatch.setattr(SqliteServiceStore, "kv_set", breaks)


@pytest.mark.usefixtures("faulty_store")
def test_a_fault_of_ours_undoes_one_request_and_answers_it(house: House) -> None:
    client = house.client()
    failure = client.expect(to.LocalDBSetKVFailure, put(Cid(0), "k", b"v"))
    assert getattr(failure.reason, "code", None) == "internal"
    client.expect(to.LocalDBGetKVFailure, get(Cid(0), "k"))
    assert len(house.undone) == 1


@pytest.mark.usefixtures("faulty_store")
def test_a_fault_inside_a_batch_answers_the_batch(house: House) -> None:
    client = house.client()
    answer = client.expect(
        to.BatchedResponse,
        ask.Batched(request_id=new_id(), commands=[put(Cid(0), "k", b"v"), get(Cid(0), "k")]),
    )
    assert [type(result) for result in answer.results] == [to.LocalDBSetKVFailure, to.LocalDBGetKVFailure]


@pytest.mark.usefixtures("faulty_store")
def test_memory_goes_back_with_the_store(house: House) -> None:
    page, other = house.client(), house.client()
    cid = page.register("alice")
    command = ConfigCommand(claim_session=SessionClaim(session_cid=cid, only_if_orphaned=False))
    claim = ask.ConnectionManagement(request_id=new_id(), management_command=command)
    other.begin(ask.Batched(request_id=new_id(), commands=[claim, put(Cid(0), "k", b"v")]))
    page.close()
    assert isinstance(other.claim(cid), to.ConnectionManagementSuccess), "it was still the page's, and is orphaned now"


def test_a_fault_while_signing_in_is_answered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = house.client()
    cid = client.register("alice")
    client.begin(ask.Disconnect(request_id=new_id(), cid=cid))

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Account, "start", breaks)
    for request in (connect("alice"), register("bob")):
        failure = client.ask(request)
        assert isinstance(failure, to.ConnectFailure | to.RegisterFailure)
        assert getattr(failure.reason, "code", None) == "internal"
    monkeypatch.undo()
    client.expect(to.ConnectSuccess, connect("alice"))
    client.expect(to.ConnectSuccess, register("bob"))
