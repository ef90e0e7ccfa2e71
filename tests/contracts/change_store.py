"""What every store of changes does; part of `AccountStoreContract`."""

import itertools
from collections.abc import Sequence
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from casemate.internal_service.core.account.changes import Change, ChangeKind, Target, fold
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Beginning, MessageRow, Pin
from casemate.protocol.ids import AccountId, DeviceId, MessageId
from casemate.protocol.limits import CHANGES_WAITING, CHANGES_WAITING_SECONDS, PINS_SHOWN, VERSIONS_KEPT
from tests.contracts.account_rows import BEA, CARL, PROFILE, THEIR_DEVICE, WITH_BEA, add, message

ALICE: Final = PROFILE.account_id
HELLO: Final = message("hello", 5)
TARGET: Final[Target] = (BEA, HELLO.message_id)
_numbers = itertools.count(1_000)


def change(
    kind: ChangeKind, counter: int, by: AccountId = BEA, *, text: str = "", emojis: Sequence[str] = (), number: int = 0
) -> Change:
    order = (counter, THEIR_DEVICE if by == BEA else DeviceId(by[:16]), MessageId(number.to_bytes(16, "big")))
    return Change(kind, by, order, float(counter), text=text.encode(), emojis=tuple(emojis))


def shown(store: AccountStore, message_id: MessageId = HELLO.message_id) -> MessageRow:
    row = store.message(WITH_BEA, message_id)
    assert row is not None
    return row


class ChangeStoreContract:
    def test_an_edit_says_what_the_message_says_from_then_on(self, store: AccountStore) -> None:
        add(store, HELLO)
        assert store.change_add(WITH_BEA, TARGET, change("edit", 6, text="Hello!"), 9.0) == [HELLO.message_id]
        assert (shown(store).body, shown(store).edited_at) == (b"Hello!", 6.0)
        versions = [(version.text, version.made_at) for version in store.changes_of(WITH_BEA, TARGET)]
        assert versions == [(b"hello", HELLO.written_at), (b"Hello!", 6.0)]

    def test_a_message_that_is_taken_back_leaves_a_trace_and_no_word(self, store: AccountStore) -> None:
        add(store, HELLO)
        store.change_add(WITH_BEA, TARGET, change("edit", 6, text="Hello!"), 9.0)
        store.change_add(WITH_BEA, TARGET, change("react", 7, ALICE, emojis="👍"), 9.0)
        store.change_add(WITH_BEA, TARGET, change("delete", 6, number=1), 9.0)
        row = shown(store)
        assert (row.body, row.deleted, row.reactions, row.edited_at) == (b"", "everywhere", (), None)
        assert store.changes_of(WITH_BEA, TARGET) == []
        assert store.unread(WITH_BEA) == 0
        assert store.change_add(WITH_BEA, TARGET, change("edit", 8, text="again"), 9.0) == []
        assert shown(store).body == b""

    def test_only_the_author_edits_and_deletes(self, store: AccountStore) -> None:
        add(store, HELLO)
        for kind in ("edit", "delete"):
            assert store.change_add(WITH_BEA, TARGET, change(kind, 6, ALICE, text="no"), 9.0) == []
        assert shown(store) == store.message_at(1)
        assert (shown(store).body, shown(store).deleted) == (b"hello", None)

    def test_reactions_of_all_stand_side_by_side(self, store: AccountStore) -> None:
        add(store, HELLO)
        store.change_add(WITH_BEA, TARGET, change("react", 7, BEA, emojis="🎉"), 9.0)
        store.change_add(WITH_BEA, TARGET, change("react", 6, ALICE, emojis="👍❤"), 9.0)
        store.change_add(WITH_BEA, TARGET, change("react", 5, ALICE, emojis="👎"), 9.0)
        assert shown(store).reactions == ((ALICE, ("👍", "❤")), (BEA, ("🎉",)))
        store.change_add(WITH_BEA, TARGET, change("react", 8, ALICE), 9.0)
        assert shown(store).reactions == ((BEA, ("🎉",)),)

    def test_whoever_says_last_whether_a_message_is_pinned_is_right(self, store: AccountStore) -> None:
        add(store, HELLO)
        assert store.change_add(WITH_BEA, TARGET, change("pin", 7, BEA), 9.0) == [HELLO.message_id]
        assert store.pins(WITH_BEA) == [Pin(TARGET, BEA, 7.0, Beginning(HELLO.kind, HELLO.body))]
        store.change_add(WITH_BEA, TARGET, change("pin", 6, ALICE), 9.0)
        assert store.pins(WITH_BEA) == [Pin(TARGET, BEA, 7.0, Beginning(HELLO.kind, HELLO.body))]
        store.change_add(WITH_BEA, TARGET, change("unpin", 8, ALICE), 9.0)
        store.change_add(WITH_BEA, TARGET, change("pin", 7, BEA), 9.0)
        assert store.pins(WITH_BEA) == []

    def test_a_pin_says_how_its_message_begins_and_of_a_long_one_no_more(self, store: AccountStore) -> None:
        add(store, HELLO)
        store.change_add(WITH_BEA, TARGET, change("pin", 7, BEA), 9.0)
        store.pins(WITH_BEA)
        store.change_add(WITH_BEA, TARGET, change("edit", 8, BEA, text="é" * 1_000), 9.0)
        [pin] = store.pins(WITH_BEA)
        assert pin.says == Beginning(HELLO.kind, ("é" * 200).encode())

    def test_a_pin_waits_for_its_message_and_goes_with_it(self, store: AccountStore) -> None:
        last = message("last", 6)
        for target in (TARGET, (BEA, last.message_id)):
            store.change_add(WITH_BEA, target, change("pin", 7, ALICE), 9.0)
        assert store.pins(WITH_BEA) == []
        add(store, HELLO)
        add(store, last)
        assert len(store.pins(WITH_BEA)) == 2
        store.change_add(WITH_BEA, TARGET, change("delete", 8), 9.0)
        store.delete_here(WITH_BEA, [last.message_id])
        assert store.pins(WITH_BEA) == []

    def test_the_newest_pins_count_and_no_more_than_that(self, store: AccountStore) -> None:
        rows = [add(store, message(str(number), number)) for number in range(1, PINS_SHOWN + 2)]
        for row in rows:
            store.change_add(WITH_BEA, (BEA, row.message_id), change("pin", 100 + row.counter, number=row.counter), 9.0)
        newest_first = [row.message_id for row in reversed(rows)]
        assert [pin.target[1] for pin in store.pins(WITH_BEA)] == newest_first[:PINS_SHOWN]
        store.change_add(WITH_BEA, (BEA, newest_first[0]), change("unpin", 900), 9.0)
        assert [pin.target[1] for pin in store.pins(WITH_BEA)] == newest_first[1:]

    def test_a_change_waits_for_its_message(self, store: AccountStore) -> None:
        assert store.change_add(WITH_BEA, TARGET, change("edit", 6, text="Hello!"), 9.0) == []
        assert add(store, HELLO).body == b"Hello!"
        assert add(store, message("another", 6)).body == b"another"

    def test_a_text_that_comes_after_its_end_is_never_written_down(self, store: AccountStore) -> None:
        store.change_add(WITH_BEA, TARGET, change("delete", 6), 9.0)
        kept = add(store, HELLO)
        assert (kept.body, kept.deleted, kept.seen) == (b"", "everywhere", True)

    def test_a_change_waits_for_a_message_of_its_target_alone(self, store: AccountStore) -> None:
        """Two people may use one id."""
        store.change_add(WITH_BEA, TARGET, change("delete", 6), 9.0)
        assert add(store, structs.replace(HELLO, author=ALICE)).deleted is None

    def test_what_waits_has_a_limit_and_an_end(self, store: AccountStore) -> None:
        many = [(BEA, MessageId(number.to_bytes(16, "big"))) for number in range(CHANGES_WAITING + 2)]
        for number, target in enumerate(many):
            store.change_add(WITH_BEA, target, change("delete", 6, number=number), float(number))
        assert [bool(store.changes_of(WITH_BEA, target)) for target in many[:3]] == [False, False, True]
        store.changes_expire(3.0 + CHANGES_WAITING_SECONDS)
        assert [bool(store.changes_of(WITH_BEA, target)) for target in many[3:5]] == [False, True]

    def test_of_a_message_that_is_edited_over_and_over_the_newest_versions_stay(self, store: AccountStore) -> None:
        add(store, HELLO)
        for counter in range(6, VERSIONS_KEPT + 10):
            store.change_add(WITH_BEA, TARGET, change("edit", counter, text=str(counter)), 9.0)
        versions = store.changes_of(WITH_BEA, TARGET)
        assert (len(versions), versions[-1].text) == (VERSIONS_KEPT, str(VERSIONS_KEPT + 9).encode())

    def test_what_is_deleted_here_is_on_no_page_and_comes_no_more(self, store: AccountStore) -> None:
        add(store, HELLO)
        last = add(store, message("last", 6))
        assert store.delete_here(WITH_BEA, [last.message_id]) == [last.message_id]
        page = store.timeline_page(WITH_BEA, before=None, after=None, limit=9)
        assert [row.message_id for row in page] == [HELLO.message_id]
        assert store.last_message(WITH_BEA) == HELLO.message_id
        assert store.unread(WITH_BEA) == 1
        assert shown(store, last.message_id).body == b""

    def test_who_answers_a_message_looks_different_with_it(self, store: AccountStore) -> None:
        add(store, HELLO)
        answer = add(store, structs.replace(message("answer", 6, mine=True), about=TARGET))
        changed = store.change_add(WITH_BEA, TARGET, change("delete", 7), 9.0)
        assert changed == [HELLO.message_id, answer.message_id]
        assert shown(store, answer.message_id).about == TARGET

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
    @given(data=st.data())
    def test_all_orders_come_to_the_same(self, store: AccountStore, data: st.DataObject) -> None:
        """Also where the message itself comes in between, and where changes come twice."""
        target = (BEA, MessageId(next(_numbers).to_bytes(16, "big")))
        row = structs.replace(HELLO, message_id=target[1])
        changes = data.draw(st.lists(CHANGES, max_size=7, unique_by=lambda made: made.order))
        given_out: list[Change | None] = data.draw(st.permutations([*changes, *changes[:2], None]))
        for item in given_out:
            if item is None:
                add(store, row)
            else:
                store.change_add(WITH_BEA, target, item, 9.0)
        first = Change("edit", BEA, row.order, row.written_at, text=row.body)
        expected = fold(BEA, [first, *changes])
        kept = shown(store, target[1])
        if expected.deleted is not None:
            assert (kept.body, kept.deleted, kept.reactions) == (b"", "everywhere", ())
            assert [pin for pin in store.pins(WITH_BEA) if pin.target == target] == []
            return
        assert kept.body == expected.edits[-1].text
        assert dict(kept.reactions) == {who: made.emojis for who, made in expected.reactions.items() if made.emojis}
        pinned = expected.pin is not None and expected.pin.kind == "pin"
        assert store.previews([kept]) == (
            {kept.arrival: expected.preview.text} if expected.preview is not None and expected.preview.text else {}
        )
        assert any(pin.target == target for pin in store.pins(WITH_BEA)) == pinned


CHANGES: Final = st.builds(
    change,
    st.sampled_from(
        ["edit", "edit", "edit", "react", "react", "react", "react", "pin", "unpin", "preview", "preview", "delete"]
    ),
    st.integers(4, 8),
    st.sampled_from([BEA, ALICE, CARL]),
    text=st.sampled_from(["a", "b"]),
    emojis=st.sampled_from(["", "👍", "❤🎉"]),
    number=st.integers(0, 3),
)
