"""Channels, ratchets and prekeys, in SQL."""

import struct
from typing import Final

from casemate.crypto.envelope import Origin
from casemate.crypto.session import session_from_bytes
from casemate.internal_service.core.account.rows import Channel, RatchetRow, UsedPrekey
from casemate.internal_service.core.account.runs import Run
from casemate.protocol.ids import AccountId, DeviceId
from casemate.runtime.row_cache import RowCache, WrittenThrough
from casemate.runtime.sqlite import Database, Row

_LAST_NUMBER: Final = 2**63 - 1
_ORIGIN: Final = struct.Struct(">8sQ")
_OPENED: Final = struct.Struct(">Q8s")
_RUN: Final = struct.Struct(">QQ")
_CHANNEL_COLUMNS = (
    "device, account_id, next_number, delivered_up_to, read_up_to, expected, seen_up_to, own_read_up_to, lost,"
    " opened_number, opened_start, origins, receipt_session, parked_receipt, rekey_at,"
    " opened_before, read_runs, own_read_runs, asked_back, spares_given, spares_renew_at, on_trial"
)
_RATCHET_COLUMNS = "session_id, device, session, sends, confirmed, created_at, retire_at"


class ChannelsTable:
    _stored: Database
    _db: WrittenThrough
    _rows: RowCache

    def channel(self, device: DeviceId) -> Channel | None:
        return self._rows.read(("channel", device), lambda: self._read_channel(device))

    def _read_channel(self, device: DeviceId) -> Channel | None:
        row = self._stored.row(f"SELECT {_CHANNEL_COLUMNS} FROM channels WHERE device = ?", device)
        return None if row is None else _channel(row)

    def channels(self) -> list[Channel]:
        return [_channel(row) for row in self._db.rows(f"SELECT {_CHANNEL_COLUMNS} FROM channels ORDER BY device")]

    def channels_of(self, account_id: AccountId) -> list[Channel]:
        rows = self._db.rows(
            f"SELECT {_CHANNEL_COLUMNS} FROM channels WHERE account_id = ? ORDER BY device", account_id
        )
        return [_channel(row) for row in rows]

    def put_channel(self, channel: Channel) -> None:
        if max(channel.next_number, channel.expected, channel.seen_up_to) > _LAST_NUMBER:
            # Here, where only the event at hand is undone, and not when it is written with those of all others.
            raise OverflowError("a number that the database cannot hold")
        self._rows.put(("channel", channel.device), channel, self._write_channels)

    def _write_channels(self, channels: list[Channel]) -> None:
        self._stored.executemany(
            f"INSERT OR REPLACE INTO channels ({_CHANNEL_COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_channel_values(channel) for channel in channels],
        )


class KeyTimeTable:
    _db: WrittenThrough

    def key_time(self) -> tuple[float, float] | None:
        row = self._db.row("SELECT seconds, wall FROM key_time")
        return None if row is None else (row[0], row[1])

    def set_key_time(self, seconds: float, wall: float) -> None:
        self._db.execute("INSERT OR REPLACE INTO key_time VALUES (1, ?, ?)", seconds, wall)


class RatchetsTable:
    _stored: Database
    _db: WrittenThrough
    _rows: RowCache

    def ratchet(self, session_id: bytes) -> RatchetRow | None:
        return self._rows.read(("ratchet", session_id), lambda: self._read_ratchet(session_id))

    def _read_ratchet(self, session_id: bytes) -> RatchetRow | None:
        row = self._stored.row(f"SELECT {_RATCHET_COLUMNS} FROM ratchets WHERE session_id = ?", session_id)
        return None if row is None else _ratchet(row)

    def sending_ratchet(self, device: DeviceId) -> RatchetRow | None:
        session_id = self._rows.read(("sends", device), lambda: self._read_sending(device))
        return None if session_id is None else self.ratchet(session_id)

    def _read_sending(self, device: DeviceId) -> bytes | None:
        row = self._db.row("SELECT session_id FROM ratchets WHERE device = ? AND sends = 1", device)
        return None if row is None else bytes(row[0])

    def put_ratchet(self, row: RatchetRow) -> None:
        self._rows.put(("ratchet", row.session.session_id), row, self._write_ratchets)
        if row.sends:
            self._rows.wrote(("sends", row.device), row.session.session_id)

    def _write_ratchets(self, rows: list[RatchetRow]) -> None:
        self._stored.executemany(
            f"INSERT INTO ratchets ({_RATCHET_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session_id) DO UPDATE"
            " SET session = excluded.session, confirmed = excluded.confirmed, retire_at = excluded.retire_at",
            [
                (
                    row.session.session_id,
                    row.device,
                    row.session.to_bytes(),
                    row.sends,
                    row.confirmed,
                    row.created_at,
                    row.retire_at,
                )
                for row in rows
            ],
        )
        # Apart: a statement that names the column writes the index of what sends, too, whether that differs or not.
        self._stored.executemany(
            "UPDATE ratchets SET sends = ?1 WHERE session_id = ?2 AND sends <> ?1",
            [(row.sends, row.session.session_id) for row in rows],
        )

    def stop_sending(self, device: DeviceId, retire_at: float) -> None:
        self._db.execute(
            "UPDATE ratchets SET sends = 0, retire_at = coalesce(retire_at, ?) WHERE device = ?", retire_at, device
        )
        self._rows.clear()

    def retire_ratchets(self, now: float) -> None:
        self._db.execute("DELETE FROM ratchets WHERE retire_at <= ?", now)
        self._rows.clear()

    def add_prekey(
        self,
        prekey_id: bytes,
        secret: bytes,
        expires_at: float,
        *,
        last_resort: bool,
        spare_for: DeviceId | None = None,
    ) -> None:
        columns = "prekey_id, secret, expires_at, last_resort, spare_for"
        self._db.execute(
            f"INSERT INTO prekeys ({columns}) VALUES (?, ?, ?, ?, ?)",
            prekey_id,
            secret,
            expires_at,
            last_resort,
            spare_for,
        )

    def prekey(self, prekey_id: bytes) -> bytes | None:
        row = self._db.row("SELECT secret FROM prekeys WHERE prekey_id = ?", prekey_id)
        return None if row is None else bytes(row[0])

    def use_prekey(self, prekey_id: bytes) -> UsedPrekey:
        used = "DELETE FROM prekeys WHERE prekey_id = ? AND last_resort = 0 RETURNING spare_for, superseded"
        row = self._db.row(used, prekey_id)
        if row is None or row[0] is None:
            return UsedPrekey()
        return UsedPrekey(spare_for=DeviceId(row[0]), superseded=bool(row[1]))

    def expire_prekeys(self, now: float) -> None:
        self._db.execute("DELETE FROM prekeys WHERE expires_at <= ?", now)
        self._db.execute("DELETE FROM spare_bundles WHERE expires_at <= ?", now)
        self._db.execute("DELETE FROM initials_seen WHERE expires_at <= ?", now)

    def shorten_prekeys(self, expires_at: float) -> None:
        self._db.execute("UPDATE prekeys SET expires_at = min(expires_at, ?) WHERE last_resort = 1", expires_at)

    def put_peer_bundle(self, device: DeviceId, bundle: bytes) -> None:
        self._db.execute("INSERT OR REPLACE INTO peer_bundles VALUES (?, ?)", device, bundle)

    def take_peer_bundle(self, device: DeviceId) -> bytes | None:
        row = self._db.row("DELETE FROM peer_bundles WHERE device = ? RETURNING bundle", device)
        return None if row is None else bytes(row[0])

    def initial_seen_before(self, digest: bytes, expires_at: float) -> bool:
        known = self._db.row("SELECT 1 FROM initials_seen WHERE digest = ?", digest) is not None
        if not known:
            self._db.execute("INSERT INTO initials_seen VALUES (?, ?)", digest, expires_at)
        return known


def _channel_values(channel: Channel) -> Row:
    return (
        channel.device,
        channel.account_id,
        channel.next_number,
        channel.delivered_up_to,
        channel.read_up_to,
        channel.expected,
        channel.seen_up_to,
        channel.own_read_up_to,
        struct.pack(f">{len(channel.lost)}Q", *channel.lost),
        *channel.opened,
        b"".join(_ORIGIN.pack(origin.start, origin.since) for origin in channel.origins),
        channel.receipt_session,
        channel.parked_receipt,
        channel.rekey_at,
        b"".join(_OPENED.pack(number, start) for number, start in channel.opened_before),
        _packed(channel.read_runs),
        _packed(channel.own_read_runs),
        channel.asked_back,
        channel.spares_given,
        channel.spares_renew_at,
        channel.on_trial,
    )


def _channel(row: Row) -> Channel:
    return Channel(
        device=DeviceId(row[0]),
        account_id=AccountId(row[1]),
        next_number=row[2],
        delivered_up_to=row[3],
        read_up_to=row[4],
        expected=row[5],
        seen_up_to=row[6],
        own_read_up_to=row[7],
        lost=struct.unpack(f">{len(row[8]) // 8}Q", row[8]),
        opened=(row[9], row[10]),
        origins=tuple(Origin(start, since) for start, since in _ORIGIN.iter_unpack(row[11])),
        receipt_session=row[12],
        parked_receipt=row[13],
        rekey_at=row[14],
        opened_before=tuple((number, start) for number, start in _OPENED.iter_unpack(row[15])),
        read_runs=tuple(_RUN.iter_unpack(row[16])),
        own_read_runs=tuple(_RUN.iter_unpack(row[17])),
        asked_back=bool(row[18]),
        spares_given=row[19],
        spares_renew_at=row[20],
        on_trial=row[21],
    )


def _packed(runs: tuple[Run, ...]) -> bytes:
    return b"".join(_RUN.pack(*run) for run in runs)


def _ratchet(row: Row) -> RatchetRow:
    _, device, session, sends, confirmed, created_at, retire_at = row
    return RatchetRow(device, session_from_bytes(session), bool(sends), bool(confirmed), created_at, retire_at)
