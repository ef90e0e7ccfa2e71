"""What every store of messages that are to be sent later keeps."""

from msgspec.structs import replace

from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Scheduled
from casemate.protocol.ids import MessageId
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
