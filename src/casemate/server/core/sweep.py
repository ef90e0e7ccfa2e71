"""What has been here too long goes: unanswered requests, envelopes nobody came for, names kept for nobody."""

from typing import Final

from casemate.node import Effect, Instant, Monotonic
from casemate.server.core.invites import Invites
from casemate.server.core.mailbox import Mailbox
from casemate.server.core.ports import ServerStore
from casemate.server.core.registrations import Registrations
from casemate.server.core.served_time import MOST_BETWEEN_SWEEPS_SECONDS, ServedTime
from casemate.server.core.settings import ServerSettings

SWEEP_SECONDS: Final = MOST_BETWEEN_SWEEPS_SECONDS / 2
ROWS_PER_SWEEP: Final = 1_000
"""More than this waits a moment, so that a sweep never holds up the people who are here."""
MOMENT_SECONDS: Final = 0.05


class Sweep:
    def __init__(
        self,
        store: ServerStore,
        registrations: Registrations,
        mailbox: Mailbox,
        invites: Invites,
        served_time: ServedTime,
        settings: ServerSettings,
    ) -> None:
        self._store = store
        self._registrations = registrations
        self._mailbox = mailbox
        self._invites = invites
        self._served_time = served_time
        self._settings = settings
        self.due: Monotonic | None = None

    def run(self, now: Instant) -> list[Effect]:
        """Remove what is due and say when to look again."""
        served = self._served_time.count(now)
        asked = self._store.registrations.asked_before(
            served - self._settings.registration_request_seconds, ROWS_PER_SWEEP
        )
        effects: list[Effect] = []
        for asker, target in asked:
            effects += self._registrations.expire(asker, target)
        told, is_empty = self._mailbox.expire(served, ROWS_PER_SWEEP)
        self._store.registrations.forget_declined_before(served)
        self._store.kept_names.free_before(served)
        self._invites.sweep(now)
        is_done = len(asked) < ROWS_PER_SWEEP and is_empty
        self.due = now.monotonic + (SWEEP_SECONDS if is_done else MOMENT_SECONDS)
        return effects + told
