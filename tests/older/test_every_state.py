"""Rows in every state, made by the older program, are opened by today's: nothing is lost, doubled or re-keyed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.crypto.envelope import read_envelope
from casemate.internal_service.adapters.account_store import SqliteAccountStore
from casemate.internal_service.core.account.account import Account
from tests.older import before, every_state, program
from tests.older.every_state import Made
from tests.older.maker import KEY, Friend, Maker
from tests.older.sides import DAYS, body_in, message_id_in

NAMES = (
    "bea", "carl", "dora", "emil", "fay", "gus", "hal", "iris", "kim", "lee", "ned",
    "mia", "olga", "paul", "quin", "ruth", "sam", "tim", "uma", "vera", every_state.NEW_DEVICE,
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Open in the older program, so that it can be asked what there was."""
    made = every_state.make(tmp_path_factory.mktemp("older") / "ada.db")
    every_state.fill_plain_queue(made)
    yield made
    made.close()


@pytest.fixture
def opened(made: Made, tmp_path: Path) -> Iterator[SqliteAccountStore]:
    """A copy of it, opened by today's program."""
    database = made.maker.store.database
    database.erase_traces()
    assert database.path is not None
    store = program.open_store(Path(shutil.copy(database.path, tmp_path / "ada.db")), KEY)
    yield store
    store.close()


@pytest.fixture
def account(opened: SqliteAccountStore) -> Account:
    return program.load(opened, b"today")


def friend_of(made: Made, name: str) -> Friend:
    return made.friends[name]


def test_these_are_all_friends(made: Made) -> None:
    assert tuple(made.friends) == NAMES


def test_the_same_seed_makes_the_same_database(made: Made, tmp_path: Path) -> None:
    again = every_state.make(tmp_path / "again.db")
    for name in NAMES:
        one, other = friend_of(made, name), friend_of(again, name)
        assert before.conversation(made.maker.store, one.peer) == before.conversation(again.maker.store, other.peer)
        assert before.under_way(made.maker.store, one.device) == before.under_way(again.maker.store, other.device)
    again.close()


@pytest.mark.parametrize("name", NAMES)
def test_each_conversation_is_shown_as_it_was(
    made: Made, opened: SqliteAccountStore, account: Account, name: str
) -> None:
    peer = friend_of(made, name).peer
    assert program.conversation(account, opened, peer.cid) == before.conversation(made.maker.store, peer)


def test_people_and_what_is_unread_are_as_they_were(made: Made, opened: SqliteAccountStore, account: Account) -> None:
    assert [peer.username for peer in opened.peers()] == sorted(set(NAMES) - {every_state.NEW_DEVICE})
    assert account.unread() == made.maker.store.unread()
    for friend in made.friends.values():
        assert opened.presence(friend.peer.account_id) == made.maker.store.presence(friend.peer.account_id)
    said = set(program.talk_partners(account))
    assert said == {friend.peer.cid for name, friend in made.friends.items() if name not in ("olga", "paul", "quin")}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_under_way_is_neither_lost_nor_doubled_nor_sealed_anew(
    made: Made, opened: SqliteAccountStore, name: str
) -> None:
    friend = friend_of(made, name)
    left = program.under_way(opened, friend.device)
    assert left == before.under_way(made.maker.store, friend.device)
    assert program.how_many(opened, friend.device) == len(left.sealed) + len(left.waiting)
    rows = before.sealed(made.maker.store, friend.device)
    assert program.not_at_the_server(opened, friend.device) == [row.number for row in rows if row.state == "queued"]
    assert program.expired(opened, friend.device) == [row.number for row in rows if row.state == "expired"]


@pytest.mark.parametrize("name", NAMES)
def test_they_can_open_what_is_sealed(made: Made, opened: SqliteAccountStore, name: str) -> None:
    friend = friend_of(made, name)
    rows = before.sealed(made.maker.store, friend.device)
    sealed = program.under_way(opened, friend.device).sealed
    assert [read_envelope(envelope).number for _, envelope in sealed] == [row.number for row in rows]
    if sealed:
        found = friend.wire.they_would_find(envelope for _, envelope in sealed)
        assert found == [row.content for row in rows]
        assert [message_id_in(content) for content in found] == [row.message_id for row in rows]


def test_an_account_that_knows_nobody_goes_on(tmp_path: Path) -> None:
    maker = Maker(tmp_path / "ada.db", b"nobody")
    maker.store.close()
    store = program.open_store(tmp_path / "ada.db", KEY)
    account = program.load(store, b"today")
    assert (account.username, account.conversation_views(), account.unread()) == ("ada", [], 0)
    store.close()


@pytest.mark.parametrize("name", NAMES)
def test_numbers_and_sessions_are_what_they_were(made: Made, opened: SqliteAccountStore, name: str) -> None:
    friend, store = friend_of(made, name), made.maker.store
    now = program.marks(opened, friend.device)
    assert now == before.marks(store, friend.device, now)
    assert bool(now) == (store.channel(friend.device) is not None)
    highest = max((channel.counter for channel in store.channels_of(friend.peer.account_id)), default=0)
    assert friend.channel.counter <= program.counter(opened, friend.device) <= highest
    sending = store.sending_ratchet(friend.device)
    assert program.sending_session(opened, friend.device) == (None if sending is None else sending.session)


def test_what_came_early_is_here_and_opens(made: Made, opened: SqliteAccountStore) -> None:
    bea = friend_of(made, "bea")
    expected = bea.channel.expected
    assert opened.early_held(bea.device) == made.maker.store.early_held(bea.device)
    early = [opened.early_take(bea.device, expected + later) for later in (1, 2)]
    found = bea.wire.we_would_find(envelope for envelope in early if envelope is not None)
    assert [body_in(content) for content in found] == [b"early", b"early, too"]


@pytest.mark.parametrize("name", NAMES)
def test_why_something_is_still_here_is_kept(made: Made, opened: SqliteAccountStore, name: str) -> None:
    rows = before.outgoing(made.maker.store, friend_of(made, name).device)
    assert [program.noted_reason(opened, row.message_id) for row in rows] == [row.reason for row in rows]


def test_until_when_the_server_keeps_something_is_kept(made: Made, opened: SqliteAccountStore) -> None:
    store = made.maker.store
    first = store.outbox_next_overdue()
    assert first is not None
    for wall in (first - 1, first, first + 20, first + 30 * DAYS):
        assert program.kept_no_longer(opened, wall) == store.outbox_overdue(wall, 1_000)


def test_why_something_waits_is_known_still(made: Made, account: Account) -> None:
    for name, reason in (("carl", "expired"), ("dora", "blocked_by_you"), ("mia", "identity_changed")):
        peer = friend_of(made, name).peer
        queued = [line for line in before.conversation(made.maker.store, peer).lines if line.status == "queued"]
        assert program.why_queued(account, peer.cid, queued[0].id) == reason


def test_drafts_are_intact(made: Made, opened: SqliteAccountStore) -> None:
    store = made.maker.store
    known = [(draft.conversation, draft.slot, draft.text, draft.revision, draft.place) for draft in store.drafts()]
    assert len(known) == 3
    assert [(d.conversation, d.slot, d.text, d.revision, d.place) for d in opened.drafts()] == known
    assert opened.draft_bytes() == store.draft_bytes()
    assert opened.browser_key() == store.browser_key()


def test_a_full_plain_queue_is_intact(made: Made, opened: SqliteAccountStore) -> None:
    everything = every_state.PLAIN_QUEUE_MESSAGES + 1
    owed = made.maker.store.plain_after(0, everything)
    assert len(owed) == every_state.PLAIN_QUEUE_MESSAGES
    now = opened.plain_after(0, everything)
    assert [(m.sequence, m.peer_cid, m.message) for m in now] == [(m.sequence, m.peer_cid, m.body) for m in owed]
    with opened.transaction():
        assert opened.plain_trim(every_state.PLAIN_QUEUE_MESSAGES, sum(len(m.body) for m in owed) - 1) == 1
        opened.plain_remove_up_to(owed[-1].sequence)
        assert opened.plain_add(owed[-1].peer_cid, b"the next") > owed[-1].sequence
        assert [queued.message for queued in opened.plain_after(0, 9)] == [b"the next"]


def test_pairs_of_clients_are_intact(made: Made, opened: SqliteAccountStore) -> None:
    for scope in (None, friend_of(made, "bea").peer.cid):
        assert opened.kv_all(scope) == made.maker.store.kv_all(scope) != {}
    assert opened.kv_bytes() == made.maker.store.kv_bytes()


def test_keys_that_were_handed_out_are_here(made: Made, opened: SqliteAccountStore) -> None:
    bea, store = friend_of(made, "bea"), made.maker.store
    assert opened.spares_given(bea.device) == store.spares_given(bea.device) != []
    for prekey_id in (*store.spares_given(bea.device), made.maker.me.last_resort_secrets.bundle_id):
        assert opened.prekey(prekey_id) == store.prekey(prekey_id) is not None
    assert opened.secrets() == store.secrets()
    assert opened.key_time() == store.key_time()
    assert opened.take_peer_bundle(friend_of(made, "lee").device) == friend_of(made, "lee").wire.other.last_resort
    spares = [opened.take_spare_bundle(bea.device) for _ in range(3)]
    assert [spare is None for spare in spares] == [False, False, True]
