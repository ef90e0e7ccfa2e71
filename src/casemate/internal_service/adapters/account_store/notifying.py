"""What calls the account's person and what does not, in SQL: mutes, settings, messages that nobody saw."""

from casemate.internal_service.core.account.rows import Beginning, Mute, Unseen
from casemate.protocol.client.notification_views import NotificationSettings
from casemate.protocol.ids import ConversationId, DeviceId, MessageId
from casemate.runtime.row_cache import RowCache, WrittenThrough
from casemate.runtime.sqlite import Database


class NotifyingTable:
    _stored: Database
    _db: WrittenThrough
    _rows: RowCache

    def mute(self, conversation: ConversationId) -> Mute | None:
        return self._rows.read(("mute", conversation), lambda: self._read_mute(conversation))

    def put_mute(self, conversation: ConversationId, mute: Mute | None) -> None:
        if mute is None:
            self._stored.execute("DELETE FROM mutes WHERE conversation = ?", conversation)
        else:
            self._stored.execute("INSERT OR REPLACE INTO mutes VALUES (?, ?)", conversation, mute.until)
        self._rows.drop(("mute", conversation))

    def mutes_over(self, wall: float) -> list[ConversationId]:
        return [
            ConversationId(row[0]) for row in self._stored.rows("SELECT conversation FROM mutes WHERE until <= ?", wall)
        ]

    def next_mute_end(self) -> float | None:
        row = self._stored.row("SELECT min(until) FROM mutes")
        return None if row is None else row[0]

    def notification_settings(self) -> NotificationSettings:
        return self._rows.read("notification settings", self._read_settings)

    def put_notification_settings(self, settings: NotificationSettings) -> None:
        self._stored.execute(
            "INSERT OR REPLACE INTO notification_settings VALUES (1, ?, ?, ?, ?, ?)",
            settings.shows,
            settings.sound,
            settings.quiet,
            settings.quiet_from,
            settings.quiet_to,
        )
        self._rows.drop("notification settings")

    def unseen(self, conversation: ConversationId, limit: int) -> list[Unseen]:
        these = "conversation = ? AND seen = 0 AND deleted IS NULL ORDER BY counter DESC, device DESC, id DESC LIMIT ?"
        sql = f"SELECT arrival, counter, device, id FROM messages INDEXED BY messages_unseen WHERE {these}"
        rows = self._db.rows(sql, conversation, limit)
        return [Unseen(arrival, (counter, DeviceId(device), MessageId(id_))) for arrival, counter, device, id_ in rows]

    def beginning(self, arrival: int, most_bytes: int) -> Beginning | None:
        row = self._db.row("SELECT kind, substr(body, 1, ?) FROM messages WHERE arrival = ?", most_bytes, arrival)
        return None if row is None else Beginning(*row)

    def _read_mute(self, conversation: ConversationId) -> Mute | None:
        row = self._stored.row("SELECT until FROM mutes WHERE conversation = ?", conversation)
        return None if row is None else Mute(row[0])

    def _read_settings(self) -> NotificationSettings:
        row = self._stored.row("SELECT shows, sound, quiet, quiet_from, quiet_to FROM notification_settings")
        if row is None:
            return NotificationSettings()
        shows, sound, quiet, quiet_from, quiet_to = row
        return NotificationSettings(
            shows=shows, sound=bool(sound), quiet=quiet, quiet_from=quiet_from, quiet_to=quiet_to
        )
