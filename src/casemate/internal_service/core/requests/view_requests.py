"""What only views may ask: the extension of the client API, apart from subscribing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.ids import conversation_from_hex, message_from_hex, order_from_view
from casemate.internal_service.core.ground.names import server_address
from casemate.internal_service.core.ground.notices import Answered, DirectoryAnswered
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.views.directory import DirectoryReader
from casemate.internal_service.core.views.snapshots import Views
from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done, ExtensionRequest
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import (
    Cid,
)
from casemate.protocol.limits import PAINTED_AT_ONCE, TIMELINE_PAGE_ROWS

_QUERY_CHARACTERS: Final = 200
_HIGHEST_NUMBER: Final = 2**63 - 1
"""Of counters and arrivals in the database."""


class ViewRequests:
    """Every method raises Refused."""

    def __init__(self, accounts: Accounts, directory: DirectoryReader, views: Views) -> None:
        self._accounts = accounts
        self._directory = directory
        self._waits = accounts.waits
        self._views = views

    @property
    def _desk(self) -> Desk:
        return self._accounts.desk

    @property
    def _hosts(self) -> Hosts:
        return self._accounts.hosts

    def list_directory(self, asker: Asker, request: ext.ListDirectory) -> None:
        host = self._hosts.session(request.cid)
        if len(request.query) > _QUERY_CHARACTERS:
            raise refuse("too_long", what="query")

        def done(outcome: object) -> None:
            if isinstance(outcome, DirectoryAnswered):
                page = ext.DirectoryPage(
                    cid=request.cid,
                    request_id=asker.request_id,
                    rows=outcome.rows,
                    next_cursor=outcome.next_cursor,
                    total=outcome.total,
                )
                self._desk.answer(asker, page)
            elif isinstance(outcome, Answered):
                self._refuse(asker, request, outcome.why)

        self._directory.page(asker, host, request.query, request.cursor, request.limit, done)

    def get_timeline(self, asker: Asker, request: ext.GetTimeline) -> None:
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        limit = max(1, min(request.limit, TIMELINE_PAGE_ROWS))
        around = request.around
        if request.around_message is not None:
            message = host.account.message_view(conversation, message_from_hex(request.around_message))
            if message is None:
                raise refuse("message_gone")
            around = message.order
        messages, has_before, has_after = host.account.timeline(
            conversation,
            order_from_view(request.before),
            order_from_view(request.after),
            order_from_view(around),
            limit,
        )
        page = ext.TimelinePage(
            cid=request.cid,
            request_id=asker.request_id,
            conversation=request.conversation,
            messages=messages,
            has_before=has_before,
            has_after=has_after,
        )
        self._desk.answer(asker, page)

    def mark_read(self, asker: Asker, request: ext.MarkRead) -> None:
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        if len(request.painted) > PAINTED_AT_ONCE:
            raise refuse("malformed", what="painted")
        painted = [message_from_hex(text) for text in request.painted]
        up_to = max(0, min(request.seen_up_to, _HIGHEST_NUMBER))
        self._do(asker, host, host.account.mark_read(conversation, painted, up_to, self._desk.now))

    def set_typing(self, asker: Asker, request: ext.SetTyping) -> None:
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        self._do(asker, host, host.account.set_typing(conversation, request.typing, self._desk.now))

    def withdraw_registration(self, asker: Asker, request: ext.WithdrawRegistration) -> None:
        host = self._hosts.session(request.cid)
        self._when_answered(asker, request, host, lambda token: host.account.withdraw_registration(request.peer, token))

    def block(self, asker: Asker, request: ext.BlockPeer | ext.UnblockPeer) -> None:
        host = self._hosts.session(request.cid)
        blocked = isinstance(request, ext.BlockPeer)
        self._when_answered(
            asker, request, host, lambda token: host.account.block(request.peer, blocked, token, self._desk.now)
        )

    def safety_number(self, asker: Asker, request: ext.GetSafetyNumber) -> None:
        host = self._hosts.session(request.cid)
        digits, qr = host.account.safety_number(request.peer)
        peer = host.account.peer_view(request.peer)
        answer = ext.SafetyNumber(
            cid=request.cid,
            request_id=asker.request_id,
            peer=request.peer,
            digits=digits,
            qr=qr,
            verified=peer is not None and peer.verified,
        )
        self._desk.answer(asker, answer)

    def set_verified(self, asker: Asker, request: ext.SetVerified) -> None:
        host = self._hosts.session(request.cid)
        self._do(asker, host, host.account.set_verified(request.peer, request.verified, self._desk.now))

    def accept_identity(self, asker: Asker, request: ext.AcceptIdentity) -> None:
        host = self._hosts.session(request.cid)
        self._do(asker, host, host.account.accept_identity(request.peer, self._desk.now))

    def set_settings(self, asker: Asker, request: ext.SetSettings) -> None:
        host = self._hosts.session(request.cid)

        def change(token: int) -> Outcome:
            renamed = self._rename(host, request.full_name)
            return renamed + host.account.set_settings(
                auto_connect=request.auto_connect,
                appear_offline=request.appear_offline,
                relay_only=request.relay_only,
                lan_discovery=request.lan_discovery,
                read_receipts=request.read_receipts,
                typing=request.typing,
                token=token,
                now=self._desk.now,
            )

        # First what may be refused at once, so that a refusal changes nothing.
        self._when_answered(asker, request, host, change, then=lambda: self._changed(request.cid))
        if request.ask_password_at_start is not None:
            row = replace(self._accounts.row(host), ask_password_at_start=request.ask_password_at_start)
            self._accounts.stores.service.put_account(row)
            self._accounts.keep_open(host, not request.ask_password_at_start)
            self._changed(request.cid)

    def add_server_address(self, asker: Asker, request: ext.AddServerAddress) -> None:
        host = self._hosts.session(request.cid)
        self._do(asker, host, host.account.add_server_address(server_address(request.address), self._desk.now))

    def remove_server_address(self, asker: Asker, request: ext.RemoveServerAddress) -> None:
        host = self._hosts.session(request.cid)
        items = host.account.remove_server_address(server_address(request.address))
        # The list of accounts shows the first one, also while the account is closed.
        row = replace(self._accounts.row(host), server_address=host.account.server_address)
        self._accounts.stores.service.put_account(row)
        self._do(asker, host, items)

    # --- inside

    def _rename(self, host: Host, full_name: str | None) -> Outcome:
        if full_name is None:
            return []
        items = host.account.change_full_name(full_name, self._desk.now)
        # The list of accounts shows it, also while the account is closed.
        row = replace(self._accounts.row(host), full_name=host.account.full_name)
        self._accounts.stores.service.put_account(row)
        return items

    def _when_answered(
        self,
        asker: Asker,
        request: ext.WithdrawRegistration | ext.BlockPeer | ext.UnblockPeer | ext.SetSettings,
        host: Host,
        operation: Callable[[int], Outcome],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        def done(outcome: object) -> None:
            if isinstance(outcome, Answered) and outcome.refused is None:
                then()
                self._desk.answer(asker, Done(cid=request.cid, request_id=asker.request_id))
            elif isinstance(outcome, Answered) and outcome.refused is not None:
                self._refuse(asker, request, outcome.refused)

        self._accounts.take(host, self._waits.ask(asker, done, operation))

    def _do(self, asker: Asker, host: Host, items: Outcome) -> None:
        self._desk.answer(asker, Done(cid=host.cid, request_id=asker.request_id))
        self._accounts.take(host, items)

    def _refuse(self, asker: Asker, request: ExtensionRequest, why: Reason) -> None:
        self._desk.answer(asker, failure(request, why))

    def _changed(self, cid: Cid) -> None:
        host = self._hosts.get(cid)
        if host is not None:
            self._views.account_changed(host)
