"""What has been here too long goes: unanswered requests, envelopes nobody came for."""

from typing import Final

from casemate.node import Effect, Instant, Monotonic
from casemate.server.core.ports import ServerStore
from casemate.server.core.registrations import Registrations
from casemate.server.core.settings import ServerSettings

SWEEP_SECONDS: Final = 60.0
ROWS_PER_SWEEP: Final = 1_000
"""More than this waits a moment, so that a sweep never holds up the people who are here."""
MOMENT_SECONDS: Final = 0.05


class Sweep:
    def __init__(self, store: ServerStore, registrations: Registrations, settings: ServerSettings) -> None:
        self._store = store
        self._registrations = registrations
        self._settings = settings
        self.due: Monotonic | None = None

    def run(self, now: Instant) -> list[Effect]:
        """Remove what is due and say when to look again."""
        asked = self._store.registrations.asked_before(
            now.wall - self._settings.registration_request_seconds, ROWS_PER_SWEEP
        )
        effects: list[Effect] = []
        for asker, target in asked:
            effects += self._registrations.expire(asker, target)
        expired = self._store.mailbox.expire(now.wall - self._settings.mailbox_seconds, ROWS_PER_SWEEP)
        self._store.registrations.forget_declined_before(now.wall)
        is_done = len(asked) < ROWS_PER_SWEEP and expired < ROWS_PER_SWEEP
        self.due = now.monotonic + (SWEEP_SECONDS if is_done else MOMENT_SECONDS)
        return effects
