"""Views of changed messages, in the vectors that the page's tests read as well (web/src/state/folds.test.ts)."""

import json
from typing import Any

import pytest

from tests.support.fold_vectors import VECTORS, written
from tests.support.view import Account

FOLDS = json.loads(VECTORS.read_text(encoding="utf-8"))


def test_the_vectors_are_up_to_date() -> None:
    """Making them folds each set of changes in several orders, and fails where these do not come to the same."""
    assert VECTORS.read_text(encoding="utf-8") == written(), "run `.venv/bin/python -m tests.support.fold_vectors`"


def account_that_shows(shown: dict[str, Any]) -> Account:
    return Account(
        cid=1,
        position={},
        account={},
        conversations={row["id"]: row for row in shown["conversations"]},
        messages={row["id"]: row for row in shown["page"]["messages"]},
    )


@pytest.mark.parametrize("case", FOLDS["cases"])
def test_what_is_told_leads_to_what_is_shown_in_every_order(case: dict[str, Any]) -> None:
    expected = account_that_shows(case["shown"])
    for events in case["orders"]:
        account = account_that_shows(FOLDS["before"])
        for event in (*events, *events[-2:]):
            account.apply(event)
        assert (account.messages, account.conversations) == (expected.messages, expected.conversations)
