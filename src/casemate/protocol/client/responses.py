"""The 87 responses of the client API. A client dies of the first frame it cannot parse."""

from typing import Final

from msgspec import UNSET, UnsetType

from casemate.protocol.client.file_and_group_responses import FILE_AND_GROUP_RESPONSES
from casemate.protocol.client.response_bases import Failure, PeerResponse, Response, ScopedFailure, ScopedResponse
from casemate.protocol.client.types import (
    AccountInformation,
    Octets,
    PeerInformation,
    SessionInformation,
    SessionSecuritySettings,
    UdpMode,
)
from casemate.protocol.ids import Cid

# --- accounts and sessions


class ServiceConnectionAccepted(Response, frozen=True, kw_only=True):
    pass


class ConnectSuccess(Response, frozen=True, kw_only=True):
    pass


class RegisterSuccess(Response, frozen=True, kw_only=True):
    pass


class DeregisterSuccess(Response, frozen=True, kw_only=True):
    pass


class ConnectFailure(Failure, frozen=True, kw_only=True):
    pass


class RegisterFailure(Failure, frozen=True, kw_only=True):
    pass


class DeregisterFailure(Failure, frozen=True, kw_only=True):
    pass


class DisconnectFailure(Failure, frozen=True, kw_only=True):
    pass


class SessionAlreadyActive(Failure, frozen=True, kw_only=True):
    username: str


class DisconnectNotification(ScopedResponse, frozen=True, kw_only=True):
    pass


class GetSessionsResponse(Response, frozen=True, kw_only=True):
    sessions: list[SessionInformation]


class GetAccountInformationResponse(Response, frozen=True, kw_only=True):
    accounts: dict[Cid, AccountInformation]


class ConnectionManagementSuccess(Response, frozen=True, kw_only=True):
    message: str


class ConnectionManagementFailure(Response, frozen=True, kw_only=True):
    error: str


# --- messages


class MessageSendSuccess(ScopedResponse, frozen=True, kw_only=True):
    pass


class MessageSendFailure(Failure, frozen=True, kw_only=True):
    pass


class MessageNotification(PeerResponse, frozen=True, kw_only=True):
    message: Octets


# --- peers


class PeerConnectSuccess(PeerResponse, frozen=True, kw_only=True):
    pass


class PeerConnectAcceptSuccess(PeerResponse, frozen=True, kw_only=True):
    pass


class PeerConnectFailure(Failure, frozen=True, kw_only=True):
    pass


class PeerDisconnectFailure(Failure, frozen=True, kw_only=True):
    pass


class PeerRegisterFailure(Failure, frozen=True, kw_only=True):
    pass


class PeerConnectAcceptFailure(Failure, frozen=True, kw_only=True):
    peer_cid: Cid


class PeerConnectNotification(PeerResponse, frozen=True, kw_only=True):
    session_security_settings: SessionSecuritySettings
    udp_mode: UdpMode


class PeerRegisterNotification(PeerResponse, frozen=True, kw_only=True):
    peer_username: str
    introduction: str | UnsetType = UNSET
    """Our extension: the line of whoever asks; only where there is one."""


class PeerRegisterSuccess(PeerResponse, frozen=True, kw_only=True):
    peer_username: str


class PeerDisconnectSuccess(Response, frozen=True, kw_only=True):
    pass


class ListAllPeersResponse(Response, frozen=True, kw_only=True):
    peer_information: dict[Cid, PeerInformation]


class ListRegisteredPeersResponse(Response, frozen=True, kw_only=True):
    peers: dict[Cid, PeerInformation]


class ListAllPeersFailure(Failure, frozen=True, kw_only=True):
    pass


class ListRegisteredPeersFailure(Failure, frozen=True, kw_only=True):
    pass


# --- batches and the key-value store


class BatchedResponse(Response, frozen=True, kw_only=True):
    results: list[Response]
    """Written one by one (see `codec`): in JSON each is {"Name":{…}}."""


class LocalDBGetKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    key: str
    value: Octets


class LocalDBSetKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    key: str


class LocalDBDeleteKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    key: str


class LocalDBGetAllKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    map: dict[str, Octets]


class LocalDBClearAllKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    pass


class LocalDBGetKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


class LocalDBSetKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


class LocalDBDeleteKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


class LocalDBGetAllKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


class LocalDBClearAllKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


CITADEL_RESPONSES: Final[tuple[type[Response], ...]] = (
    ServiceConnectionAccepted,
    ConnectSuccess,
    RegisterSuccess,
    DeregisterSuccess,
    ConnectFailure,
    RegisterFailure,
    DeregisterFailure,
    DisconnectFailure,
    SessionAlreadyActive,
    DisconnectNotification,
    GetSessionsResponse,
    GetAccountInformationResponse,
    ConnectionManagementSuccess,
    ConnectionManagementFailure,
    MessageSendSuccess,
    MessageSendFailure,
    MessageNotification,
    PeerConnectSuccess,
    PeerConnectAcceptSuccess,
    PeerConnectFailure,
    PeerDisconnectFailure,
    PeerRegisterFailure,
    PeerConnectAcceptFailure,
    PeerConnectNotification,
    PeerRegisterNotification,
    PeerRegisterSuccess,
    PeerDisconnectSuccess,
    ListAllPeersResponse,
    ListRegisteredPeersResponse,
    ListAllPeersFailure,
    ListRegisteredPeersFailure,
    BatchedResponse,
    LocalDBGetKVSuccess,
    LocalDBSetKVSuccess,
    LocalDBDeleteKVSuccess,
    LocalDBGetAllKVSuccess,
    LocalDBClearAllKVSuccess,
    LocalDBGetKVFailure,
    LocalDBSetKVFailure,
    LocalDBDeleteKVFailure,
    LocalDBGetAllKVFailure,
    LocalDBClearAllKVFailure,
    *FILE_AND_GROUP_RESPONSES,
)
