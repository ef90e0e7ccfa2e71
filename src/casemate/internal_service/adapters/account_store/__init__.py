"""The account store in SQLite."""

from casemate.internal_service.adapters.account_store.store import SqliteAccountStore, open_account_store

__all__ = ["SqliteAccountStore", "open_account_store"]
