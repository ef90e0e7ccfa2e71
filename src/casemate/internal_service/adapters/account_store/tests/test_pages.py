"""What changes with every message is a page of its table, and none of an index that knows nothing new."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from tests.contracts.account_rows import BEA, OTHER_DEVICE, THEIR_DEVICE, WITH_BEA
from tests.contracts.account_store import RATCHET
from tests.support.written_pages import WrittenPages


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteAccountStore]:
    store = open_account_store(tmp_path / "account.db", b"k" * 32, synchronous="OFF")
    with store.transaction():
        store.open_conversation(WITH_BEA, BEA)
        store.put_ratchet(RATCHET)
    yield store
    store.close()


def test_a_counter_that_went_up_is_one_page(store: SqliteAccountStore) -> None:
    log = WrittenPages(store.database)
    with store.transaction():
        store.set_counter(WITH_BEA, 7)
    [pages] = log.commits()
    assert log.by_name(pages) == {"conversations": 1, "commits": 1}


def test_a_step_of_a_ratchet_is_one_page(store: SqliteAccountStore) -> None:
    log = WrittenPages(store.database)
    with store.transaction():
        store.put_ratchet(replace(RATCHET, session=RATCHET.session.confirmed()))
    [pages] = log.commits()
    assert log.by_name(pages) == {"ratchets": 1, "commits": 1}


def test_a_ratchet_that_sends_again_is_found_after_a_restart(store: SqliteAccountStore) -> None:
    for sends, found in ((False, None), (True, RATCHET)):
        with store.transaction():
            store.put_ratchet(replace(RATCHET, sends=sends))
        assert SqliteAccountStore(store.database).sending_ratchet(THEIR_DEVICE) == found
    assert SqliteAccountStore(store.database).sending_ratchet(OTHER_DEVICE) is None
