"""What every store of messages that are to be sent later keeps."""

from msgspec.structs import replace

from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Scheduled
from casemate.protocol.ids import MessageId
from casemate.protocol.limits import CANCELLED_KEPT_SECONDS
from tests.contracts.account_rows import BEA, WITH_BEA, WITH_CARL

FIRST = Scheduled(MessageId(b"f" * 16), WITH_BEA, "Grüße", (BEA, MessageId(b"q" * 16)), 1.0, 20.0)
SECOND = Scheduled(MessageId(b"s" * 16), WITH_CARL, "later", None, 2.0, 30.0, "not_connected")


class ScheduledStoreContract:
    def test_they_are_kept_in_the_order_in_which_they_are_due(self, store: AccountStore) -> None:
        with store.transaction():
            store.put_scheduled(SECOND)
            store.put_scheduled(FIRST)
        assert store.all_scheduled() == [FIRST, SECOND]
        assert (store.scheduled(FIRST.message_id), store.scheduled(MessageId(b"n" * 16))) == (FIRST, None)
        assert (store.scheduled_due(19.0), store.scheduled_due(20.0), store.scheduled_next()) == ([], [FIRST], 20.0)

    def test_one_is_replaced_and_goes(self, store: AccountStore) -> None:
        with store.transaction():
            store.put_scheduled(FIRST)
            store.put_scheduled(replace(FIRST, text="Hi", due_at=25.0))
        assert store.scheduled_size() == (1, 2)
        with store.transaction():
            store.drop_scheduled(FIRST.message_id)
        assert (store.all_scheduled(), store.scheduled_size(), store.scheduled_next()) == ([], (0, 0), None)

    def test_all_that_waits_is_refused_at_once(self, store: AccountStore) -> None:
        with store.transaction():
            store.put_scheduled(FIRST)
            store.put_scheduled(SECOND)
            store.cancel_scheduled(SECOND.message_id, 100.0)
            store.refuse_scheduled("held_back")
        assert store.all_scheduled() == [replace(FIRST, refused="held_back")]

    def test_of_what_was_cancelled_only_that_is_known_for_a_while(self, store: AccountStore) -> None:
        with store.transaction():
            store.put_scheduled(FIRST)
            store.cancel_scheduled(FIRST.message_id, 100.0)
        assert (store.scheduled(FIRST.message_id), store.all_scheduled(), store.scheduled_due(1e9)) == (None, [], [])
        assert (store.scheduled_size(), store.scheduled_next()) == ((0, 0), None)
        assert store.was_cancelled(FIRST.message_id)
        assert not store.was_cancelled(SECOND.message_id)
        with store.transaction():
            store.cancelled_expire(100.0 + CANCELLED_KEPT_SECONDS)
        assert not store.was_cancelled(FIRST.message_id)
