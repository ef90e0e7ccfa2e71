"""Bringing others in, as views ask for it: invitations, and who can come to a server that runs here."""

from casemate.protocol.client.extension_bases import ExtensionRequest, ExtensionResponse
from casemate.protocol.client.responses import ConnectSuccess, RegisterFailure
from casemate.protocol.client.views import InviteView, Reach, ReachView
from casemate.protocol.ids import Cid


class InviteList(ExtensionResponse, frozen=True, kw_only=True):
    invites: list[InviteView]
    """The newest first; those that ended longer than 30 days ago are gone."""


class InvitationRead(ExtensionResponse, frozen=True, kw_only=True):
    """What a link says. Nobody was asked yet."""

    server_addr: str
    """The likeliest of its addresses."""
    fingerprint: str
    """Of the server's identity key, which the link pins."""
    inviter: Cid
    here: list[Cid]
    """Accounts of this computer at that server: they can open it without a new account."""
    own: bool
    """One of them made it."""


class ReachTold(ExtensionResponse, frozen=True, kw_only=True):
    view: ReachView


class MakeInvite(ExtensionRequest, frozen=True, kw_only=True):
    """A link that lets others in and registers them with this account. Answered when it works; the first of the list
    is the new one."""

    answers = (InviteList,)

    cid: Cid
    uses: int
    """1 to 100."""
    seconds: float
    """60 to 30 days."""


class TakeBackInvite(ExtensionRequest, frozen=True, kw_only=True):
    """Nobody comes by it any more."""

    answers = (InviteList,)

    cid: Cid
    invite: str


class ListInvites(ExtensionRequest, frozen=True, kw_only=True):
    answers = (InviteList,)

    cid: Cid


class ReadInvitation(ExtensionRequest, frozen=True, kw_only=True):
    """What the link says that is somewhere in this text."""

    answers = (InvitationRead,)

    text: str

    def __repr__(self) -> str:
        return "ReadInvitation(hidden)"


class OpenInvitation(ExtensionRequest, frozen=True, kw_only=True):
    """An account that is there asks who made it, and they agree by themselves."""

    cid: Cid
    text: str

    def __repr__(self) -> str:
        return "OpenInvitation(hidden)"


class Join(ExtensionRequest, frozen=True, kw_only=True):
    """A new account by the invitation in this text: at its server, whose key it pins, and registered with its maker."""

    answers = (ConnectSuccess,)
    failure = RegisterFailure

    text: str
    username: str
    full_name: str
    password: list[int]

    def __repr__(self) -> str:
        return "Join(hidden)"


class GetReach(ExtensionRequest, frozen=True, kw_only=True):
    """Who can come to this account's server, if it was started together with this service: found out and tried now."""

    answers = (ReachTold,)

    cid: Cid


class SetReach(ExtensionRequest, frozen=True, kw_only=True):
    """Let the server listen there from now on, over restarts, too. Links to it end and come back."""

    answers = (ReachTold,)

    cid: Cid
    reach: Reach
