"""Spare one-time bundles, in SQL: private halves of ours are among the prekeys, those of others have a table."""

from collections.abc import Sequence
from typing import Final

from casemate.protocol.ids import DeviceId
from casemate.runtime.sqlite import Database

USED_REMEMBERED: Final = 16
"""Ids of one device that were used: the same hand-out may come twice."""


class SparesTable:
    _stored: Database

    def spares_given(self, device: DeviceId) -> list[bytes]:
        rows = self._stored.rows(
            "SELECT prekey_id FROM prekeys WHERE spare_for = ? AND superseded = 0 ORDER BY expires_at, prekey_id",
            device,
        )
        return [bytes(row[0]) for row in rows]

    def supersede_spares(self, device: DeviceId, kept: int) -> None:
        self._stored.execute("UPDATE prekeys SET superseded = 1 WHERE spare_for = ?", device)
        newest = "SELECT prekey_id FROM prekeys WHERE spare_for = ? ORDER BY expires_at DESC, prekey_id DESC LIMIT ?"
        self._stored.execute(
            f"DELETE FROM prekeys WHERE spare_for = ? AND prekey_id NOT IN ({newest})", device, device, kept
        )

    def put_spare_bundle(self, device: DeviceId, bundle_id: bytes, bundle: bytes, expires_at: float) -> None:
        self._stored.execute(
            "INSERT OR IGNORE INTO spare_bundles (device, bundle_id, bundle, expires_at) VALUES (?, ?, ?, ?)",
            device,
            bundle_id,
            bundle,
            expires_at,
        )

    def keep_spare_bundles(self, device: DeviceId, bundle_ids: Sequence[bytes]) -> None:
        these = ", ".join("?" * len(bundle_ids))
        unused = "device = ? AND bundle <> x''"
        self._stored.execute(
            f"DELETE FROM spare_bundles WHERE {unused} AND bundle_id NOT IN ({these})", device, *bundle_ids
        )

    def take_spare_bundle(self, device: DeviceId) -> bytes | None:
        unused = "SELECT place, bundle FROM spare_bundles WHERE device = ? AND bundle <> x''"
        row = self._stored.row(f"{unused} ORDER BY place LIMIT 1", device)
        if row is None:
            return None
        self._stored.execute("UPDATE spare_bundles SET bundle = x'' WHERE place = ?", row[0])
        remembered = "SELECT place FROM spare_bundles WHERE device = ? AND bundle = x'' ORDER BY place DESC LIMIT ?"
        self._stored.execute(
            f"DELETE FROM spare_bundles WHERE device = ? AND bundle = x'' AND place NOT IN ({remembered})",
            device,
            device,
            USED_REMEMBERED,
        )
        return bytes(row[1])

    def wipe_spares(self, device: DeviceId) -> None:
        self._stored.execute("DELETE FROM spare_bundles WHERE device = ?", device)
        self._stored.execute("DELETE FROM prekeys WHERE spare_for = ?", device)
