"""The account store as it was when a message was its own delivery to one device: tables `outbox` and `timeline`.

A copy of that program's store and of its rows, with which tests make databases that the present program has to bring
to its own shape. It is what it was: nothing here is ever mended, renamed or made faster.
"""

from tests.older.store.store import SqliteAccountStore, open_account_store

__all__ = ["SqliteAccountStore", "open_account_store"]
