"""The list of everybody on an account's server: a page for views, all of it for plain clients and the workspace."""

from collections.abc import Callable
from typing import Final

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.desk import Asker, Desk
from casemate.internal_service.core.hosts import Host, Hosts
from casemate.internal_service.core.notices import Answered, DirectoryAnswered
from casemate.internal_service.core.refusals import Refused, reason
from casemate.internal_service.core.waits import Waits
from casemate.protocol.client.views import DirectoryRow, Reason
from casemate.protocol.ids import Cid
from casemate.protocol.limits import DIRECTORY_PAGE_ROWS

MOST_ROWS: Final = 100_000
"""A server that never stops paging is not followed further than this."""

Everybody = Callable[[list[DirectoryRow] | Reason], None]


class Directory:
    def __init__(self, desk: Desk, hosts: Hosts, waits: Waits, take: Callable[[Host, Outcome], None]) -> None:
        self._desk = desk
        self._hosts = hosts
        self._waits = waits
        self._take = take

    def page(
        self, asker: Asker, host: Host, query: str, cursor: str, limit: int, done: Callable[[object], None]
    ) -> None:
        """`done` hears DirectoryAnswered or Answered(refused). Raises Refused."""
        token = self._waits.add(asker, done)
        self._ask(host, query, cursor, limit, token)

    def everybody(self, asker: Asker | None, cid: Cid, done: Everybody, query: str = "") -> None:
        """All rows, page by page. Raises Refused."""
        self._walk(asker, self._hosts.session(cid), query, "", [], done)

    def _walk(
        self, asker: Asker | None, host: Host, query: str, cursor: str, rows: list[DirectoryRow], done: Everybody
    ) -> None:
        def on_page(outcome: object) -> None:
            match outcome:
                case DirectoryAnswered(rows=page, next_cursor=next_cursor):
                    everybody = [*rows, *page]
                    fresh = self._hosts.get(host.cid)
                    if next_cursor is None or len(everybody) >= MOST_ROWS or fresh is None:
                        done(everybody)
                        return
                    try:
                        self._walk(asker, fresh, query, next_cursor, everybody, done)
                    except Refused as refused:
                        done(refused.reason)
                case Answered(refused=why):
                    done(why or reason("internal"))

        token = self._waits.add(asker, on_page)
        self._ask(host, query, cursor, DIRECTORY_PAGE_ROWS, token)

    def _ask(self, host: Host, query: str, cursor: str, limit: int, token: int) -> None:
        try:
            items = host.account.list_directory(query, cursor, limit, token, self._desk.now)
        except Refused:
            self._waits.drop(token)
            raise
        self._take(host, items)
