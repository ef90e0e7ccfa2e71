"""What an account needs of its database: what a person decides of conversations for themselves."""

from typing import Protocol

from casemate.internal_service.core.account.rows import (
    Arrangement,
    Beginning,
    MessageRow,
    Mute,
    Scheduled,
    Size,
    Unseen,
)
from casemate.protocol.client.notification_views import NotificationSettings
from casemate.protocol.ids import ConversationId, MessageId


class KeepingStore(Protocol):
    """How much conversations take, and for how long it stays."""

    def keep_days(self) -> int | None:
        """None: everything stays."""
        ...

    def set_keep_days(self, days: int | None) -> None: ...

    def size_of(self, conversation: ConversationId) -> Size: ...

    def hidden_lines(self, conversation: ConversationId) -> list[MessageRow]:
        """Those whose time is over by a clock that nobody has confirmed yet."""
        ...


class ArrangedStore(Protocol):
    def arrangement(self, conversation: ConversationId) -> Arrangement: ...

    def arrange(self, conversation: ConversationId, arrangement: Arrangement) -> None: ...


class ScheduledStore(Protocol):
    def scheduled(self, message_id: MessageId) -> Scheduled | None: ...

    def all_scheduled(self) -> list[Scheduled]:
        """What is due first comes first."""
        ...

    def scheduled_due(self, wall: float) -> list[Scheduled]:
        """Those whose time has come, in order."""
        ...

    def scheduled_next(self) -> float | None:
        """When the first one is due."""
        ...

    def put_scheduled(self, scheduled: Scheduled) -> None: ...

    def refuse_scheduled(self, code: str) -> None:
        """None of those that wait could go, for this reason."""
        ...

    def drop_scheduled(self, message_id: MessageId) -> None: ...

    def cancel_scheduled(self, message_id: MessageId, wall: float) -> None:
        """Nothing of it stays but that it was cancelled."""
        ...

    def was_cancelled(self, message_id: MessageId) -> bool: ...

    def cancelled_expire(self, wall: float) -> None: ...

    def scheduled_size(self) -> tuple[int, int]:
        """How many there are, and the bytes of their texts."""
        ...


class NotifyingStore(Protocol):
    """What calls the account's person, and what does not."""

    def mute(self, conversation: ConversationId) -> Mute | None: ...

    def put_mute(self, conversation: ConversationId, mute: Mute | None) -> None:
        """None: it is muted no more."""
        ...

    def mutes_over(self, wall: float) -> list[ConversationId]:
        """Those that were to end by then."""
        ...

    def next_mute_end(self) -> float | None: ...

    def notification_settings(self) -> NotificationSettings: ...

    def put_notification_settings(self, settings: NotificationSettings) -> None: ...

    def unseen(self, conversation: ConversationId, limit: int) -> list[Unseen]:
        """Messages that nobody saw and that say something, the last ones in display order first."""
        ...

    def beginning(self, arrival: int, most_bytes: int) -> Beginning | None:
        """Of this message. None: there is none."""
        ...
