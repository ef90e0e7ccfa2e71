"""A client as strict as the upstream one: a response that is not exactly what the protocol says fails the test.

The tables are the types of the client API written down once more, independently of the types that the service uses.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from tests.support.client import Answer, ApiClient, Row

_UUID: Final = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_OURS: Final = {"reason"}
"""Fields that we add to failures; the upstream client passes over what it does not know."""

Check = Callable[[Any], bool]


def u64(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 64


def text(value: Any) -> bool:
    return type(value) is str


def flag(value: Any) -> bool:
    return type(value) is bool


def octets(value: Any) -> bool:
    return type(value) is list and all(type(each) is int and 0 <= each < 256 for each in value)


def uuid(value: Any) -> bool:
    return type(value) is str and _UUID.fullmatch(value) is not None


def maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def record(**fields: Check) -> Check:
    return lambda value: (
        type(value) is dict
        and value.keys() == fields.keys()
        and all(check(value[name]) for name, check in fields.items())
    )


def by_cid(check: Check) -> Check:
    return lambda value: (
        type(value) is dict and all(key.isdigit() and int(key) < 1 << 64 and check(each) for key, each in value.items())
    )


def list_of(check: Check) -> Check:
    return lambda value: type(value) is list and all(map(check, value))


def one_of(*values: Any) -> Check:
    return lambda value: value in values


_peer_session = record(cid=u64, peer_cid=u64, peer_username=text)
_peer = record(cid=u64, online_status=flag, name=maybe(text), username=maybe(text))
_settings = record(
    security_level=one_of("Standard", "Reinforced", "High", "Ultra", "Extreme"),
    secrecy_mode=one_of("BestEffort", "Perfect"),
    crypto_params=record(
        encryption_algorithm=one_of("AES_GCM_256", "ChaCha20Poly_1305", "MlKemHybrid", "Ascon80pq"),
        kem_algorithm=one_of("MlKem"),
        sig_algorithm=one_of("None", "MlDsa65", "FnDsa512"),
    ),
    header_obfuscator_settings=one_of("Disabled", "Enabled"),
)
_NONE: Final[dict[str, Check]] = {}
_MESSAGE: Final[dict[str, Check]] = {"message": text}
_SCOPE: Final[dict[str, Check]] = {"peer_cid": maybe(u64)}

RESPONSES: Final[dict[str, dict[str, Check]]] = {
    **dict.fromkeys(["ServiceConnectionAccepted", "ConnectSuccess", "RegisterSuccess", "DeregisterSuccess"], _NONE),
    **dict.fromkeys(
        [
            "ConnectFailure",
            "RegisterFailure",
            "DeregisterFailure",
            "MessageSendFailure",
            "PeerConnectFailure",
            "PeerDisconnectFailure",
            "PeerRegisterFailure",
            "ListAllPeersFailure",
            "ListRegisteredPeersFailure",
            "SendFileRequestFailure",
            "DownloadFileFailure",
            "DeleteVirtualFileFailure",
            "PickFileFailure",
            "GroupCreateFailure",
            "GroupLeaveFailure",
            "GroupEndFailure",
            "GroupMessageFailure",
            "GroupInviteFailure",
            "GroupRespondRequestFailure",
            "GroupKickFailure",
            "GroupListGroupsFailure",
            "GroupRequestJoinFailure",
            "ConnectionManagementSuccess",
        ],
        _MESSAGE,
    ),
    "ConnectionManagementFailure": {"error": text},
    "SessionAlreadyActive": {"username": text, **_MESSAGE},
    "MessageSendSuccess": _SCOPE,
    "MessageNotification": {"message": octets, "peer_cid": u64},
    "DisconnectNotification": _SCOPE,
    "PeerConnectSuccess": {"peer_cid": u64},
    "PeerConnectAcceptSuccess": {"peer_cid": u64},
    "PeerConnectAcceptFailure": {"peer_cid": u64, **_MESSAGE},
    "PeerConnectNotification": {
        "peer_cid": u64,
        "session_security_settings": _settings,
        "udp_mode": one_of("Enabled", "Disabled"),
    },
    "PeerRegisterNotification": {"peer_cid": u64, "peer_username": text},
    "PeerRegisterSuccess": {"peer_cid": u64, "peer_username": text},
    "ListAllPeersResponse": {"peer_information": by_cid(_peer)},
    "ListRegisteredPeersResponse": {"peers": by_cid(_peer)},
    "GetSessionsResponse": {
        "sessions": list_of(record(cid=u64, username=text, server_address=text, peer_connections=by_cid(_peer_session)))
    },
    "GetAccountInformationResponse": {
        "accounts": by_cid(record(username=text, full_name=text, peers=by_cid(_peer_session)))
    },
    "LocalDBGetKVSuccess": {**_SCOPE, "key": text, "value": octets},
    "LocalDBSetKVSuccess": {**_SCOPE, "key": text},
    "LocalDBDeleteKVSuccess": {**_SCOPE, "key": text},
    "LocalDBGetAllKVSuccess": {
        **_SCOPE,
        "map": lambda value: type(value) is dict and all(map(octets, value.values())),
    },
    "LocalDBClearAllKVSuccess": _SCOPE,
    **{f"LocalDB{name}KVFailure": {**_SCOPE, **_MESSAGE} for name in ("Get", "Set", "Delete", "GetAll", "ClearAll")},
    "FileTransferStatusNotification": {
        "object_id": lambda value: type(value) is int and 0 <= value < 1 << 128,
        "success": flag,
        "response": flag,
        "message": maybe(text),
    },
}
"""By name, the fields besides `cid` and `request_id`; what the service never sends is left out."""


def problem_of(name: str, fields: Row) -> str | None:
    """What a strict client could not read; None for a response that is as it should be."""
    if name == "BatchedResponse":
        return _problem_of_batch(fields)
    expected = RESPONSES.get(name)
    if expected is None:
        return f"no response is called {name}"
    every = {"cid": u64, "request_id": maybe(uuid), **expected}
    if fields.keys() - _OURS != every.keys():
        return f"{name} has the fields {sorted(fields)}"
    return next(
        (f"{name}.{key} is {fields[key]!r:.200}" for key, check in every.items() if not check(fields[key])), None
    )


def _problem_of_batch(fields: Row) -> str | None:
    if fields.keys() != {"cid", "request_id", "results"} or fields["cid"] != 0:
        return f"BatchedResponse has the fields {sorted(fields)}"
    problems = (problem_of(name, inner) for result in fields["results"] for name, inner in result.items())
    return next((problem for problem in problems if problem is not None), None)


class StrictClient(ApiClient):
    """Keeps what was wrong with responses in `problems`, and which there were in `seen`."""

    def __init__(self, *arguments: Any) -> None:
        self.problems: list[str] = []
        self.seen: set[str] = set()
        super().__init__(*arguments)

    def _take(self, answer: Answer) -> None:
        problem = problem_of(answer.name, answer.fields)
        if problem is not None:
            self.problems.append(problem)
        self.seen.add(answer.name)
        super()._take(answer)
