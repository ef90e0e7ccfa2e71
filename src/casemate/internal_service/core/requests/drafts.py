"""What is being written: kept here with every pause, so that it outlives screens, tabs, reloads and restarts."""

from typing import Final

from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.ids import conversation_from_hex, id_from_hex
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.ground.texts import storable
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.sessions.ports import Draft, DraftStore
from casemate.internal_service.core.views.draft_views import draft_view
from casemate.internal_service.core.views.snapshots import Views
from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.views import DraftChanged, DraftRemoved
from casemate.protocol.ids import SLOT_ID_BYTES, ConversationId, SlotId
from casemate.protocol.limits import DRAFT_BYTES, DRAFT_BYTES_PER_ACCOUNT, DRAFTS_PER_CONVERSATION

_HIGHEST_REVISION: Final = 2**53 - 1
"""What a browser can count."""


class Drafts:
    def __init__(self, desk: Desk, hosts: Hosts, views: Views) -> None:
        self._desk = desk
        self._hosts = hosts
        self._views = views

    def set(self, asker: Asker, request: ext.SetDraft) -> None:
        """Raises Refused."""
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        slot = slot_id(request.slot)
        host.account.cid_in(conversation)
        self._write(host, conversation, slot, storable(request.text), _revision(request.revision))
        self._desk.answer(asker, Done(cid=request.cid, request_id=asker.request_id))

    def sent(self, host: Host, conversation: ConversationId, slot: SlotId, revision: int) -> None:
        """The draft is a message now. What the same window began to write since then stays."""
        draft = self._hosts.store(host).draft(conversation, slot)
        if draft is not None and draft.revision <= revision:
            self._remove(host, draft)

    def _write(self, host: Host, conversation: ConversationId, slot: SlotId, text: str, revision: int) -> None:
        store = self._hosts.store(host)
        before = store.draft(conversation, slot)
        if before is not None and revision <= before.revision:
            if (revision, text) == (before.revision, before.text):
                return  # our answer was lost
            raise refuse("draft_moved")
        if text == "":
            if before is not None:
                self._remove(host, before)
            return
        _check_room(store, conversation, before, text)
        draft = store.put_draft(conversation, slot, text, revision)
        self._views.event(host, DraftChanged(draft=draft_view(draft)))

    def _remove(self, host: Host, draft: Draft) -> None:
        self._hosts.store(host).remove_draft(draft.conversation, draft.slot)
        self._views.event(host, DraftRemoved(conversation=draft.conversation.hex(), slot=draft.slot.hex()))


def slot_id(text: str) -> SlotId:
    """Raises Refused."""
    return SlotId(id_from_hex(text, SLOT_ID_BYTES, "slot"))


def _check_room(store: DraftStore, conversation: ConversationId, before: Draft | None, text: str) -> None:
    size = len(text.encode())
    if size > DRAFT_BYTES:
        raise refuse("too_long", what="text", limit=str(DRAFT_BYTES))
    if before is None and store.draft_slots(conversation) >= DRAFTS_PER_CONVERSATION:
        raise refuse("too_many_drafts")
    replaced = 0 if before is None else len(before.text.encode())
    if store.draft_bytes() - replaced + size > DRAFT_BYTES_PER_ACCOUNT:
        raise refuse("too_many_drafts")


def _revision(revision: int) -> int:
    if not 0 < revision <= _HIGHEST_REVISION:
        raise refuse("malformed", what="revision")
    return revision
