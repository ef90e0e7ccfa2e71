"""Who this account is and whom it knows, in SQL."""

import struct
from collections.abc import Iterable
from typing import Final

import msgspec

from casemate.internal_service.core.account.rows import Peer, Profile, ServerAddress
from casemate.internal_service.core.account.starts import Start
from casemate.node import WritesRefused
from casemate.protocol.ids import CID_BYTES, AccountId, Cid
from casemate.protocol.link import PathOffer, PresenceRow
from casemate.runtime.row_cache import RowCache
from casemate.runtime.sqlite import Database, Row

_START: Final = struct.Struct(">Q16s")
_PEER_COLUMNS = (
    "account_id, username, full_name, device_list, relation, relation_since, connection, connection_round, blocked,"
    " verified, identity_changed, our_card, their_card, connect_settings, connect_udp_mode, names, namesake, met,"
    " introduction"
)


class ProfileTable:
    _stored: Database
    _rows: RowCache

    def profile(self) -> Profile | None:
        return self._rows.read("profile", self._read_profile)

    def _read_profile(self) -> Profile | None:
        row = self._stored.row(
            "SELECT account_id, username, full_name, server_address, server_key, enrolled, server_password,"
            " start_counter, auto_connect, appear_offline, relay_only, lan_discovery, paths, starts, fenced,"
            " names, names_kept, more_addresses, server_in_use, invitation, read_receipts, typing"
            " FROM profile"
        )
        if row is None:
            return None
        password = None if row[6] is None else msgspec.msgpack.decode(row[6], type=tuple[bytes, ...])
        return Profile(
            account_id=AccountId(row[0]),
            username=row[1],
            full_name=row[2],
            server_address=row[3],
            server_key=row[4],
            enrolled=bool(row[5]),
            server_password=password,
            start_counter=row[7],
            auto_connect=bool(row[8]),
            appear_offline=bool(row[9]),
            relay_only=bool(row[10]),
            lan_discovery=bool(row[11]),
            paths=None if row[12] is None else msgspec.msgpack.decode(row[12], type=PathOffer),
            starts=tuple(Start(counter, start_id) for counter, start_id in _START.iter_unpack(row[13])),
            fenced=bool(row[14]),
            names=row[15],
            names_kept=bool(row[16]),
            more_addresses=() if row[17] is None else msgspec.msgpack.decode(row[17], type=tuple[ServerAddress, ...]),
            server_in_use=row[18],
            invitations=tuple(row[19].split()),
            read_receipts=bool(row[20]),
            typing=bool(row[21]),
        )

    def put_profile(self, profile: Profile) -> None:
        password = None if profile.server_password is None else msgspec.msgpack.encode(profile.server_password)
        self._stored.execute(
            "INSERT OR REPLACE INTO profile (id, account_id, username, full_name, server_address, server_key, enrolled,"
            " server_password, start_counter, auto_connect, appear_offline, relay_only, lan_discovery, paths, starts,"
            " fenced, names, names_kept, more_addresses, server_in_use, invitation, read_receipts, typing)"
            " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            profile.account_id,
            profile.username,
            profile.full_name,
            profile.server_address,
            profile.server_key,
            profile.enrolled,
            password,
            profile.start_counter,
            profile.auto_connect,
            profile.appear_offline,
            profile.relay_only,
            profile.lan_discovery,
            None if profile.paths is None else msgspec.msgpack.encode(profile.paths),
            b"".join(_START.pack(start.counter, start.id) for start in profile.starts),
            profile.fenced,
            profile.names,
            profile.names_kept,
            msgspec.msgpack.encode(profile.more_addresses) if profile.more_addresses else None,
            profile.server_in_use,
            " ".join(profile.invitations),
            profile.read_receipts,
            profile.typing,
        )
        self._rows.wrote("profile", profile)

    def secrets(self) -> bytes:
        row = self._stored.row("SELECT value FROM secrets")
        if row is None:
            raise LookupError("the account database holds no keys")
        return bytes(row[0])

    def put_secrets(self, secrets: bytes) -> None:
        self._stored.execute("INSERT OR REPLACE INTO secrets VALUES (1, ?)", secrets)


class PeersTable:
    _stored: Database
    _rows: RowCache
    _presence_is_old: bool = False
    """There was no room to forget it; nobody is told."""

    def peer(self, account_id: AccountId) -> Peer | None:
        return self._rows.read(("peer", account_id), lambda: self._read_peer(account_id))

    def _read_peer(self, account_id: AccountId) -> Peer | None:
        row = self._stored.row(f"SELECT {_PEER_COLUMNS} FROM peers WHERE account_id = ?", account_id)
        return None if row is None else _peer(row)

    def peer_by_cid(self, cid: Cid) -> Peer | None:
        account_id = self._rows.read(("cid", cid), lambda: self._read_account_id(cid))
        return None if account_id is None else self.peer(account_id)

    def _read_account_id(self, cid: Cid) -> AccountId | None:
        row = self._stored.row("SELECT account_id FROM peers WHERE cid = ?", cid.to_bytes(CID_BYTES, "big"))
        return None if row is None else AccountId(row[0])

    def peers(self) -> list[Peer]:
        return [_peer(row) for row in self._stored.rows(f"SELECT {_PEER_COLUMNS} FROM peers ORDER BY username")]

    def put_peer(self, peer: Peer) -> None:
        self._stored.execute(
            f"INSERT OR REPLACE INTO peers (cid, {_PEER_COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            peer.cid.to_bytes(CID_BYTES, "big"),
            peer.account_id,
            peer.username,
            peer.full_name,
            peer.device_list,
            peer.relation,
            peer.relation_since,
            peer.connection,
            peer.connection_round,
            peer.blocked,
            peer.verified,
            peer.identity_changed,
            peer.our_card,
            peer.their_card,
            peer.connect_settings,
            peer.connect_udp_mode,
            peer.names,
            peer.namesake,
            peer.met,
            peer.introduction,
        )
        self._rows.wrote(("peer", peer.account_id), peer)
        self._rows.wrote(("cid", peer.cid), peer.account_id)

    def presence(self, account_id: AccountId) -> PresenceRow | None:
        if self._presence_is_old:
            return None
        row = self._stored.row("SELECT online, since FROM presence WHERE account_id = ?", account_id)
        return None if row is None else PresenceRow(account_id, bool(row[0]), row[1])

    def put_presence(self, rows: Iterable[PresenceRow]) -> None:
        if self._presence_is_old:
            self._stored.execute("DELETE FROM presence")
            self._presence_is_old = False
        for row in rows:
            self._stored.execute(
                "INSERT OR REPLACE INTO presence VALUES (?, ?, ?)", row.account_id, row.online, row.since
            )

    def forget_presence(self) -> None:
        """Also on a full disk: the link is gone, whether there is room to write that down or not."""
        try:
            self._stored.execute("DELETE FROM presence")
            self._presence_is_old = False
        except WritesRefused:
            self._presence_is_old = True


def _peer(row: Row) -> Peer:
    return Peer(
        account_id=AccountId(row[0]),
        username=row[1],
        full_name=row[2],
        device_list=row[3],
        relation=row[4],
        relation_since=row[5],
        connection=row[6],
        connection_round=row[7],
        blocked=bool(row[8]),
        verified=bool(row[9]),
        identity_changed=bool(row[10]),
        our_card=row[11],
        their_card=row[12],
        connect_settings=row[13],
        connect_udp_mode=row[14],
        names=row[15],
        namesake=row[16],
        met=row[17],
        introduction=row[18],
    )
