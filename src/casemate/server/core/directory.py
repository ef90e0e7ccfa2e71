"""The list of everybody on this server, as each account may see it."""

from casemate.node import Effect, Instant
from casemate.protocol.ids import SERVER_CID, Cid
from casemate.protocol.link import AccountFound, AccountPage, FindAccount, ListAccounts
from casemate.protocol.names import searchable
from casemate.server.core.events import Send
from casemate.server.core.links import DeviceLink
from casemate.server.core.ports import ServerStore
from casemate.server.core.refusals import Refusal


class Directory:
    def __init__(self, store: ServerStore) -> None:
        self._store = store

    def list_people(self, link: DeviceLink, frame: ListAccounts, _now: Instant) -> list[Effect]:
        """One page; the cursor is the place of its last row, whoever is there by the next one."""
        query = searchable(frame.query.strip())
        rows = self._store.directory.page(link.account_id, query, frame.cursor, frame.limit + 1)
        page = rows[: frame.limit]
        next_cursor = page[-1][0] if len(rows) > len(page) else None
        total = self._store.directory.count(link.account_id, query)
        return [Send(link.connection, AccountPage(frame.request_id, [row for _, row in page], next_cursor, total))]

    def find(self, link: DeviceLink, frame: FindAccount, _now: Instant) -> list[Effect]:
        """Anybody, oneself included."""
        account_id = None if frame.cid == SERVER_CID else self._store.accounts.with_cid(Cid(frame.cid))
        account = None if account_id is None else self._store.accounts.account(account_id)
        row = None if account_id is None else self._store.directory.row(link.account_id, account_id)
        if account is None or row is None:
            raise Refusal("unknown_peer")
        return [Send(link.connection, AccountFound(frame.request_id, row, account.device_list, account.names))]
