"""service.db in SQLite."""

from casemate.internal_service.adapters.service_store.opening import open_or_begin_anew
from casemate.internal_service.adapters.service_store.store import SqliteServiceStore, open_service_store

__all__ = ["SqliteServiceStore", "open_or_begin_anew", "open_service_store"]
