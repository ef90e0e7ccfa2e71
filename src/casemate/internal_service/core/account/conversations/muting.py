"""Conversations that call nobody for a while, and what notifications of this account show."""

from typing import Final

from msgspec import structs

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.rows import Mute
from casemate.internal_service.core.ground.notices import ConversationChanged
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant, WritesRefused
from casemate.protocol.client.notification_views import NotificationSettings, NotificationShows, QuietMode
from casemate.protocol.ids import ConversationId
from casemate.protocol.limits import MINUTES_OF_DAY

_LOOK_SECONDS: Final = 60.0
"""How late a mute may end where the wall clock goes on without the other one: while the computer sleeps, say."""


class Muting(Memory):
    """A row is there as long as the conversation is muted, so that counting needs no clock."""

    def __init__(self, context: Context, conversations: Conversations) -> None:
        super().__init__(context.undo)
        self._context = context
        self._conversations = conversations
        self._look_at: float | None = None if context.store.next_mute_end() is None else 0.0
        """When (monotonic) the first one may be over."""

    @property
    def settings(self) -> NotificationSettings:
        return self._context.store.notification_settings()

    def mute_of(self, conversation: ConversationId) -> Mute | None:
        return self._context.store.mute(conversation)

    def mute(self, conversation: ConversationId, until: float | None, now: Instant) -> Outcome:
        """Raises Refused."""
        if until is not None and until <= now.wall:
            raise refuse("malformed", what="until")
        return self._put(conversation, Mute(until), now)

    def unmute(self, conversation: ConversationId, now: Instant) -> Outcome:
        """Raises Refused."""
        return self._put(conversation, None, now)

    def choose(
        self,
        *,
        shows: NotificationShows | None,
        sound: bool | None,
        quiet: QuietMode | None,
        quiet_from: int | None,
        quiet_to: int | None,
    ) -> None:
        """None leaves it as it is. Raises Refused."""
        for what, minutes in (("quiet_from", quiet_from), ("quiet_to", quiet_to)):
            if minutes is not None and not 0 <= minutes < MINUTES_OF_DAY:
                raise refuse("malformed", what=what)
        given = {"shows": shows, "sound": sound, "quiet": quiet, "quiet_from": quiet_from, "quiet_to": quiet_to}
        before = self.settings
        chosen = structs.replace(before, **{name: value for name, value in given.items() if value is not None})
        if chosen != before:
            self._context.store.put_notification_settings(chosen)

    def next_wakeup(self) -> float | None:
        return self._look_at

    def wakeup(self, now: Instant) -> Outcome:
        if self._look_at is None or now.monotonic < self._look_at:
            return []
        store = self._context.store
        over = store.mutes_over(now.wall)
        try:
            for conversation in over:
                store.put_mute(conversation, None)
        except WritesRefused:
            self._look_at = now.monotonic + _LOOK_SECONDS
            return []
        self._look_again(now)
        return [ConversationChanged(conversation) for conversation in over]

    def _put(self, conversation: ConversationId, mute: Mute | None, now: Instant) -> Outcome:
        self._conversations.who_is_in(conversation, "unknown_peer")
        self._context.store.put_mute(conversation, mute)
        self._look_again(now)
        return [ConversationChanged(conversation)]

    def _look_again(self, now: Instant) -> None:
        ends = self._context.store.next_mute_end()
        self._look_at = None if ends is None else now.monotonic + min(max(0.0, ends - now.wall), _LOOK_SECONDS)
