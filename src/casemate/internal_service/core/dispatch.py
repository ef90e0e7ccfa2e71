"""A request of a socket, brought to whoever answers it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from casemate.internal_service.core.citadel.agreements import Agreements
from casemate.internal_service.core.citadel.local_db import LocalDb
from casemate.internal_service.core.citadel.not_yet import NOT_YET
from casemate.internal_service.core.citadel.peers import Peers
from casemate.internal_service.core.citadel.workspace import WorkspaceQueues
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.events import BadRequestArrived, RequestArrived
from casemate.internal_service.core.ground.failures import (
    Address,
    answer_to_malformed,
    failure,
    failure_of_unusable,
)
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.internal_service.core.ground.sockets import Sockets
from casemate.internal_service.core.requests.arranging import ArrangingRequests
from casemate.internal_service.core.requests.autostart import AutostartRequests
from casemate.internal_service.core.requests.browsers import BrowserRequests
from casemate.internal_service.core.requests.drafts import Drafts
from casemate.internal_service.core.requests.finding import FindingRequests
from casemate.internal_service.core.requests.invitations import InvitationRequests
from casemate.internal_service.core.requests.keeping import KeepingRequests
from casemate.internal_service.core.requests.link_previews import LinkPreviewRequests
from casemate.internal_service.core.requests.message_changes import MessageChangeRequests
from casemate.internal_service.core.requests.notifications import NotificationRequests
from casemate.internal_service.core.requests.probe import Probes
from casemate.internal_service.core.requests.profiles import ProfileRequests
from casemate.internal_service.core.requests.reach import ReachRequests
from casemate.internal_service.core.requests.sending import Sending
from casemate.internal_service.core.requests.view_requests import ViewRequests
from casemate.internal_service.core.sessions.creating import Creating
from casemate.internal_service.core.sessions.found_accounts import FoundAccounts
from casemate.internal_service.core.sessions.passwords import Passwords
from casemate.internal_service.core.sessions.sessions import Sessions
from casemate.internal_service.core.sessions.signing_in import SigningIn
from casemate.internal_service.core.views.snapshots import Views
from casemate.node import Event, EventRun
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client.codec import ClientRequest, ClientResponse
from casemate.protocol.client.finding_extensions import FindDay, SearchMessages
from casemate.protocol.client.invitation_extensions import (
    GetReach,
    Join,
    ListInvites,
    MakeInvite,
    OpenInvitation,
    ReadInvitation,
    SetReach,
    TakeBackInvite,
)
from casemate.protocol.client.message_extensions import (
    ArrangeConversation,
    CancelScheduled,
    ChangeScheduled,
    DeleteMessages,
    EditMessage,
    EmptyConversation,
    GetMessageVersions,
    GetStorageUse,
    MakeLinkPreview,
    MarkUnread,
    PinMessage,
    ReactToMessage,
    SetDisappearing,
    SetRetention,
)
from casemate.protocol.client.notification_extensions import (
    DismissNotification,
    GetDesktop,
    LookAt,
    MuteConversation,
    SetNotifications,
    ShowNotifications,
    UnmuteConversation,
)
from casemate.protocol.client.profile_extensions import GetPicture, SetPicture, SetRemark, SetStatus
from casemate.protocol.client.response_bases import Response
from casemate.protocol.client.responses import BatchedResponse
from casemate.protocol.client.types import Uuid
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid, SocketId

Handlers = Mapping[type[ClientRequest], Callable[[Asker, Any], None]]
"""They answer at the desk, now or later, or raise Refused."""


def gathered(batch: Sequence[Event]) -> list[Event]:
    """Messages of one socket from one account to one peer, which follow each other, become a run."""
    runs: list[Event] = []
    for written, events in groupby(batch, _written):
        together = tuple(events)
        runs += [EventRun(together)] if written is not None and len(together) > 1 else together
    return runs


def _written(event: Event) -> tuple[SocketId, Cid, Cid] | None:
    """By which socket, in whose name, and to whom; None for what is no message to a peer."""
    if isinstance(event, RequestArrived) and isinstance(event.request, ask.Message) and event.request.peer_cid:
        return event.socket, event.request.cid, event.request.peer_cid
    return None


def handlers(
    signing_in: SigningIn,
    creating: Creating,
    sessions: Sessions,
    agreements: Agreements,
    peers: Peers,
    workspace: WorkspaceQueues,
    local_db: LocalDb,
) -> Handlers:
    """What anybody may ask: the base API."""

    def message(asker: Asker, request: ask.Message) -> None:
        if request.peer_cid:
            peers.send([(asker, request)])
        else:
            workspace.message(asker, request)

    return {
        ask.Connect: signing_in.connect,
        ask.Register: creating.create,
        ask.Disconnect: lambda asker, request: sessions.disconnect(asker, request.cid),
        ask.Deregister: lambda asker, request: sessions.deregister(asker, request.cid),
        ask.GetSessions: lambda asker, _: sessions.get_sessions(asker),
        ask.GetAccountInformation: lambda asker, request: sessions.get_account_information(asker, request.cid),
        ask.ConnectionManagement: lambda asker, request: sessions.manage(asker, request.management_command),
        ask.Message: message,
        ask.ListAllPeers: peers.list_all,
        ask.ListRegisteredPeers: peers.list_registered,
        ask.PeerRegister: agreements.register,
        ask.PeerRegisterRespond: agreements.respond,
        ask.PeerConnect: agreements.connect,
        ask.PeerConnectAccept: agreements.accept,
        ask.PeerDisconnect: peers.disconnect,
        ask.LocalDBGetKV: local_db.get,
        ask.LocalDBSetKV: local_db.set,
        ask.LocalDBDeleteKV: local_db.delete,
        ask.LocalDBGetAllKV: local_db.get_all,
        ask.LocalDBClearAllKV: local_db.clear,
        **dict.fromkeys(NOT_YET, _not_yet),
    }


def view_handlers(
    desk: Desk,
    views: Views,
    view_requests: ViewRequests,
    drafts: Drafts,
    signing_in: SigningIn,
    found_accounts: FoundAccounts,
    passwords: Passwords,
    probes: Probes,
    browsers: BrowserRequests,
    autostart: AutostartRequests,
    invitations: InvitationRequests,
    creating: Creating,
    reach: ReachRequests,
    message_changes: MessageChangeRequests,
    sending: Sending,
    arranging: ArrangingRequests,
    keeping: KeepingRequests,
    notifications: NotificationRequests,
    profiles: ProfileRequests,
    finding: FindingRequests,
    link_previews: LinkPreviewRequests,
) -> Handlers:
    """What only views may ask: our extension."""
    return {
        ext.Hello: lambda asker, _: views.hello(asker),
        ext.Subscribe: lambda asker, request: views.subscribe(asker, request.cid, request.after),
        ext.Unsubscribe: lambda asker, request: views.unsubscribe(asker, request.cid),
        ext.ListDirectory: view_requests.list_directory,
        ext.GetTimeline: view_requests.get_timeline,
        ext.SendChat: sending.send_chat,
        MarkUnread: arranging.mark_unread,
        ArrangeConversation: arranging.arrange,
        GetStorageUse: keeping.use,
        EmptyConversation: keeping.empty,
        SetRetention: keeping.set_retention,
        ChangeScheduled: sending.change_scheduled,
        CancelScheduled: sending.cancel_scheduled,
        EditMessage: message_changes.edit,
        DeleteMessages: message_changes.delete,
        ReactToMessage: message_changes.react,
        PinMessage: message_changes.pin,
        SetDisappearing: message_changes.set_disappearing,
        GetMessageVersions: message_changes.versions,
        MuteConversation: notifications.mute,
        UnmuteConversation: notifications.unmute,
        SetNotifications: notifications.set,
        ShowNotifications: notifications.show,
        DismissNotification: notifications.dismiss,
        LookAt: notifications.look_at,
        GetPicture: profiles.picture,
        SetPicture: profiles.set_picture,
        SetStatus: profiles.set_status,
        SetRemark: profiles.set_remark,
        GetDesktop: notifications.desktop,
        SearchMessages: finding.search,
        FindDay: finding.find_day,
        MakeLinkPreview: link_previews.make,
        ext.SetDraft: drafts.set,
        ext.MarkRead: view_requests.mark_read,
        ext.SetTyping: view_requests.set_typing,
        ext.WithdrawRegistration: view_requests.withdraw_registration,
        ext.BlockPeer: view_requests.block,
        ext.UnblockPeer: view_requests.block,
        ext.GetSafetyNumber: view_requests.safety_number,
        ext.SetVerified: view_requests.set_verified,
        ext.AcceptIdentity: view_requests.accept_identity,
        ext.SetSettings: view_requests.set_settings,
        ext.AddServerAddress: view_requests.add_server_address,
        ext.RemoveServerAddress: view_requests.remove_server_address,
        ext.ConnectAccount: signing_in.connect_account,
        ext.AdoptAccount: found_accounts.adopt,
        ext.ChangePassword: passwords.change,
        ext.ForgetFoundAccount: found_accounts.forget,
        ext.ForgetDamagedAccount: found_accounts.forget_damaged,
        ext.ProbeServer: probes.probe,
        MakeInvite: invitations.make,
        TakeBackInvite: invitations.take_back,
        ListInvites: invitations.list,
        ReadInvitation: invitations.read,
        OpenInvitation: invitations.open,
        Join: creating.join,
        ext.Ping: lambda asker, _: desk.answer(asker, ext.Pong(cid=Cid(0), request_id=asker.request_id)),
        GetReach: reach.get,
        SetReach: reach.set,
        ext.ListBrowsers: browsers.list,
        ext.SignOutBrowser: browsers.sign_out,
        ext.GetAutostart: autostart.get,
        ext.SetAutostart: autostart.set,
    }


class Dispatch:
    def __init__(self, desk: Desk, sockets: Sockets, peers: Peers, handlers: Handlers, view_handlers: Handlers) -> None:
        self._desk = desk
        self._sockets = sockets
        self._peers = peers
        self._handlers = handlers
        self._view_handlers = view_handlers

    def arrived(self, socket: SocketId, request: ClientRequest) -> None:
        if not self._sockets.is_open(socket):
            return
        self._sockets.heard(socket, hello=isinstance(request, ext.Hello))
        asker = Asker(socket, Uuid(request.request_id))
        if isinstance(request, ask.Batched):
            self._batched(asker, request)
        else:
            self._dispatch(asker, request)

    def messages_arrived(self, run: Sequence[Event]) -> None:
        """One of `gathered`. Raises Refused when they cannot all be sent."""
        arrived = [(event.socket, event.request) for event in run if isinstance(event, RequestArrived)]
        socket = arrived[0][0]
        if self._sockets.is_open(socket):
            self._sockets.heard(socket, hello=False)
            messages = [request for _, request in arrived if isinstance(request, ask.Message)]
            self._peers.send([(Asker(socket, request.request_id), request) for request in messages])

    def bad_request_arrived(self, event: BadRequestArrived) -> None:
        """It could not be read."""
        if event.request_id is not None:
            peer_cid = None if event.peer_cid is None else Cid(event.peer_cid)
            at = Address(event.request_id, Cid(event.cid or 0), peer_cid)
            answer = answer_to_malformed(event.name, at, of_a_view=self._sockets.is_view(event.socket))
            self._desk.answer(Asker(event.socket, event.request_id), answer)

    def failed(self, socket: SocketId, request: ClientRequest, why: Reason) -> None:
        """Handling it raised, and was undone."""
        self._desk.answer(Asker(socket, Uuid(request.request_id)), _all_failed(request, why))

    def _batched(self, asker: Asker, request: ask.Batched) -> None:
        places = self._desk.begin_batched(asker, len(request.commands))
        for place, command in zip(places, request.commands, strict=True):
            if isinstance(command, ask.Unusable):
                self._desk.answer(place, failure_of_unusable(command))
            else:
                self._dispatch(replace(place, request_id=command.request_id), command)

    def _dispatch(self, asker: Asker, request: ClientRequest) -> None:
        try:
            handler = self._handlers.get(type(request))
            if handler is None:
                handler = self._view_handlers[type(request)]
                if not self._sockets.is_view(asker.socket):
                    raise refuse("views_only")
            handler(asker, request)
        except Refused as refused:
            self._desk.answer(asker, failure(request, refused.reason))


def _not_yet(asker: Asker, request: ClientRequest) -> None:
    raise refuse("not_available_yet")


def _all_failed(request: ClientRequest, why: Reason) -> ClientResponse | None:
    """Of a batch, the failures of all its commands."""
    if not isinstance(request, ask.Batched):
        return failure(request, why)
    results = [
        failure_of_unusable(command) if isinstance(command, ask.Unusable) else failure(command, why)
        for command in request.commands
    ]
    given = [result for result in results if isinstance(result, Response)]
    return BatchedResponse(cid=Cid(0), request_id=request.request_id, results=given)
