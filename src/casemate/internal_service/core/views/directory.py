"""The list of everybody on an account's server: a page for views, all of it for plain clients and the workspace."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.notices import Answered, DirectoryAnswered
from casemate.internal_service.core.ground.refusals import Refused, reason
from casemate.internal_service.core.ground.waits import Waits
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.protocol.client.views import DirectoryRow, Reason
from casemate.protocol.ids import Cid
from casemate.protocol.limits import DIRECTORY_PAGE_ROWS

MOST_ROWS: Final = 100_000
"""A server that never stops paging is not followed further than this."""

TRY_AGAIN_SECONDS: Final = 0.5
MOST_TRIES: Final = 20

Everybody = Callable[[list[DirectoryRow] | Reason], None]


@dataclass(frozen=True, slots=True)
class _Walk:
    """On the way through all pages. `rows` grows; an event that is undone ends the walk's wait, and so its use."""

    asker: Asker | None
    cid: Cid
    done: Everybody
    cursor: str = ""
    rows: list[DirectoryRow] = field(default_factory=list)
    tries: int = 0


class DirectoryReader:
    def __init__(self, desk: Desk, hosts: Hosts, waits: Waits, take: Callable[[Host, Outcome], None]) -> None:
        self._desk = desk
        self._hosts = hosts
        self._waits = waits
        self._take = take

    def page(
        self, asker: Asker | None, host: Host, query: str, cursor: str, limit: int, done: Callable[[object], None]
    ) -> None:
        """`done` hears DirectoryAnswered or Answered(refused). Raises Refused."""
        now = self._desk.now
        items = self._waits.ask(
            asker, done, lambda token: host.account.list_directory(query, cursor, limit, token, now)
        )
        self._take(host, items)

    def everybody(self, asker: Asker | None, cid: Cid, done: Everybody) -> None:
        """All rows, page by page, or why not. Raises Refused when there is no such session."""
        self._hosts.session(cid)
        self._next_page(_Walk(asker, cid, done))

    def _next_page(self, walk: _Walk) -> None:
        host = self._hosts.get(walk.cid)
        if host is None:
            walk.done(reason("no_session", cid=str(walk.cid)))
            return
        try:
            self.page(walk.asker, host, "", walk.cursor, DIRECTORY_PAGE_ROWS, lambda page: self._came(walk, page))
        except Refused as refused:
            walk.done(refused.reason)

    def _came(self, walk: _Walk, outcome: object) -> None:
        match outcome:
            case DirectoryAnswered(rows=page, next_cursor=next_cursor):
                walk.rows.extend(page)
                if next_cursor is None or len(walk.rows) >= MOST_ROWS:
                    walk.done(walk.rows)
                else:
                    self._next_page(replace(walk, cursor=next_cursor, tries=0))
            case Answered(refused=Reason(code="too_many_requests")) if walk.tries < MOST_TRIES:
                # The server counts a page as many requests; it allows the next one soon.
                again = replace(walk, tries=walk.tries + 1)
                due = self._desk.now.monotonic + TRY_AGAIN_SECONDS
                self._waits.add(walk.asker, lambda _: self._next_page(again), session=walk.cid, due=due)
            case Answered(refused=why):
                walk.done(why or reason("internal"))
