"""What accounts share of themselves, and what their person keeps of others, in SQL."""

from casemate.internal_service.core.account.profiles import Remark, SharedProfile, Status, ToldProfile
from casemate.protocol.ids import AccountId
from casemate.runtime.row_cache import RowCache
from casemate.runtime.sqlite import Database


class ProfilesTable:
    _stored: Database
    _rows: RowCache

    def shared_profile(self, account_id: AccountId) -> SharedProfile:
        return self._rows.read(("shared profile", account_id), lambda: self._read_profile_of(account_id))

    def put_shared_profile(self, account_id: AccountId, profile: SharedProfile) -> None:
        status = profile.status
        self._stored.execute(
            "INSERT OR REPLACE INTO profiles (account_id, picture_hash, picture_salt, status_number, status, status_at,"
            " status_until) VALUES (?, ?, ?, ?, ?, ?, ?)",
            account_id,
            profile.picture_hash,
            profile.picture_salt,
            profile.status_number,
            "" if status is None else status.text,
            0.0 if status is None else status.set_at,
            None if status is None else status.until,
        )
        if not profile.picture_hash:
            self._stored.execute("DELETE FROM pictures WHERE account_id = ?", account_id)
        self._rows.drop(("shared profile", account_id))

    def picture(self, account_id: AccountId) -> bytes:
        row = self._stored.row("SELECT picture FROM pictures WHERE account_id = ?", account_id)
        return b"" if row is None else bytes(row[0])

    def put_picture(self, account_id: AccountId, picture: bytes) -> None:
        self._stored.execute("INSERT OR REPLACE INTO pictures (account_id, picture) VALUES (?, ?)", account_id, picture)

    def told_profile(self, account_id: AccountId) -> ToldProfile:
        row = self._stored.row("SELECT names_number, status_number FROM profiles_told WHERE account_id = ?", account_id)
        return ToldProfile() if row is None else ToldProfile(*row)

    def put_told_profile(self, account_id: AccountId, told: ToldProfile) -> None:
        self._stored.execute(
            "INSERT OR REPLACE INTO profiles_told (account_id, names_number, status_number) VALUES (?, ?, ?)",
            account_id,
            told.names_number,
            told.status_number,
        )

    def forget_told_profiles(self) -> None:
        self._stored.execute("DELETE FROM profiles_told")

    def remark(self, account_id: AccountId) -> Remark:
        return self._rows.read(("remark", account_id), lambda: self._read_remark(account_id))

    def put_remark(self, account_id: AccountId, remark: Remark) -> None:
        self._stored.execute("DELETE FROM remarks WHERE account_id = ?", account_id)
        if remark != Remark():
            values = (account_id, remark.nickname, remark.note, remark.declined_at)
            self._stored.execute(
                "INSERT INTO remarks (account_id, nickname, note, declined_at) VALUES (?, ?, ?, ?)", *values
            )
        self._rows.drop(("remark", account_id))

    def _read_profile_of(self, account_id: AccountId) -> SharedProfile:
        row = self._stored.row(
            "SELECT picture_hash, picture_salt, status_number, status, status_at, status_until FROM profiles"
            " WHERE account_id = ?",
            account_id,
        )
        if row is None:
            return SharedProfile()
        picture_hash, salt, number, text, set_at, until = row
        return SharedProfile(picture_hash, salt, number, Status(text, set_at, until) if text else None)

    def _read_remark(self, account_id: AccountId) -> Remark:
        row = self._stored.row("SELECT nickname, note, declined_at FROM remarks WHERE account_id = ?", account_id)
        return Remark() if row is None else Remark(*row)
