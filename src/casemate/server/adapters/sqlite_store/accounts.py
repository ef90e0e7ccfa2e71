"""Accounts and their devices, in SQLite."""

from casemate.crypto.keys import Ed25519Public
from casemate.protocol.ids import AccountId, Cid, DeviceId, cid_of
from casemate.protocol.names import searchable, sorting_key
from casemate.runtime.row_cache import RowCache, WrittenThrough
from casemate.runtime.sqlite import Database
from casemate.runtime.u64 import u64_to_blob
from casemate.server.core.names import Username
from casemate.server.core.ports import StoredAccount, StoredDevice


class SqliteAccounts:
    """Pairs and routes go with accounts and devices, also those that wait for the commit in `rows`."""

    def __init__(self, database: Database, rows: RowCache) -> None:
        self._stored = database
        self._db = WrittenThrough(database, rows)
        self._rows = rows

    def is_empty(self) -> bool:
        return self._stored.row("SELECT 1 FROM accounts LIMIT 1") is None

    def account(self, account_id: AccountId) -> StoredAccount | None:
        row = self._stored.row(
            "SELECT account_id, username, full_name, device_list, device_list_number, appear_offline, shown_online,"
            " shown_since, had_peers, names FROM accounts WHERE account_id = ?",
            account_id,
        )
        if row is None:
            return None
        found, username, full_name, device_list, number, appear_offline, shown_online, shown_since, *rest = row
        had_peers, names = rest
        return StoredAccount(
            found,
            username,
            full_name,
            device_list,
            number,
            bool(appear_offline),
            bool(shown_online),
            shown_since,
            bool(had_peers),
            names,
        )

    def with_cid(self, cid: Cid) -> AccountId | None:
        return _account_id(self._stored.value("SELECT account_id FROM accounts WHERE cid = ?", u64_to_blob(cid)))

    def with_folded(self, folded: str) -> AccountId | None:
        return _account_id(self._stored.value("SELECT account_id FROM accounts WHERE folded = ?", folded))

    def with_skeleton(self, skeleton: str) -> AccountId | None:
        return _account_id(self._stored.value("SELECT account_id FROM accounts WHERE skeleton = ?", skeleton))

    def add(
        self, account_id: AccountId, username: Username, full_name: str, device_list: bytes, number: int, now: float
    ) -> None:
        self._stored.execute(
            "INSERT INTO accounts (account_id, cid, username, folded, skeleton, full_name, searched, sorted,"
            " device_list, device_list_number, registered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            account_id,
            u64_to_blob(cid_of(account_id)),
            username.shown,
            username.folded,
            username.skeleton,
            full_name,
            _searched(username.folded, full_name),
            sorting_key(full_name, username.folded),
            device_list,
            number,
            now,
        )

    def remove(self, account_id: AccountId) -> None:
        self._stored.execute("DELETE FROM signals WHERE about = ?", account_id)
        self._db.execute("DELETE FROM accounts WHERE account_id = ?", account_id)
        self._rows.clear()

    def set_names(self, account_id: AccountId, names: bytes, full_name: str) -> None:
        folded = self._stored.value("SELECT folded FROM accounts WHERE account_id = ?", account_id)
        self._stored.execute(
            "UPDATE accounts SET names = ?, full_name = ?, searched = ?, sorted = ? WHERE account_id = ?",
            names,
            full_name,
            _searched(folded, full_name),
            sorting_key(full_name, folded),
            account_id,
        )

    def fill_in(self) -> None:
        """What a migration leaves to this program: how names are found and ordered is not SQL's to say."""
        rows = self._stored.rows("SELECT account_id, folded, full_name FROM accounts WHERE sorted = ''")
        self._stored.executemany(
            "UPDATE accounts SET searched = ?2, sorted = ?3 WHERE account_id = ?1",
            [(account_id, _searched(folded, name), sorting_key(name, folded)) for account_id, folded, name in rows],
        )

    def forget_names(self, account_id: AccountId) -> None:
        self._stored.execute("UPDATE accounts SET names = x'' WHERE account_id = ?", account_id)

    def set_device_list(self, account_id: AccountId, device_list: bytes, number: int) -> None:
        self._stored.execute(
            "UPDATE accounts SET device_list = ?, device_list_number = ? WHERE account_id = ?",
            device_list,
            number,
            account_id,
        )

    def set_appear_offline(self, account_id: AccountId, *, appear_offline: bool) -> None:
        self._stored.execute("UPDATE accounts SET appear_offline = ? WHERE account_id = ?", appear_offline, account_id)

    def set_shown(self, account_id: AccountId, *, online: bool, since: float) -> None:
        self._stored.execute(
            "UPDATE accounts SET shown_online = ?, shown_since = ? WHERE account_id = ?", online, since, account_id
        )

    def show_all_offline(self, since: float) -> None:
        self._stored.execute("UPDATE accounts SET shown_online = 0, shown_since = ? WHERE shown_online", since)

    def device(self, device_id: DeviceId) -> StoredDevice | None:
        row = self._stored.row(
            "SELECT device_id, account_id, signing_key, start_counter, start_id, linked_start FROM devices"
            " WHERE device_id = ?",
            device_id,
        )
        return None if row is None else StoredDevice(*row)

    def devices(self, account_id: AccountId) -> list[DeviceId]:
        rows = self._stored.rows("SELECT device_id FROM devices WHERE account_id = ? ORDER BY device_id", account_id)
        return [DeviceId(device_id) for (device_id,) in rows]

    def add_device(self, account_id: AccountId, device_id: DeviceId, signing_key: Ed25519Public) -> None:
        self._stored.execute(
            "INSERT INTO devices (device_id, account_id, signing_key) VALUES (?, ?, ?)",
            device_id,
            account_id,
            signing_key,
        )
        self._rows.clear()

    def remove_device(self, device_id: DeviceId) -> None:
        self._db.execute("DELETE FROM devices WHERE device_id = ?", device_id)
        self._rows.clear()

    def set_start(self, device_id: DeviceId, start_counter: int, start_id: bytes) -> None:
        self._stored.execute(
            "UPDATE devices SET start_counter = ?, start_id = ? WHERE device_id = ?",
            start_counter,
            start_id,
            device_id,
        )

    def set_linked_start(self, device_id: DeviceId, start_id: bytes) -> None:
        self._stored.execute("UPDATE devices SET linked_start = ? WHERE device_id = ?", start_id, device_id)

    def bundle(self, device_id: DeviceId) -> bytes | None:
        bundle: bytes | None = self._stored.value("SELECT bundle FROM devices WHERE device_id = ?", device_id)
        return bundle

    def set_bundle(self, device_id: DeviceId, bundle: bytes) -> None:
        self._stored.execute("UPDATE devices SET bundle = ? WHERE device_id = ?", bundle, device_id)


def _searched(username_folded: str, full_name: str) -> str:
    """A line break keeps a search from finding the end of one name and the beginning of the other."""
    return f"{searchable(username_folded)}\n{searchable(full_name)}"


def _account_id(value: bytes | None) -> AccountId | None:
    return None if value is None else AccountId(value)
