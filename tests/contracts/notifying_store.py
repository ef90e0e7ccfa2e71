"""What every store of mutes and notification settings does; part of `AccountStoreContract`."""

from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Beginning, Mute
from casemate.protocol.client.notification_views import NotificationSettings
from casemate.protocol.ids import ConversationId
from tests.contracts.account_rows import WITH_BEA, WITH_CARL, add, message


class NotifyingStoreContract:
    def test_a_muted_conversation_is_in_no_total(self, store: AccountStore) -> None:
        add(store, message("hello", 1))
        assert (store.unread(), store.unread(WITH_BEA)) == (1, 1)
        store.put_mute(WITH_BEA, Mute(None))
        assert (store.unread(), store.unread(WITH_BEA)) == (0, 1)
        store.put_mute(WITH_BEA, None)
        assert store.unread() == 1

    def test_mutes_are_read_as_they_were_written_and_found_when_they_end(self, store: AccountStore) -> None:
        assert (store.mute(WITH_BEA), store.next_mute_end(), store.mutes_over(1e12)) == (None, None, [])
        store.put_mute(WITH_BEA, Mute(None))
        assert store.next_mute_end() is None
        store.put_mute(WITH_CARL, Mute(50.5))
        assert (store.mute(WITH_BEA), store.mute(WITH_CARL)) == (Mute(None), Mute(50.5))
        assert store.next_mute_end() == 50.5
        assert (store.mutes_over(50.0), store.mutes_over(50.5)) == ([], [WITH_CARL])
        store.put_mute(WITH_CARL, Mute(60.0))
        assert store.mute(WITH_CARL) == Mute(60.0)
        assert store.mute(ConversationId(b"x" * 16)) is None

    def test_settings_are_those_of_a_beginner_until_some_are_chosen(self, store: AccountStore) -> None:
        assert store.notification_settings() == NotificationSettings()
        chosen = NotificationSettings(shows="nothing", sound=False, quiet="hours", quiet_from=1, quiet_to=2)
        store.put_notification_settings(chosen)
        assert store.notification_settings() == chosen

    def test_what_nobody_saw_comes_newest_first(self, store: AccountStore) -> None:
        for number in range(1, 5):
            add(store, message(f"m{number}", number))
        store.see(WITH_BEA, 1)
        lines = {row.arrival: row for row in store.timeline_page(WITH_BEA, before=None, after=None, limit=9)}
        unseen = store.unseen(WITH_BEA, 9)
        assert [lines[each.arrival].body for each in unseen] == [b"m4", b"m3", b"m2"]
        assert [each.order for each in unseen] == [lines[each.arrival].order for each in unseen]
        assert store.unseen(WITH_BEA, 2) == unseen[:2]
        assert store.unseen(WITH_CARL, 9) == []

    def test_of_what_a_message_says_so_much_is_read_as_was_asked_for(self, store: AccountStore) -> None:
        add(store, message("hello", 1))
        [newest] = store.unseen(WITH_BEA, 9)
        assert store.beginning(newest.arrival, 9) == Beginning("chat", b"hello")
        assert store.beginning(newest.arrival, 4) == Beginning("chat", b"hell")
        assert store.beginning(newest.arrival + 1, 4) is None

    def test_what_was_deleted_before_somebody_saw_it_says_nothing(self, store: AccountStore) -> None:
        row = add(store, message("hello", 1))
        store.delete_here(WITH_BEA, [row.message_id])
        assert store.unseen(WITH_BEA, 9) == []
