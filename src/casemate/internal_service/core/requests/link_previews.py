"""MakeLinkPreview: what a page says of itself, for somebody who is about to send its address."""

from typing import Final

from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.effects import FetchLinkPreview
from casemate.internal_service.core.ground.events import LinkPreviewFetched
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import reason, refuse
from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.node import Monotonic
from casemate.protocol.client.message_extensions import LinkPreviewMade, MakeLinkPreview
from casemate.protocol.client.views import LinkPreviewView, Reason
from casemate.protocol.ids import Cid
from casemate.protocol.limits import PREVIEWS_A_MINUTE
from casemate.protocol.link_previews import host_of

ANSWER_SECONDS: Final = 30.0
"""Two are asked for at once, each for 5 s at most; others wait."""
_MINUTE: Final = 60.0


class LinkPreviewRequests:
    def __init__(self, accounts: Accounts, undo: Undo) -> None:
        self._accounts = accounts
        self._asked_at: UndoDict[Cid, tuple[Monotonic, ...]] = UndoDict(undo)
        """Within the last minute."""

    def make(self, asker: Asker, request: MakeLinkPreview) -> None:
        """Raises Refused."""
        desk = self._accounts.desk
        host = self._accounts.hosts.session(request.cid)
        if host_of(request.url) is None:
            raise refuse("malformed", what="url")
        if host.account.profile.relay_only:
            raise refuse("preview_relay_only")
        self._count(request.cid, desk.now.monotonic)

        def done(outcome: LinkPreviewFetched | Answered | Reason) -> None:
            match outcome:
                case LinkPreviewFetched(preview=preview) if preview is not None:
                    view = LinkPreviewView(
                        url=preview.url, title=preview.title, site=preview.site, description=preview.description
                    )
                    desk.answer(asker, LinkPreviewMade(cid=request.cid, request_id=asker.request_id, preview=view))
                case LinkPreviewFetched(refused=refused):
                    desk.answer(asker, failure(request, refused or reason("internal")))
                case Answered():
                    desk.answer(asker, failure(request, outcome.why))
                case _:
                    desk.answer(asker, failure(request, outcome))

        due, late = desk.now.monotonic + ANSWER_SECONDS, reason("preview_unreachable")
        token = self._accounts.waits.add(asker, done, session=request.cid, due=due, late=late)
        desk.effects.append(FetchLinkPreview(token, request.url))

    def _count(self, cid: Cid, now: Monotonic) -> None:
        """Whoever is in the page shall not look through the internet by it. Raises Refused."""
        lately = tuple(asked for asked in self._asked_at.get(cid, ()) if asked > now - _MINUTE)
        if len(lately) >= PREVIEWS_A_MINUTE:
            raise refuse("too_many_previews")
        self._asked_at[cid] = (*lately, now)
