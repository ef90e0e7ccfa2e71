"""One transaction over service.db and the account databases that an event touches."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from casemate.crypto.keys import DatabaseKey
from casemate.internal_service.core.ground.undo import Undo
from casemate.internal_service.core.sessions.ports import AccountStores, HostedStore, LeavesTraces, ServiceStore
from casemate.node import Monotonic, Savepoint, StorageBroken, StorageFull

ERASE_SECONDS: Final = 60.0
"""How long what was overwritten or deleted may stay in a log after the first change that is not erased yet: keys that
have opened a message, above all."""
_SERVICE: Final = ""
"""Stands for service.db among the names of accounts."""


class Stores:
    """Account databases are committed before service.db, which says that they exist; a crash between the two leaves
    a file nobody names (noticed at the next start, and kept) or an index row that is a moment old.

    Databases are closed and deleted after the commit, because a commit needs them open.
    """

    def __init__(self, service: ServiceStore, accounts: AccountStores, undo: Undo) -> None:
        self.service = service
        self._accounts = accounts
        self._undo = undo
        self._open: dict[str, HostedStore] = {}
        self._afterwards: dict[str, Callable[[str], None]] = {}
        self._transaction: ExitStack | None = None
        self._savepoint: Savepoint | None = None
        self._begun: set[str] = set()
        self._made: set[str] = set()
        """What this transaction has made."""
        self._saved: set[str] = set()
        self._erase_at: dict[str, Monotonic] = {}
        self._erase_now: set[str] = set()
        self._now: Monotonic = 0.0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        try:
            with ExitStack() as stack:
                stack.enter_context(self.service.transaction())
                self._transaction = stack
                yield
        except StorageFull:
            # No list names them, and nobody outside has heard of them.
            for name in self._made:
                self._delete(name)
            raise
        finally:
            self._transaction = None
            self._made.clear()
            begun, self._begun = self._begun, set()
        # Not after a commit that failed: what was to be deleted is still named.
        self._finish()
        self._erase_traces({_SERVICE, *begun})

    def savepoint(self) -> Savepoint:
        self._savepoint = Savepoint(self, self.service)
        return self._savepoint

    def begin_savepoint(self) -> None:
        """Account databases join when they are touched."""

    def end_savepoint(self, _mark: None, _error: BaseException | None) -> None:
        self._savepoint = None
        self._saved.clear()

    def touch(self, name: str) -> HostedStore:
        """This account's database, as part of the event at hand."""
        store = self._open[name]
        if self._transaction is not None and name not in self._begun:
            self._begun.add(name)
            self._transaction.enter_context(store.transaction())
        if self._savepoint is not None and name not in self._saved:
            self._saved.add(name)
            self._savepoint.join(store)
        return store

    def create(self, name: str, key: DatabaseKey, vault: bytes) -> HostedStore:
        """A new database with its password vault, gone again if the event is undone."""
        self._open[name] = self._accounts.create(name, key, vault)
        self._made.add(name)
        self._undo.add(lambda: self._later(name, self._delete))
        return self.touch(name)

    def replace_vault(self, name: str, before: bytes, vault: bytes) -> None:
        """The copy beside the database, at once and before the commit: until the list says the same, a start puts the
        list's back. Back as it was if the event is undone."""
        self._undo.add(lambda: self._accounts.keep_vault(name, before))
        self._accounts.keep_vault(name, vault)

    def open(self, name: str, key: DatabaseKey, *, check: bool = False) -> HostedStore:
        """An account's database, closed again if the event is undone. Raises AccountUnavailable."""
        if self._afterwards.pop(name, None) is None:
            self._open[name] = self._accounts.open(name, key, check=check)
        self._undo.add(lambda: self._later(name, self._close))
        return self.touch(name)

    def path_of(self, name: str) -> str:
        """Where this account's database lies, for people."""
        return self._accounts.path_of(name)

    def keep_sign_in_key(self, name: str, data: bytes) -> None:
        """At once, before the commit: one half without the other opens nothing. Gone again if the event is undone."""
        self._accounts.keep_sign_in_key(name, data)
        self._undo.add(lambda: self._accounts.forget_sign_in_key(name))

    def sign_in_key(self, name: str) -> bytes | None:
        return self._accounts.sign_in_key(name)

    def forget_sign_in_key(self, name: str) -> None:
        """At once, before the commit. Back again if the event is undone."""
        kept = self._accounts.sign_in_key(name)
        if kept is not None:
            self._accounts.forget_sign_in_key(name)
            self._undo.add(lambda: self._accounts.keep_sign_in_key(name, kept))

    def release(self, name: str) -> None:
        """Close the database after the commit."""
        self._later(name, self._close)
        self._undo.add(lambda: self._afterwards.pop(name, None) and None)

    def discard(self, name: str) -> None:
        """Close and delete the database after the commit."""
        self._later(name, self._delete)
        self._undo.add(lambda: self._afterwards.pop(name, None) and None)

    # --- what was overwritten or deleted

    def begin(self, now: Monotonic) -> None:
        """Before each event: when it is."""
        self._now = now

    def erase_soon(self, name: str = _SERVICE) -> None:
        """Erase the traces of this event when it is committed, before anybody is answered. Without a name: those in
        service.db."""
        self._erase_now.add(name)

    def next_due(self) -> Monotonic | None:
        """When traces are to be erased: `erase_due`."""
        return min(self._erase_at.values(), default=None)

    def erase_due(self) -> None:
        """One database with each event: none waits for all the others."""
        due = self.next_due()
        if due is not None and due <= self._now:
            self._erase_now.add(min(self._erase_at, key=lambda name: (self._erase_at[name], name)))

    def _erase_traces(self, changed: set[str]) -> None:
        names, self._erase_now = self._erase_now, set()
        for name in sorted(names | changed):
            store: LeavesTraces | None = self.service if name == _SERVICE else self._open.get(name)
            if store is None or not store.has_traces:
                self._erase_at.pop(name, None)
            elif name in names:
                self._erase(name, store)
            else:
                self._erase_at.setdefault(name, self._now + ERASE_SECONDS)

    def _erase(self, name: str, store: LeavesTraces) -> None:
        try:
            store.erase_traces()
            self._erase_at.pop(name, None)
        except StorageBroken:
            # A full disk, say. What was committed stands; the next change says whether the database still works.
            self._erase_at[name] = self._now + ERASE_SECONDS

    # --- the end

    def close(self) -> None:
        """Everything, at the end of the process."""
        for name in list(self._open):
            self._close(name)
        self.service.close()

    def _later(self, name: str, action: Callable[[str], None]) -> None:
        self._afterwards[name] = action

    def _finish(self) -> None:
        while self._afterwards:
            name, action = self._afterwards.popitem()
            action(name)

    def _close(self, name: str) -> None:
        store = self._open.pop(name, None)
        if store is not None:
            store.close()

    def _delete(self, name: str) -> None:
        self._close(name)
        self._accounts.delete(name)
