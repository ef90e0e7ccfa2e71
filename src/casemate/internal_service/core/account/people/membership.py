"""An account as a member of its server: who else is there, how it wants to be met and seen, and leaving."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.link.requests import Answer, ServerRequests
from casemate.internal_service.core.ground.notices import AccountDeleted, Answered, DirectoryAnswered, LinkChanged
from casemate.internal_service.core.ground.refusals import reason, told_reason
from casemate.node import Instant
from casemate.protocol.client.views import DirectoryRow
from casemate.protocol.limits import DIRECTORY_PAGE_ROWS
from casemate.protocol.link import AccountPage, AccountRow, DeleteAccount, ListAccounts, RequestFailed, SetVisibility

ShowRows = Callable[[Iterable[AccountRow]], list[DirectoryRow]]
"""Rows of the server as our user sees them."""


class Membership:
    """Whatever takes a token ends in a notice that carries it, and raises Refused without a link."""

    def __init__(self, context: Context, requests: ServerRequests, show: ShowRows) -> None:
        self._context = context
        self._requests = requests
        self._show = show

    def list_directory(self, query: str, cursor: str, limit: int, token: int) -> Outcome:
        rows = max(1, min(limit, DIRECTORY_PAGE_ROWS))

        def answered(answer: Answer, now: Instant) -> Outcome:
            if not isinstance(answer, AccountPage):
                return _refused(token, answer)
            shown = self._show(answer.rows)
            return [DirectoryAnswered(token, shown, answer.next_cursor, answer.total)]

        return self._requests.ask(lambda request_id: ListAccounts(request_id, query, cursor, rows), answered)

    def choose(
        self,
        *,
        auto_connect: bool | None,
        relay_only: bool | None,
        lan_discovery: bool | None,
        read_receipts: bool | None,
        typing: bool | None,
    ) -> None:
        """What this computer decides alone; None leaves it as it is."""
        profile = self._context.profile
        chosen = replace(
            profile,
            auto_connect=profile.auto_connect if auto_connect is None else auto_connect,
            relay_only=profile.relay_only if relay_only is None else relay_only,
            lan_discovery=profile.lan_discovery if lan_discovery is None else lan_discovery,
            read_receipts=profile.read_receipts if read_receipts is None else read_receipts,
            typing=profile.typing if typing is None else typing,
        )
        if chosen != profile:
            self._context.store.put_profile(chosen)

    def appear_offline(self, wanted: bool, token: int) -> Outcome:
        def confirmed() -> Outcome:
            self._context.store.put_profile(replace(self._context.profile, appear_offline=wanted))
            return [LinkChanged(), Answered(token)]

        return self._requests.ask(
            lambda request_id: SetVisibility(request_id, wanted), _unless_refused(token, confirmed)
        )

    def delete(self, token: int) -> Outcome:
        return self._requests.ask(DeleteAccount, _unless_refused(token, lambda: [AccountDeleted(token)]))


def _unless_refused(token: int, confirmed: Callable[[], Outcome]) -> Callable[[Answer, Instant], Outcome]:
    return lambda answer, now: _refused(token, answer) if isinstance(answer, RequestFailed) else confirmed()


def _refused(token: int, answer: Answer) -> Outcome:
    if isinstance(answer, RequestFailed):
        return [Answered(token, told_reason(answer))]
    return [Answered(token, reason("internal"))]
