"""Links that were opened, by who made them: each is kept until the server has the request that it leads to."""

from dataclasses import replace
from typing import Final

from casemate.crypto.invite import Invitation, admit_token, read_invitation, write_invitation
from casemate.internal_service.core.account.context import Context
from casemate.internal_service.core.account.people.introductions import proof_in
from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.ids import AccountId

OPENED_LINKS: Final = 8
"""So many may wait for the server at a time."""


def opened_links(context: Context) -> list[Invitation]:
    return [read_invitation(text) for text in context.profile.invitations]


def keep_link(context: Context, invitation: Invitation) -> None:
    """In place of an earlier one of the same person. Raises Refused."""
    others = [link for link in opened_links(context) if link.inviter != invitation.inviter]
    if len(others) >= OPENED_LINKS:
        raise refuse("too_many_links")
    _put(context, [*others, invitation])


def joined_by(context: Context, invitation: Invitation) -> tuple[str, ...]:
    """Where the account is not made yet, it is made by the link that was opened last; others at the same server are
    taken up after it."""
    others = [
        link
        for link in opened_links(context)
        if link.server_key == invitation.server_key and link.inviter != invitation.inviter
    ]
    return tuple(write_invitation(link) for link in [invitation, *others][:OPENED_LINKS])


def is_shown(invitation: Invitation, card: bytes | None) -> bool:
    """A request of ours shows this very link."""
    return card is not None and proof_in(card).invite_id == invitation.invite_id


def forget_shown(context: Context, inviter: AccountId, card: bytes) -> None:
    """The server has this request: of a link that was opened meanwhile it knows nothing yet."""
    if any(link.inviter == inviter and is_shown(link, card) for link in opened_links(context)):
        forget_link(context, inviter)


def forget_link(context: Context, inviter: AccountId) -> None:
    links = opened_links(context)
    others = [link for link in links if link.inviter != inviter]
    if len(others) < len(links):
        _put(context, others)


def leave_of(context: Context, inviter: AccountId) -> tuple[bytes, bytes]:
    """Invite id and token, for the server; empty without a link of theirs."""
    for link in opened_links(context):
        if link.inviter == inviter:
            return link.invite_id, admit_token(link.secret)
    return b"", b""


def _put(context: Context, links: list[Invitation]) -> None:
    written = tuple(write_invitation(link) for link in links)
    context.store.put_profile(replace(context.profile, invitations=written))
