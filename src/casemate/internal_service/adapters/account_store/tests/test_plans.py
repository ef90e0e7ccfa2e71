"""No statement of messages and deliveries reads a whole table, or a whole conversation for one message of it."""

from pathlib import Path
from typing import Any

import pytest

from casemate.crypto.content import Shows
from casemate.internal_service.adapters.account_store import open_account_store
from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.account.lives import Clocks, Life
from casemate.internal_service.core.account.rows import Channel, Delivery, LaterContent, MessageRow
from casemate.protocol.ids import AccountId, Cid, ConversationId, DeviceId, MessageId
from casemate.runtime.sqlite import Database

DEVICE = DeviceId(b"d" * 16)
BEA = AccountId(b"b" * 32)
CONVERSATION = ConversationId(b"c" * 16)
FRAME = ilm.Data(Cid(1), Cid(2), 3, b"words")
FEW_ROWS = (
    "SCAN CONSTANT ROW",
    "SCAN queues",
    "SCAN channels",
    "SCAN conversations",
    "SCAN profile",
    "SCAN plain_queue",
)
"""No more than peers have devices, or than a plain client is owed: of that no bodies are read."""


def line(name: str, *, mine: bool) -> MessageRow:
    return MessageRow(
        arrival=0,
        message_id=MessageId(name.encode().ljust(16, b".")),
        conversation=CONVERSATION,
        author=AccountId(b"a" * 32) if mine else BEA,
        device=DEVICE,
        kind="chat",
        shows=Shows.LINE,
        body=b"",
        counter=1,
        written_at=1.0,
        arrived_at=1.0,
        number=None if mine else 1,
        seen=mine,
        painted=mine,
    )


def test_statements_find_their_rows_by_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_account_store(tmp_path / "account.db", b"k" * 32, synchronous="OFF")
    store.plain_trim(1, 1)  # counts what is owed, once
    plans: dict[str, list[str]] = {}
    honest = Database.rows

    def noting(self: Database, sql: str, *bindings: Any) -> Any:
        plans[sql] = [row[3] for row in honest(self, f"EXPLAIN QUERY PLAN {sql}", *bindings)]

    for name in ("rows", "row", "execute"):
        before = getattr(Database, name)

        def noted(self: Database, sql: str, *bindings: Any, before: Any = before) -> Any:
            noting(self, sql, *bindings)
            return before(self, sql, *bindings)

        monkeypatch.setattr(Database, name, noted)
    store.open_conversation(CONVERSATION, BEA)
    store.put_channel(Channel(DEVICE, BEA))
    theirs, ours = store.messages_add([line("theirs", mine=False), line("ours", mine=True)])
    assert theirs is not None
    assert ours is not None
    store.deliveries_add([Delivery(DEVICE, ours.arrival)])
    store.deliveries_sealed([Delivery(DEVICE, ours.arrival, 1, b"envelope", "queued")])
    for page in (None, ours.order):
        store.timeline_page(CONVERSATION, before=page, after=None, limit=9)
    store.timeline_page(CONVERSATION, before=None, after=theirs.order, limit=9)
    store.message(CONVERSATION, MessageId(bytes(16)))
    store.messages_with_id(MessageId(bytes(16)))
    store.message_at(ours.arrival)
    store.paint(CONVERSATION, [theirs.message_id], told=True)
    store.see(CONVERSATION, 9)
    store.renumber(CONVERSATION, theirs.message_id, 7)
    store.untold_around(DEVICE, 1)
    store.first_unread(CONVERSATION)
    store.unseen(CONVERSATION, 9)
    store.beginning(ours.arrival, 9)
    store.mute(CONVERSATION)
    store.deliveries_of([ours.arrival])
    store.deliveries_to_send(DEVICE, 0, 9)
    store.deliveries_to_send(DEVICE, 0, 9, even_sent=True)
    store.set_state(DEVICE, 1, 1, "sent", None, 9.0)
    store.overdue(1.0, 9)
    store.next_overdue()
    store.expire(DEVICE, 1, 1)
    store.revive(DEVICE)
    store.numbers_under_way(DEVICE, "sent")
    store.queued_messages(CONVERSATION, 9)
    store.devices_to_send()
    store.unseal(DEVICE, [1])
    store.deliveries_waiting(DEVICE, 9)
    store.deliveries_sealed([Delivery(DEVICE, ours.arrival, 2, b"envelope", "queued")])
    store.arrived(DEVICE, 2)
    store.read(DEVICE, 1, 2)
    store.plain_add(Cid(1), theirs.arrival)
    store.plain_after(0, 9)
    store.plain_remove_up_to(1)
    store.lives_wait([ours.arrival])
    store.set_state(DEVICE, 1, 1, "sent", None)
    store.lives_to_begin()
    store.lives_begin([Life(theirs.arrival, 1.0, 1.0, None)])
    store.lives_next()
    store.lives_due(Clocks(2.0, 2.0, 2.0), 9)
    store.life_hide(theirs, 1.0)
    store.lives_heard_server(1.0, 1.0)
    store.lives_due(Clocks(0.0, 0.0, 2.0), 9)
    store.ends_of([theirs.arrival])
    store.life_show(theirs)
    store.disappearing(CONVERSATION)
    store.keep_days()
    store.set_keep_days(3)
    store.size_of(CONVERSATION)
    store.conversations()
    store.hidden_lines(CONVERSATION)
    store.kv_set(None, "outbound", ilm.payload(FRAME))
    store.delete_here(CONVERSATION, [theirs.message_id])
    store.plain_drop(theirs.arrival, ilm.encode(FRAME))
    store.frame_blank(FRAME)
    store.later_add(LaterContent(BEA, DEVICE, 1, 1.0, "vote", b"whole"))
    store.later_take({"vote", "poll"}, 9)
    store.later_drop(BEA)
    store.later_expire(1.0)
    store.kv_delete(None, "outbound")
    whole = {
        sql: steps
        for sql, steps in plans.items()
        if any(step.startswith("SCAN") and step not in FEW_ROWS for step in steps)
        or ("id = ?" in sql and any("messages_in_order" in step for step in steps))
    }
    assert whole == {}
    assert len(plans) > 30, "they were looked at"
    store.close()
