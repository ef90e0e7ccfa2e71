"""What the service needs of its own database and of those of its accounts. tests/contracts holds the suites."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from casemate.crypto.keys import DatabaseKey
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import MessageRow
from casemate.node import GoesBack
from casemate.protocol.ids import AccountId, Cid, ConversationId, SlotId


@dataclass(frozen=True, slots=True)
class LocalAccountRow:
    """An account of this computer, with what must be known while its own database is locked."""

    name: str
    """32 hex digits: names the database file and binds the vaults."""
    account_id: AccountId
    cid: Cid
    username: str
    username_folded: str
    full_name: str
    server_address: str
    enrolled: bool
    """False: the server never said that it has it, and the same Register goes on."""
    vault: bytes = field(repr=False)
    machine_vault: bytes | None = field(repr=False)
    """Kept while signed in, so that a restart keeps the session; None: sign in with the password. It opens with the key
    of that sign-in, which the account stores keep."""
    ask_password_at_start: bool
    plain_holder: bool
    """The session was last bound to a plain client, not followed by a view: it is owed every message."""
    unread: int
    page: bytes = b""
    """Names the plain socket that holds the session, or held it until that closed, over restarts; empty for none."""


class LocalDbStore(Protocol):
    """Key-value pairs in scopes; a scope is a peer's cid, or None."""

    def kv_get(self, scope: Cid | None, key: str) -> bytes | None: ...

    def kv_set(self, scope: Cid | None, key: str, value: bytes) -> None: ...

    def kv_delete(self, scope: Cid | None, key: str) -> None: ...

    def kv_all(self, scope: Cid | None) -> dict[str, bytes]: ...

    def kv_clear(self, scope: Cid | None) -> None: ...

    def kv_bytes(self) -> int:
        """What all keys and values of all scopes hold together."""
        ...


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    sequence: int
    peer_cid: Cid
    message: MessageRow | bytes = field(repr=False)
    """A line of the timeline, or the body of what is none."""


class PlainQueueStore(Protocol):
    """Messages that a plain client is owed, oldest first."""

    def plain_add(self, peer_cid: Cid, message: int | bytes) -> int:
        """A line of the timeline, by its arrival, or the body of what is none. Answers its sequence, above all that
        were used before it since the database was opened."""
        ...

    def plain_after(self, sequence: int, limit: int) -> list[QueuedMessage]: ...

    def plain_remove_up_to(self, sequence: int) -> None: ...

    def plain_trim(self, max_messages: int, max_bytes: int) -> int:
        """Drop the oldest beyond these bounds; returns how many. Only bodies count as bytes: lines are kept anyhow."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody began to write and has not sent."""

    conversation: ConversationId
    slot: SlotId
    text: str = field(repr=False)
    revision: int
    """Counted up by the window that writes it."""
    place: int
    """The newest of all drafts of the account has the highest."""


class DraftStore(Protocol):
    def draft(self, conversation: ConversationId, slot: SlotId) -> Draft | None: ...

    def drafts(self) -> list[Draft]:
        """All of the account, the newest last."""
        ...

    def draft_slots(self, conversation: ConversationId) -> int:
        """How many drafts there are in this conversation."""
        ...

    def draft_bytes(self) -> int:
        """Of the texts of all drafts. Takes no longer the more there are."""
        ...

    def put_draft(self, conversation: ConversationId, slot: SlotId, text: str, revision: int) -> Draft: ...

    def remove_draft(self, conversation: ConversationId, slot: SlotId) -> None:
        """Missing is fine."""
        ...

    def browser_key(self) -> bytes | None: ...

    def put_browser_key(self, key: bytes) -> None:
        """Once: it stays as long as the account."""
        ...


class LeavesTraces(Protocol):
    """A database whose log holds what has been overwritten or deleted, until it is erased."""

    @property
    def has_traces(self) -> bool: ...

    def erase_traces(self) -> None:
        """Between transactions. Raises StorageBroken."""
        ...


class KnowsItsAge(Protocol):
    """A database beside which it is noted how many commits it has had."""

    @property
    def behind(self) -> int:
        """How many of them it has not any more: its log is gone or cut, or an older copy was put back."""
        ...

    def catch_up(self) -> None:
        """The conclusion is drawn in this same event: it is not behind any more."""
        ...


class HostedStore(AccountStore, LocalDbStore, PlainQueueStore, DraftStore, LeavesTraces, KnowsItsAge, Protocol):
    """One account's database, with the parts that the service keeps in it."""


Fault = Literal["missing", "damaged", "newer", "unreadable", "no_room", "too_many_open"]
"""What is wrong with a file. `unreadable`: the disk does not give it, which says nothing of the file itself.
`too_many_open`: nothing is wrong with it, but this process may open no more."""


class AccountUnavailable(Exception):
    """An account's database cannot be opened; the others are not touched by that."""

    def __init__(self, what: Fault, file: str) -> None:
        super().__init__(f"{file}: {what}")
        self.what: Fault = what
        self.file = file


@dataclass(frozen=True, slots=True)
class AccountFile:
    """The database of an account as it lies on the disk."""

    name: str
    size: int
    """Bytes, with what is not written back yet."""
    vault: bytes | None = field(repr=False)
    """The password vault that lies beside it."""


class AccountStores(Protocol):
    """The account databases of this computer, by local name. Each has its password vault beside it, so that a lost
    service.db loses no key; what opens without the password never lies there."""

    def create(self, name: str, key: DatabaseKey, vault: bytes) -> HostedStore:
        """Raises StorageBroken."""
        ...

    def open(self, name: str, key: DatabaseKey, *, check: bool = False) -> HostedStore:
        """`check`: look through all of it first. Raises AccountUnavailable."""
        ...

    def delete(self, name: str) -> None:
        """Remove the closed database, its vault and what keeps it open between starts; missing is fine. Only what its
        owner wanted gone."""
        ...

    def keep_sign_in_key(self, name: str, data: bytes) -> None:
        """In no database and no log, so that `forget_sign_in_key` leaves none. On the disk when it returns."""
        ...

    def sign_in_key(self, name: str) -> bytes | None: ...

    def forget_sign_in_key(self, name: str) -> None:
        """Gone from the disk when it returns; missing is fine."""
        ...

    def keep_vault(self, name: str, vault: bytes) -> None:
        """Put the password vault beside the database, if that is not the one there. On a change of password this
        comes before the change of service.db. Raises StorageBroken."""
        ...

    def files(self) -> list[AccountFile]:
        """Every database there is, known or not, except those that hold nothing."""
        ...

    def path_of(self, name: str) -> str:
        """Where it lies, for people."""
        ...


@dataclass(frozen=True, slots=True)
class ListLost:
    """A start found service.db missing or damaged and began a new one; or older than it was, and went on with it."""

    what: Literal["missing", "empty", "damaged", "older"]
    at: int
    """Unix milliseconds."""
    kept_as: str
    """Name of the file that the damaged one has now; "" when there is none."""


class ServiceStore(LocalDbStore, LeavesTraces, KnowsItsAge, GoesBack, Protocol):
    """service.db: the accounts of this computer and the key-value pairs all of them share (cid 0)."""

    def accounts(self) -> list[LocalAccountRow]: ...

    def account(self, cid: Cid) -> LocalAccountRow | None: ...

    def accounts_named(self, username_folded: str) -> list[LocalAccountRow]: ...

    def put_account(self, row: LocalAccountRow) -> None: ...

    def delete_account(self, name: str) -> None:
        """Its files are to be deleted, too: `deleted_accounts` names it until `deletion_done`."""
        ...

    def deleted_accounts(self) -> list[str]: ...

    def deletion_done(self, name: str) -> None: ...

    def found_accounts(self) -> dict[str, int]:
        """Account files that no account names, and when each was noticed (Unix milliseconds)."""
        ...

    def put_found_accounts(self, found: dict[str, int]) -> None:
        """Replaces all of them."""
        ...

    def list_lost(self) -> ListLost | None:
        """Why accounts may be missing from this list; None when it has always been whole."""
        ...

    def put_list_lost(self, lost: ListLost | None) -> None: ...

    def known_peers(self, name: str) -> dict[Cid, str]:
        """Usernames of the registered peers, as they were when the account was last unlocked."""
        ...

    def put_known_peers(self, name: str, peers: dict[Cid, str]) -> None: ...

    def last_server(self) -> str | None: ...

    def put_last_server(self, address: str) -> None: ...

    def transaction(self) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...
